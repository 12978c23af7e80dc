"""Runs migrations. The models of every room are imported here, so that `noticing migration` sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext

import noticing.accounts.models
import noticing.entry_log.models
import noticing.feed.models
import noticing.observations.models
import noticing.organisation_keys.models
import noticing.photos.models  # noqa: F401
from noticing.database import Base, UtcTime, db


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Migrations use SQLAlchemy's own types only: they must still run when ours have changed."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    return False


@contextmanager
def without_foreign_keys(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by copying it; a foreign key that is checked meanwhile would empty its children."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    before = _revision_of(connection)
    try:
        yield
        connection.commit()
        is_changed = _revision_of(connection) != before  # the check reads every table whole
        broken = driver.execute("PRAGMA foreign_key_check").fetchall() if is_changed else []
        if broken:
            raise RuntimeError(f"{len(broken)} rows point to rows that are gone")
    finally:
        connection.rollback()  # the pragma is ignored within a transaction
        driver.execute("PRAGMA foreign_keys=ON")


def _revision_of(connection: sa.Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()  # what was read began a transaction
    return found


def run() -> None:
    with db.engine.connect() as connection, without_foreign_keys(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
            transactional_ddl=True,  # our SQLite connections begin before their first statement
        )
        with context.begin_transaction():
            context.run_migrations()


run()
