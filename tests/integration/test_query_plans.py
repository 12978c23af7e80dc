"""What runs at every push, page or rebuild reads no table from end to end, however long the log has become."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from device import Device, Visit, id_of
from noticing.clock import make_random_id
from noticing.database import db
from noticing.observations import clocks, projection
from noticing.observations.rebuilding import find_differing
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
    lines = []
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")  # the tables of a test are short
        for statement, values in statements:
            plan = connection.exec_driver_sql(
                f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{statement}", values
            )
            for row in plan:
                line = str(row[-1])
                if any(f"SCAN {table}" in line or f"Seq Scan on {table}" in line for table in LONG):
                    lines.append(f"{line}: {statement}")
    return lines


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


def test_a_table_that_is_read_whole_is_noticed(app: Flask, school: School, lee: Device) -> None:
    visits(lee, school)
    with app.app_context():
        with listening() as heard:
            db.session.execute(sa.text("SELECT count(*) FROM log_entry WHERE stream_seq = 1"))
        db.session.rollback()
        assert len(full_reads(heard)) == 1
