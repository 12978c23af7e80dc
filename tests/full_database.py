"""A database whose disk is full."""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection

import sqlalchemy as sa
from flask import Flask

from noticing.database import db


@contextmanager
def little_room(app: Flask, pages: int) -> Iterator[None]:
    """SQLite refuses to grow by more than so many pages, with the very error of a full disk."""

    def limit(connection: Connection, _record: object) -> None:
        [used] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {used + pages}")

    with app.app_context():
        engine = db.engine
        db.session.remove()
    engine.dispose()
    sa.event.listen(engine, "connect", limit)
    yield
    sa.event.remove(engine, "connect", limit)
    engine.dispose()
