"""A slice of `python3 dev.py load`, and that its checker finds what it has to find."""

import contextlib
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from flask import Flask

from noticing.database import db
from noticing.feed.counter import tenant_ids
from noticing.observations.projection import catch_up
from postgres import PostgresServer
from proof.load import command
from proof.load.checker import ENTRIES, ENVELOPES, STREAMS, VIEWS, Verdict, check
from proof.load.day import make_day
from proof.load.district import fill_district, long_ago
from proof.load.processes import Usage
from proof.load.run import Outcome, run_load
from proof.load.rush import Course
from proof.load.tablet import PUSH, Tablet, make_tablet

TABLETS, SPREAD_SECONDS, LIMIT_SECONDS = 20, 3.0, 120.0
Damage = Callable[[sa.Connection, Tablet], None]


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_twenty_tablets_come_back_and_nothing_is_lost(
    name: str, tmp_path: Path, request: pytest.FixtureRequest, say: Callable[[str], None]
) -> None:
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'load.db'}"
        if name == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            database = server.make_database()
            stack.callback(server.drop_database, database)
            url = server.url(database)
        seed = secrets.randbelow(2**31)
        outcome = run_load(
            url, tmp_path, tablets=TABLETS, seed=seed, spread_seconds=SPREAD_SECONDS,
            limit_seconds=LIMIT_SECONDS, say=lambda _text: None,
        )  # fmt: skip
    say(f"seed {seed}: {outcome.sentence()}")
    assert outcome.verdict.is_kept, outcome.verdict.examples
    assert outcome.verdict.entries >= TABLETS * 190, "each has a school day's entries"
    assert outcome.resets == 0, "a tablet that was here yesterday goes on from its cursor"


def outcome_of(_name: str, _options: object) -> Outcome:
    usage = Usage(os.getpid())
    usage.peak_bytes = 300 * 2**20
    times = {"hello": [0.004, 0.001, 0.002], "push": [0.1, 0.05]}
    course = Course(seconds=2.0, times=times)
    return Outcome("sqlite", Verdict(3, 600), course, usage, client_seconds=0.1, resets=0)


def last_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = command.main(arguments)
    return code, capsys.readouterr().out.splitlines()[-1]


def test_the_last_line_says_how_fast_it_was_and_what_the_checker_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "run_on", outcome_of)
    code, said = last_line(["--database", "sqlite", "--seed", "7"], capsys)
    assert code == 0
    assert said == (
        "load: the promise was kept: sqlite 3 tablets, 600 entries, 0 lost, 0 doubled, 0 invented, 0 set aside, "
        "marks and views right (2 s, 300 entries/s, hello 2/4, push 50/100 ms at p50/p99, server 300 MiB) (seed 7)"
    )


def test_where_the_promise_was_broken_the_last_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lose_two(name: str, options: object) -> Outcome:
        outcome = outcome_of(name, options)
        outcome.verdict.note("lost", "here", 2)
        return outcome

    monkeypatch.setattr(command, "run_on", lose_two)
    code, said = last_line(["--seed", "7"], capsys)
    assert code == 1
    assert said.startswith("load: THE PROMISE WAS BROKEN: sqlite 3 tablets, 600 entries, 2 lost")
    assert said.endswith("(seed 7)")


def test_a_run_that_breaks_off_says_so_in_its_last_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_off(name: str, options: object) -> Outcome:
        if name == "postgresql":
            raise OSError("no room")
        return outcome_of(name, options)

    monkeypatch.setattr(command, "run_on", break_off)
    code, said = last_line(["--seed", "7"], capsys)
    assert code == 1
    assert said.startswith("load: nothing is known: sqlite 3 tablets, 600 entries, 0 lost")
    assert said.endswith("; postgresql broke off: OSError (seed 7)")


@pytest.fixture
def tablets(sqlite_app: Flask) -> list[Tablet]:
    """Three whose day is on the server, as they were told."""
    made = []
    for number, enrolled in enumerate(fill_district(sqlite_app, 3, Random(1), long_ago(datetime.now(UTC)))):
        bodies = make_day(enrolled, datetime.now().astimezone(), Random(number))
        tablet = make_tablet(enrolled, bodies)
        batch = tablet.prepared
        response = sqlite_app.test_client().post(PUSH, data=batch.content, headers=batch.headers)
        answer = response.get_json(force=True)
        assert not answer["set_aside"]
        tablet.acknowledged, tablet.is_done = answer["acknowledged_through"], True
        made.append(tablet)
    with sqlite_app.app_context():
        for tenant_id in tenant_ids(db.session()):
            catch_up(tenant_id)
    return made


