"""PostgreSQL: pg_dump and pg_restore, with what is there kept aside as a schema of its own."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.conninfo import make_conninfo

from noticing.backup.fault import CannotBackUp, CannotRestore, NotPutBack
from noticing.disk import sync_file

FOLDERS = "/usr/lib/postgresql"
FORMER = "former_"


def dump_database(engine: sa.Engine, target: Path) -> tuple[dict[str, int], dict[str, str]]:
    """A dump of one snapshot; returns the rows of each table and (epoch, schema revision) of the same snapshot."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        options = [f"--snapshot={snapshot}", f"--exclude-schema={FORMER}*", f"--file={target}"]
        _run("pg_dump", engine.url, ["--format=custom", *options], CannotBackUp)
        tables = sa.inspect(connection).get_table_names()
        quote = engine.dialect.identifier_preparer.quote
        counts = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {quote(name)}").scalar_one()  # noqa: S608
            for name in tables
        }
        said = {
            name: str(connection.exec_driver_sql(f"SELECT {column} FROM {table}").scalar_one())  # noqa: S608
            for name, column, table in (
                ("server_epoch", "epoch", "server_epoch"),
                ("schema_revision", "version_num", "alembic_version"),
            )
        }
    target.chmod(0o600)
    sync_file(target)
    return counts, said


def has_people(url: sa.URL) -> bool:
    with _connect(url) as connection:
        is_there = connection.execute("SELECT to_regclass('public.person') IS NOT NULL").fetchone()
        if not is_there or not is_there[0]:
            return False
        found = connection.execute("SELECT EXISTS (SELECT 1 FROM public.person)").fetchone()
        return bool(found and found[0])


def is_in_use(url: sa.URL) -> bool:
    """Whether anybody else is connected to this database."""
    with _connect(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        ).fetchone()
        return bool(found and found[0])


def load_dump(url: sa.URL, dump: Path, stamp: str) -> str:
    """Set what is there aside as the schema that is returned, and load the dump. All back if that fails."""
    former = f"{FORMER}{stamp}"
    with _connect(url) as connection:
        connection.execute(sql.SQL("ALTER SCHEMA public RENAME TO {}").format(sql.Identifier(former)))
        connection.execute("CREATE SCHEMA public")
    try:
        options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(dump)]
        _run("pg_restore", url, options, CannotRestore)
    except BaseException:
        put_back(url, former)
        raise
    return former


def put_back(url: sa.URL, former: str) -> None:
    try:
        with _connect(url) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO public").format(sql.Identifier(former)))
    except psycopg.Error:
        raise NotPutBack(
            f"What was there lies in the schema {former} of the database still. Run the restore again."
        ) from None


def _connect(url: sa.URL) -> psycopg.Connection[Any]:
    words, password = _words_of(url)
    return psycopg.connect(make_conninfo("", **words, **({"password": password} if password else {})))


def _words_of(url: sa.URL) -> tuple[dict[str, Any], str | None]:
    _none, words = url.get_dialect()().create_connect_args(url)
    found = dict(words)
    return found, found.pop("password", None)


def _run(program: str, url: sa.URL, options: Sequence[str], fault: type[Exception]) -> None:
    """The password goes by the environment: arguments can be read by every account of the machine."""
    words, password = _words_of(url)
    command = [_find(program, fault), f"--dbname={make_conninfo('', **words)}", *options]
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise fault(f"{program} failed: {done.stderr.strip()}")


def _find(program: str, fault: type[Exception]) -> str:
    versions = sorted(Path(FOLDERS).glob(f"*/bin/{program}"), key=lambda each: each.parts[-3].zfill(4))
    found = shutil.which(program) or (str(versions[-1]) if versions else None)
    if found is None:
        raise fault(f"{program} is not installed. On Debian or Ubuntu: apt install postgresql-client")
    return found
