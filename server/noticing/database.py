"""The database handle, its column types, and the one way to write."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session

from noticing.network_disk import network_type


class _TextId(sa.Uuid[str]):
    """A UUID as text. On PostgreSQL its own type stands in for this one. SQLite holds the 32 digits: SQLAlchemy would
    make a UUID of each to put the dashes in."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(as_uuid=False)

    def result_processor(self, _dialect: sa.Dialect, _coltype: object) -> Any:
        return _dash


def _dash(digits: str | None) -> str | None:
    if digits is None:
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


Id = _TextId()  # ids are text in the program: JSON, URLs and columns then agree


class UtcTime(sa.TypeDecorator[datetime]):
    """An instant. SQLite forgets time zones, so everything goes in and comes out as UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Not in the class body: Flask-SQLAlchemy derives from Base, which SQLAlchemy 2.1 forbids for a per-base map.
Base.registry.update_type_annotation_map({datetime: UtcTime()})

db = SQLAlchemy(model_class=Base, disable_autonaming=True)


PATIENCE_MS = 15_000  # with another writer, on SQLite
_WRITING = "noticing.is_writing"


class UnsafeDatabase(RuntimeError):
    """The database is set up in a way in which an acknowledged entry could be lost or passed over."""


def prepare_engine(engine: sa.Engine) -> None:
    """Set on every connection what "acknowledged means on disk" rests on, and refuse to start without it.

    SQLite loses acknowledged transactions at a power cut with synchronous=NORMAL, and PostgreSQL with
    fsync or synchronous_commit off; neither is a setting that may be chosen here. `writing()` reads after it has its
    lock, which PostgreSQL shows it as of that moment only with READ COMMITTED.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_sqlite)
    with engine.connect() as connection:
        _assert_durable(connection)


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; _begin_sqlite says it
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    begin = f"BEGIN {options.get('begin', 'DEFERRED')}"
    if options.get("is_patient", True):
        connection.exec_driver_sql(begin)
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql(begin)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE_MS}")


def _assert_durable(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        _assert_local(connection.engine.url.database)
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous")
        }
        if found != {"journal_mode": "wal", "synchronous": 2}:
            raise UnsafeDatabase(f"SQLite must run with journal_mode=WAL and synchronous=FULL, not {found}.")
        return
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if connection.exec_driver_sql(f"SHOW {name}").scalar() == "off":
            raise UnsafeDatabase(
                f"PostgreSQL runs with {name}=off: what it acknowledges can be lost. Set {name}=on."
            )
    isolation = connection.exec_driver_sql("SHOW transaction_isolation").scalar()
    if isolation != "read committed":
        raise UnsafeDatabase(
            f"PostgreSQL runs with transaction_isolation={isolation}: who waited for another writer would not see what "
            "that one wrote. Set default_transaction_isolation='read committed'."
        )


def _assert_local(database: str | None) -> None:
    """SQLite's log between processes is shared memory, and its locks and fsync are often not kept over a network."""
    kind = network_type(Path(database)) if database else None
    if kind:
        raise UnsafeDatabase(
            f"{database} lies on a network file system ({kind}), where SQLite can lose what it has acknowledged. "
            "Put the data folder on a disk of this machine, or use PostgreSQL."
        )


def is_disk_full(error: Exception) -> bool:
    """What the driver said: SQLite by the name of its error, PostgreSQL by its SQLSTATE (53100, disk_full)."""
    said = getattr(error, "orig", None)
    return getattr(said, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(said, "sqlstate", "") == "53100"


@contextmanager
def writing(tenant_id: str, *, is_patient: bool = True) -> Iterator[Session]:
    """One transaction that may change a tenant's rows; commits at the end of the block, or nothing happened.

    Writers of one tenant go one after another (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock), so that
    numbers taken from the feed's counter appear in the order of their commits: a reader that has seen
    number 7 never misses a 6 that commits later. It does not nest: a verb that writes is not called inside.

    Who is not patient does not wait for another writer: a DBAPIError comes instead.
    """
    session = db.session()
    if session.info.get(_WRITING):
        raise RuntimeError(
            "writing() inside writing(): the inner one would take back what the outer has written"
        )
    if session.in_transaction():
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("there are unwritten changes outside of writing()")
        session.rollback()
    session.info[_WRITING] = True
    try:
        _begin(session, tenant_id, is_patient)
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[_WRITING]


def _begin(session: Session, tenant_id: str, is_patient: bool) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.connection(execution_options={"begin": "IMMEDIATE", "is_patient": is_patient})
    else:
        if not is_patient:
            session.execute(sa.text("SET LOCAL lock_timeout = '1ms'"))
        key = int.from_bytes(UUID(tenant_id).bytes[8:], signed=True)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