def check_after(app: Flask, tablets: list[Tablet], damage: Damage | None = None) -> Verdict:
    with app.app_context():
        db.session.remove()
        if damage:
            with db.engine.begin() as connection:
                damage(connection, tablets[1])
        return check(db.engine, tablets)


def test_the_checker_finds_nothing_where_nothing_is_wrong(sqlite_app: Flask, tablets: list[Tablet]) -> None:
    verdict = check_after(sqlite_app, tablets)
    assert verdict.is_kept, verdict.examples
    assert "0 lost" in verdict.sentence()


def lose_an_entry(connection: sa.Connection, tablet: Tablet) -> None:
    of_stream = ENTRIES.c.stream_id == tablet.enrolled.stream_id
    connection.execute(sa.delete(ENTRIES).where(of_stream, ENTRIES.c.stream_seq == 7))


def change_a_byte(connection: sa.Connection, tablet: Tablet) -> None:
    of_stream = ENTRIES.c.stream_id == tablet.enrolled.stream_id
    changed = tablet.bodies[6].replace(b'"entry_schema":1', b'"entry_schema":2')
    connection.execute(sa.update(ENTRIES).where(of_stream, ENTRIES.c.stream_seq == 7).values(body=changed))


def keep_an_entry_twice(connection: sa.Connection, tablet: Tablet) -> None:
    of_stream = ENTRIES.c.stream_id == tablet.enrolled.stream_id
    found = sa.select(ENTRIES).where(of_stream, ENTRIES.c.stream_seq == 7)
    row = dict(connection.execute(found).mappings().one())
    again = {"change_seq": 10**6, "entry_id": "0" * 8 + row["entry_id"][8:]}
    connection.execute(sa.insert(ENTRIES).values(row | again))


def set_an_entry_aside(connection: sa.Connection, _tablet: Tablet) -> None:
    first = sa.select(sa.func.min(ENTRIES.c.change_seq)).scalar_subquery()
    connection.execute(
        sa.update(ENTRIES).where(ENTRIES.c.change_seq == first).values(set_aside_code="kind-unknown")
    )


def invent_an_envelope(connection: sa.Connection, tablet: Tablet) -> None:
    of_stream = ENVELOPES.c.stream_id == tablet.enrolled.stream_id
    found = sa.select(ENVELOPES).where(of_stream, ENVELOPES.c.stream_seq == 7)
    row = dict(connection.execute(found).mappings().one())
    connection.execute(sa.insert(ENVELOPES).values(row | {"stream_seq": len(tablet.bodies) + 1}))


def put_the_mark_back(connection: sa.Connection, tablet: Tablet) -> None:
    of_stream = STREAMS.c.stream_id == tablet.enrolled.stream_id
    connection.execute(sa.update(STREAMS).where(of_stream).values(acknowledged_through=3))


def spoil_the_running_hash(connection: sa.Connection, tablet: Tablet) -> None:
    of_stream = STREAMS.c.stream_id == tablet.enrolled.stream_id
    connection.execute(sa.update(STREAMS).where(of_stream).values(acknowledged_hash=bytes(32)))


def forget_a_view(connection: sa.Connection, _tablet: Tablet) -> None:
    first = sa.select(sa.func.min(VIEWS.c.observation_id)).scalar_subquery()
    connection.execute(sa.delete(VIEWS).where(VIEWS.c.observation_id == first))


def spoil_a_view(connection: sa.Connection, _tablet: Tablet) -> None:
    finished = sa.func.replace(VIEWS.c.view, '"is_late":false', '"is_late":true')
    connection.execute(sa.update(VIEWS).values(view=finished))


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lose_an_entry, "lost"),
        (change_a_byte, "lost"),
        (change_a_byte, "differing from their hash"),
        (change_a_byte, "invented"),
        (keep_an_entry_twice, "doubled"),
        (set_an_entry_aside, "set aside"),
        (invent_an_envelope, "invented"),
        (put_the_mark_back, "wrong marks"),
        (spoil_the_running_hash, "wrong marks"),
        (forget_a_view, "views incomplete"),
        (spoil_a_view, "views differing"),
    ],
)
def test_the_checker_finds(sqlite_app: Flask, tablets: list[Tablet], damage: Damage, what: str) -> None:
    verdict = check_after(sqlite_app, tablets, damage)
    assert verdict.counts[what] > 0, verdict.counts
    assert not verdict.is_kept


def test_the_checker_finds_a_tablet_that_has_stalled(sqlite_app: Flask, tablets: list[Tablet]) -> None:
    tablets[2].is_done = False
    assert check_after(sqlite_app, tablets).counts["stalled"] == 1
