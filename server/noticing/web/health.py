"""What works and what is missing. No secrets, no names, no numbers about people."""

import ctypes
import ctypes.util
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, current_app, jsonify
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from noticing.database import db
from noticing.migrating import revisions
from noticing.problems import Problem
from noticing.protocols.loader import find_broken

LOW_BYTES = 1024**3
PANGO = {
    "pango-1.0": "libpango-1.0.so.0",
    "pangoft2-1.0": "libpangoft2-1.0.so.0",
    "harfbuzz-subset": "libharfbuzz-subset.so.0",
}
VITAL = ("database", "migrations")
Part = tuple[str, str]

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def show() -> tuple[Response, int]:
    parts: dict[str, dict[str, Any]] = {
        name: dict(zip(("status", "sentence"), part, strict=True)) for name, part in read_parts()
    }
    if broken := find_broken():
        parts["protocols"]["problem"] = Problem("protocol-broken", errors={"files": list(broken)}).as_json()
    is_broken = any(parts[name]["status"] == "missing" for name in VITAL)
    has_gaps = any(part["status"] == "missing" for part in parts.values())
    status = "broken" if is_broken else "incomplete" if has_gaps else "ok"
    return jsonify(status=status, parts=parts), 503 if is_broken else 200


def read_parts() -> Iterator[tuple[str, Part]]:
    """Each part with its state and a sentence that says what to do where it is not ok."""
    readers: dict[str, Callable[[], Part]] = {
        "database": _read_database,
        "migrations": _read_migrations,
        "protocols": _read_protocols,
        "pdf_engine": _read_pdf_engine,
        "mail": _read_mail,
        "disk": _read_disk,
    }
    return ((name, read()) for name, read in readers.items())


def _read_database() -> Part:
    try:
        db.session.execute(sa.select(1))
    except SQLAlchemyError:
        db.session.rollback()
        return "missing", _("The database does not answer. Check that it runs and that its address is right.")
    return "ok", _("The database answers and keeps what it acknowledges.")


def _read_migrations() -> Part:
    try:
        present, wanted = revisions()
    except SQLAlchemyError:
        db.session.rollback()
        return "missing", _("The tables could not be read.")
    if present != wanted:
        return "missing", _("The tables are of another version. Run: noticing migrate")
    return "ok", _("The tables are those of this version.")


def _read_protocols() -> Part:
    if find_broken():
        return "missing", str(Problem("protocol-broken").kind.sentence)
    return "ok", _("Every protocol is sound.")


def _read_pdf_engine() -> Part:
    if not all(_has_library(name) for name in PANGO):
        return "missing", _(
            "PDFs cannot be made. Install on Debian or Ubuntu: %(packages)s",
            packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        )
    return "ok", _("PDFs can be made.")


def _read_mail() -> Part:
    return "warning", _("Mail is not set up: links are handed over by people.")


def _read_disk() -> Part:
    try:
        free = shutil.disk_usage(current_app.config["NOTICING"].data_dir).free
    except OSError:
        return "missing", _("The data folder cannot be read.")
    if free < LOW_BYTES:
        return "warning", _("Less than 1 GB is free where the data lies. Make room soon.")
    return "ok", _("There is room on the disk.")


def _has_library(name: str) -> bool:
    try:
        return bool(ctypes.CDLL(PANGO[name] if sys.platform == "linux" else ctypes.util.find_library(name)))
    except OSError:
        return False
