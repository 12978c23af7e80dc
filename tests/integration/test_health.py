"""The health page says what works and what is missing, and tells no secrets."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from noticing.database import db
from noticing.web import health


def test_it_says_that_everything_works(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    parts = answer.json["parts"]  # type: ignore[index]
    assert set(parts) == {"database", "migrations", "protocols", "pdf_engine", "mail", "disk"}
    assert {parts[name]["status"] for name in ("database", "migrations", "disk")} == {"ok"}
    assert {name: parts[name]["sentence"] for name in ("database", "migrations", "disk")} == {
        "database": "The database answers and keeps what it acknowledges.",
        "migrations": "The tables are those of this version.",
        "disk": "There is room on the disk.",
    }


def test_it_names_no_secret_and_no_place(app: Flask) -> None:
    said = app.test_client().get("/healthz").text
    settings = app.config["NOTICING"]
    for secret in (settings.secret_key, settings.database_url, str(settings.data_dir)):
        assert secret not in said


def test_tables_of_another_version_make_it_broken(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json["status"] == "broken"  # type: ignore[index]
    assert "noticing migrate" in answer.json["parts"]["migrations"]["sentence"]  # type: ignore[index]


def test_a_database_that_is_gone_makes_it_broken(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_arguments: object, **_more: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("refused"))

    monkeypatch.setattr("sqlalchemy.orm.Session.execute", gone)
    answer = sqlite_app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json["parts"]["database"]["status"] == "missing"  # type: ignore[index]


def test_a_missing_pdf_engine_is_said_and_breaks_nothing(
    sqlite_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(health.PANGO, "pango-1.0", "libno-such-library.so.7")
    answer = sqlite_client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json["status"] == "incomplete"  # type: ignore[index]
    part = answer.json["parts"]["pdf_engine"]  # type: ignore[index]
    assert part["status"] == "missing"
    assert "libpango-1.0-0" in part["sentence"]


def test_a_full_disk_is_warned_of(sqlite_client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOW_BYTES", 1024**6)
    answer = sqlite_client.get("/healthz")
    assert answer.json["parts"]["disk"]["status"] == "warning"  # type: ignore[index]


def test_a_lost_data_folder_is_said(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_path: Path) -> None:
        raise FileNotFoundError

    monkeypatch.setattr("shutil.disk_usage", lost)
    answer = sqlite_app.test_client().get("/healthz")
    assert answer.json["parts"]["disk"]["status"] == "missing"  # type: ignore[index]
