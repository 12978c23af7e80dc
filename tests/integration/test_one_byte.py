"""One byte of the log that a disk has spoilt, in any column of any row, is found; nothing wrong passes for right."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from comparing import VERIFY, agrees, ask, held, read, repair, spoil
from device import Device, Visit, id_of
from noticing.clock import make_random_id
from school import School, make_school, sign_in

# Not of the content: when it came, and what was judged of it, which `noticing reprocess` judges again.
APART = {"received_at", "set_aside_code"}
PLACES = st.tuples(st.sampled_from(["log_entry", "envelope"]), *[st.integers(0, 2**16)] * 4)
Place = tuple[str, int, int, int, int]
settings.register_profile("log", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
of_log = settings(settings.get_profile("log"), max_examples=120)


@dataclass
class Log:
    """A small log on the disk, and what is right of it."""

    app: Flask
    file: Path
    school: School
    lee: Device
    bodies: list[str]

    def handed_out(self) -> set[str]:
        """To the coach on another tablet of hers, from the beginning; nothing where the server says that it cannot."""
        client = self.app.test_client()
        sign_in(client, self.school.email("lee"))
        answer = client.get("/api/v1/sync/changes?after=&limit=1000")
        if answer.status_code == 500:
            return set()
        return {one["body"] for one in answer.get_json()["items"] if one["what"] == "entry"}

    def is_sound(self) -> bool:
        """As the device is told that has these entries; a server that cannot say so does not say that it is."""
        answer = ask(self.lee, VERIFY, ranges=[held(self.bodies)])
        return bool(answer["status"] == 200 and answer["ranges"][0]["agrees"])


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


def turn_bit(value: Any, at: int, bit: int) -> Any:
    """The same with one bit of one byte turned over."""
    if isinstance(value, int):
        return value ^ (1 << bit % 40)
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    raw[at % len(raw)] ^= 1 << bit % (8 if isinstance(value, bytes) else 7)
    return bytes(raw) if isinstance(value, bytes) else raw.decode()


def _is_same_id(one: Any, other: Any) -> bool:
    """An id in capitals, or with a blank for its leading zero, is read as the same."""
    if not (isinstance(one, str) and len(one) == 32):
        return False
    with suppress(ValueError):
        return UUID(one) == UUID(other)
    return False


@contextmanager
def spoilt(log: Log, place: Place) -> Iterator[str]:
    """Inside the block one byte of the log is another; says which."""
    table, row, column, at, bit = place
    with closing(sqlite3.connect(log.file, isolation_level=None)) as database:
        names = [found[1] for found in database.execute(f"PRAGMA table_info({table})")]
        name = [name for name in names if name not in APART][column % (len(names) - len(APART & {*names}))]
        rows = database.execute(f"SELECT rowid, {name} FROM {table} ORDER BY rowid").fetchall()
        rowid, value = rows[row % len(rows)]
        turned = turn_bit(value, at, bit)
        assume(not _is_same_id(turned, value))
        update = f"UPDATE {table} SET {name} = ? WHERE rowid = ?"
        try:
            database.execute(update, (turned, rowid))
        except sqlite3.IntegrityError:
            assume(False)  # two rows with the same key: no disk makes that of an index
        try:
            yield f"{table}.{name}: {value!r} is {turned!r}"
        finally:
            database.execute(update, (value, rowid))


def test_a_log_that_nobody_spoilt_is_sound_and_handed_out_whole(log: Log) -> None:
    assert log.is_sound()
    assert log.handed_out() == set(log.bodies)


@of_log
@given(PLACES)
def test_one_byte_anywhere_in_the_log_is_found(log: Log, place: Place) -> None:
    with spoilt(log, place) as what:
        assert not log.is_sound(), what
    assert log.is_sound()


@of_log
@given(PLACES)
def test_one_byte_anywhere_in_the_log_is_never_handed_out_as_if_it_were_right(log: Log, place: Place) -> None:
    with spoilt(log, place):
        assert log.handed_out() <= set(log.bodies)


def test_one_byte_of_a_body_does_not_keep_a_coach_from_all_the_rest(log: Log) -> None:
    """Whatever name in it is spoilt: her people, classes and protocols come as before, and her pages open."""
    client = log.app.test_client()
    sign_in(client, log.school.email("lee"))
    change = "UPDATE log_entry SET body = :body WHERE change_seq = :seq"
    for seq, body in read(log.app, "SELECT change_seq, body FROM log_entry"):
        for name in re.finditer(rb'"[a-z_]+":', bytes(body)):
            at = name.start() + 1
            damaged = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            spoil(log.app, change, body=damaged, seq=seq)
            answer = client.get("/api/v1/sync/changes?after=&limit=1000")
            assert answer.status_code == 200, name[0]
            assert {"class", "protocol"} <= {one.get("room") for one in answer.get_json()["items"]}
            assert client.get("/notes").status_code == 200, name[0]
        spoil(log.app, change, body=body, seq=seq)


WRONG_INDEX = {
    "kind": "draft.writtem",
    "entry_id": make_random_id(),
    "subject_id": make_random_id(),
    "subject_kind": "contact",
    "author_id": make_random_id(),
    "stream_id": make_random_id(),
    "stream_seq": 99,
}


@pytest.mark.parametrize("column", WRONG_INDEX)
def test_what_the_log_says_of_a_body_is_held_against_the_body_and_healed(
    app: Flask, school: School, lee: Device, column: str
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.finish()]
    lee.push(bodies)
    asked = "SELECT * FROM log_entry ORDER BY change_seq"
    before = read(app, asked)
    value: Any = WRONG_INDEX[column]
    if column.endswith("_id") and app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        value = value.replace("-", "")  # as SQLAlchemy writes it there
    spoil(app, f"UPDATE log_entry SET {column} = :value WHERE stream_seq = 2", value=value)
    assert not agrees(lee, bodies)
    assert repair(lee, bodies)["fork"] is None
    assert agrees(lee, bodies)
    assert read(app, asked) == before
