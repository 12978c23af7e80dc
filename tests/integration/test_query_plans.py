"""What runs at every push, page or rebuild reads no table from end to end, however long the log has become."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from device import Device, Visit, id_of
from noticing.accounts.people import actor_of
from noticing.clock import make_id, make_random_id
from noticing.database import db
from noticing.entry_log import store
from noticing.entry_log.models import LogEntry
from noticing.observations import clocks, projection
from noticing.observations.rebuilding import find_differing
from noticing.sync.changes import hand_out
from noticing.tablets.overview import find_tablets
from school import School

LONG = ("log_entry", "envelope", "observation_view", "clock_sample", "change")
Statement = tuple[str, Any]


def visits(lee: Device, school: School) -> list[Visit]:
    made = []
    for _ in range(3):
        lee.clock_session_id = make_random_id()
        visit = Visit(lee, school)
        mark = visit.mark()
        lee.push([visit.start, mark, visit.finish(), visit.share([id_of(mark)]), visit.mark("nonsense")])
        made.append(visit)
    return made


@contextmanager
def listening() -> Iterator[list[Statement]]:
    """The reading statements that go to the database meanwhile, with their values."""
    heard: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().startswith(("SELECT", "DELETE", "UPDATE")) and not many:
            heard.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


def full_reads(statements: list[Statement]) -> list[str]:
    """The lines of their plans in which a long table is read whole."""
    return [
        f"{line}: {statement}"
        for statement, values in statements
        for line in plan_of(statement, values)
        if any(f"SCAN {table}" in line or f"Seq Scan on {table}" in line for table in LONG)
    ]


def plan_of(statement: str, values: Any, *, may_scan: bool = False) -> list[str]:
    """The tables of a test are short: without `may_scan`, PostgreSQL is to do as with long ones."""
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not (is_sqlite or may_scan):
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values)]


def push_again(app: Flask, school: School, lee: Device, visit: Visit) -> None:
    lee.push([visit.mark(minute=5)])


def look_at_tablets(app: Flask, school: School, lee: Device, visit: Visit) -> None:
    find_tablets(school.tenant_id)


def compare_all(app: Flask, school: School, lee: Device, visit: Visit) -> None:
    find_differing(school.tenant_id)


def correct(app: Flask, school: School, lee: Device, visit: Visit) -> None:
    clocks.times_of(school.tenant_id, visit.observation_id)


def read_views(app: Flask, school: School, lee: Device, visit: Visit) -> None:
    projection.view_of(school.tenant_id, visit.observation_id)
    projection.list_by_observer(school.tenant_id, lee.person_id)
    projection.list_for_observed(school.tenant_id, school.people["rivera"])
    projection.fold_with_known_protocols(school.tenant_id)


@pytest.mark.parametrize("act", [push_again, look_at_tablets, compare_all, correct, read_views])
def test_every_statement_finds_its_rows_by_an_index(
    app: Flask, school: School, lee: Device, act: Callable[[Flask, School, Device, Visit], None]
) -> None:
    *_, visit = visits(lee, school)
    lee.clock_session_id = make_random_id()
    with app.app_context():
        with listening() as heard:
            act(app, school, lee, visit)
        db.session.rollback()
        assert heard
        assert full_reads(heard) == []


def test_a_page_of_changes_asks_for_one_withdrawal_at_most(app: Flask, school: School, lee: Device) -> None:
    *_, visit = visits(lee, school)
    with app.app_context():
        cursor = hand_out(actor_of(lee.person_id), "", 500).cursor
    lee.push([visit.mark(minute=5)])
    with app.app_context():
        with listening() as heard:
            hand_out(actor_of(lee.person_id), cursor, 1)
        db.session.rollback()
        asked = [statement for statement, values in heard if "withdrawn" in str(values)]
        assert len(asked) == 1
        assert "LIMIT" in asked[0]
        assert full_reads(heard) == []


def test_what_lies_aside_is_found_by_its_own_index(app: Flask, school: School, lee: Device) -> None:
    visits(lee, school)
    with app.app_context():
        with listening() as heard:
            store.has_set_aside(db.session(), school.tenant_id)
            list(store.all_set_aside(db.session(), school.tenant_id))
        db.session.rollback()
        found = [" ".join(plan_of(*statement)) for statement in heard]
    assert len(found) == 3
    assert all(re.search("ix_log_entry_(set_)?aside", plan) for plan in found)


def test_a_table_that_nobody_has_analyzed_is_not_read_whole_for_what_is_new(
    app: Flask, school: School, lee: Device
) -> None:
    """As in the first minutes of a district: PostgreSQL guesses then."""
    lee.push([Visit(lee, school).start])
    sent = [make_id() for _ in range(500)]
    with app.app_context():
        copy_first_entry(20_000)
        with listening() as heard:
            assert store.ids_in_log(db.session(), school.tenant_id, sent) == []
        db.session.rollback()
        (statement,) = heard
        plan = plan_of(*statement, may_scan=True)
    assert not [line for line in plan if "SCAN log_entry" in line or "Seq Scan on log_entry" in line]


def copy_first_entry(count: int) -> None:
    """Under other ids and numbers."""
    table = LogEntry.__table__
    with db.engine.begin() as connection:
        row = dict(connection.execute(sa.select(table)).mappings().one())
        first = row["change_seq"] + 1
        copies = [row | {"entry_id": make_id(), "change_seq": first + number} for number in range(count)]
        connection.execute(sa.insert(table), copies)


def test_a_table_that_is_read_whole_is_noticed(app: Flask, school: School, lee: Device) -> None:
    visits(lee, school)
    with app.app_context():
        with listening() as heard:
            db.session.execute(sa.text("SELECT count(*) FROM log_entry WHERE stream_seq = 1"))
        db.session.rollback()
        assert len(full_reads(heard)) == 1
