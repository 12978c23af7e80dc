"""One byte of the log that a disk has spoilt, in any column of any row, is found; and nothing wrong is handed out."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from comparing import agrees
from device import Device, Visit, id_of
from noticing.observations.rebuilding import find_differing
from school import School, make_school, sign_in

TABLES = ("log_entry", "envelope")
PLACES = st.tuples(st.sampled_from(TABLES), *[st.integers(0, 2**16)] * 4)


@dataclass
class Log:
    """A small log, and what is right of it."""

    app: Flask
    file: Path
    school: School
    lee: Device
    bodies: list[str]

    def handed_out(self) -> list[tuple[str, int, str]]:
        """To the coach on another tablet of hers, from the beginning."""
        client = self.app.test_client()
        sign_in(client, self.school.email("lee"))
        answer = client.get("/api/v1/sync/changes?after=&limit=1000")
        assert answer.status_code == 200, answer.text
        items = answer.get_json()["items"]
        return [(one["stream_id"], one["stream_seq"], one["body"]) for one in items if one["what"] == "entry"]

    def is_found(self) -> bool:
        return not agrees(self.lee, self.bodies)


@pytest.fixture
def log(sqlite_app: Flask, sqlite_url: str) -> Log:
    school = make_school(sqlite_app)
    lee = Device(sqlite_app, school.people["lee"])
    visit = Visit(lee, school)
    marks = [visit.mark(), visit.line("What could we draw? 🌱")]
    draft = visit.body("draft.written", {"value": {"text": "Wait"}}, "step", minute=32)
    undone = visit.body("entry.retracted", {"entry_id": id_of(marks[0]), "reason": "undo"}, minute=5)
    bodies = [visit.start, *marks, undone, visit.finish(), draft, visit.share([id_of(marks[1])])]
    assert lee.push(bodies)["set_aside"] == []
    return Log(sqlite_app, Path(sqlite_url.removeprefix("sqlite:///")), school, lee, bodies)


def spoil(value: Any, at: int, bit: int) -> Any:
    """The same with one bit of one byte turned over."""
    if isinstance(value, int):
        return value ^ (1 << bit % 40)
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    raw[at % len(raw)] ^= 1 << bit % (8 if isinstance(value, bytes) else 7)
    return bytes(raw) if isinstance(value, bytes) else raw.decode()


@contextmanager
def spoilt(file: Path, place: tuple[str, int, int, int, int]) -> Iterator[str]:
    """The name of the column that is spoilt inside the block."""
    table, row, column, at, bit = place
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        names = [found[1] for found in database.execute(f"PRAGMA table_info({table})")]
        name = names[column % len(names)]
        rows = database.execute(f"SELECT rowid, {name} FROM {table} ORDER BY rowid").fetchall()
        rowid, value = rows[row % len(rows)]
        assume(value is not None)
        update = f"UPDATE {table} SET {name} = ? WHERE rowid = ?"
        try:
            database.execute(update, (spoil(value, at, bit), rowid))
        except sqlite3.IntegrityError:
            assume(False)
        yield f"{table}.{name}"
        database.execute(update, (value, rowid))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PLACES)
def test_x(log: Log, place: tuple[str, int, int, int, int]) -> None:
    true = [(log.lee.stream_id, seq, body) for seq, body in enumerate(log.bodies, 1)]
    with spoilt(log.file, place) as column:
        found = log.is_found()
        try:
            out = log.handed_out()
            res = "same" if sorted(out) == sorted(true) else ("WRONG" if set(out) - set(true) else "fewer")
        except Exception as e:
            res = "error " + type(e).__name__ + str(e)[:80]
        try:
            with log.app.app_context():
                diff = bool(find_differing(log.school.tenant_id))
        except Exception as e:
            diff = "err" + type(e).__name__
        with open("/tmp/upd/res.txt", "a") as f:
            print(column, "found" if found else "NOTFOUND", res, "rebuild:", diff, file=f)
