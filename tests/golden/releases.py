"""The fixtures of a release as tests use them: its server's database, upgraded to today's tables."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from conftest import make_app
from noticing.database import Base, db
from noticing.migrating import migrate

HERE = Path(__file__).parent
FILES = {"device.json", "pushes.json", "server.sql"}


def releases() -> list[str]:
    return sorted(folder.name for folder in HERE.iterdir() if (folder / "server.sql").exists())


def put_back(release: str, folder: Path) -> str:
    """Writes the release's database as it was; the address of it."""
    file = folder / "noticing.db"
    with sqlite3.connect(file) as connection:
        connection.executescript((HERE / release / "server.sql").read_text())
    connection.close()
    return f"sqlite:///{file}"


def upgraded(release: str, folder: Path) -> Flask:
    app = make_app(put_back(release, folder), folder)
    with app.app_context():
        migrate()
        db.session.remove()
    return app


def copy_rows(source: Flask, target: Flask) -> None:
    """All rows into the empty tables of another database."""
    for table in Base.metadata.sorted_tables:
        with source.app_context():
            rows = [row._asdict() for row in db.session.execute(sa.select(table))]
        with target.app_context(), db.engine.begin() as connection:
            connection.execute(sa.delete(table))
            if rows:
                connection.execute(sa.insert(table), rows)
