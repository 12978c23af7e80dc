"""The ten-millionth entry costs what the ten-thousandth did: no step of sync reads more of the log than it needs.

Asked of the databases' own planners, for what a device's conversation really sends to them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from comparing import held, repair, verify
from device import Device, Visit
from noticing.database import db
from school import PASSWORD, School, sign_in

GROWING = ("log_entry", "envelope", "change", "observation_view", "entry_chunk")  # with what is observed
WHOLE_TENANT = re.compile(r"SEARCH \w+ USING (COVERING )?INDEX \w+ \(tenant_id=\?\)$")
Statements = list[tuple[str, Any]]
OTHERS = 20_000
WIDE_COST = 600  # to read the others costs more than that, in PostgreSQL's own measure
FILL = (
    "INSERT INTO log_entry (tenant_id, change_seq, entry_id, body_hash, body, stream_id, stream_seq, author_id,"
    " subject_kind, subject_id, kind, received_at) SELECT :tenant, n + 1000000, gen_random_uuid(), sha256('x'),"
    " 'x', md5((n % 50)::text)::uuid, n, :author, 'observation', md5((n / 100)::text)::uuid, 'item.marked', now()"
    " FROM generate_series(1, :count) AS n",
    "INSERT INTO envelope (stream_id, stream_seq, tenant_id, body_hash, change_seq)"
    " SELECT (SELECT max(stream_id::text)::uuid FROM stream), n + 1000000, :tenant, sha256('x'), n + 1000000"
    " FROM generate_series(1, :count) AS n",
    "INSERT INTO change (tenant_id, change_seq, what, room, ref_id, at)"
    " SELECT :tenant, n + 2000000, 'row', 'class', n::text, now() FROM generate_series(1, :count) AS n",
)


@contextmanager
def listening(app: Flask) -> Iterator[Statements]:
    heard: Statements = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            heard.append((statement, parameters))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def wide_plans(app: Flask, heard: Statements) -> list[str]:
    """What would read all of a table that grows, or all of a tenant's."""
    with app.app_context(), db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        plans = [
            (
                statement,
                [str(row[-1]).strip() for row in connection.exec_driver_sql(explain + statement, sent)],
            )
            for statement, sent in heard
        ]
    is_wide = is_wide_in_sqlite if is_sqlite else is_wide_in_postgresql
    return [f"{plan}: {statement}" for statement, plan in plans if is_wide(plan)]


def is_wide_in_sqlite(plan: list[str]) -> bool:
    steps = [step for step in plan if any(re.search(rf"\b{name}\b", step) for name in GROWING)]
    return any(step.startswith("SCAN") or WHOLE_TENANT.search(step) for step in steps)


def is_wide_in_postgresql(plan: list[str]) -> bool:
    found = re.search(r"cost=[\d.]+\.\.([\d.]+)", plan[0])
    assert found, plan
    return float(found[1]) > WIDE_COST


def fill(app: Flask, school: School) -> None:
    """PostgreSQL plans by what lies in the tables: thousands of other entries of the tenant."""
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name != "postgresql":
            return
        values = {"tenant": school.tenant_id, "author": school.people["lee"], "count": OTHERS}
        for statement in FILL:
            connection.execute(sa.text(statement), values)
    with app.app_context(), db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


@pytest.fixture
def visit(app: Flask, school: School, lee: Device) -> Visit:
    visit = Visit(lee, school)
    lee.push([visit.start, visit.mark(), "no entry at all"])
    Device(app, school.people["lee"])
    fill(app, school)
    return visit


def test_a_push_reads_what_it_needs(app: Flask, school: School, lee: Device, visit: Visit) -> None:
    with listening(app) as heard:
        lee.push([visit.mark(), visit.line("What could we draw?"), visit.finish()])
        lee.push([visit.mark(minute=3)], from_seq=9)
    assert len(heard) > 10
    assert wide_plans(app, heard) == []


def test_a_replay_and_a_repair_read_what_they_need(
    app: Flask, school: School, lee: Device, visit: Visit
) -> None:
    bodies = [visit.mark(), visit.mark()]
    lee.push(bodies)
    with listening(app) as heard:
        lee.push(bodies, from_seq=4)
        repair(lee, bodies, from_seq=4)
    assert wide_plans(app, heard) == []


def test_hello_and_verify_read_what_they_need(app: Flask, school: School, lee: Device, visit: Visit) -> None:
    with listening(app) as heard:
        assert lee.get("/api/v1/sync/hello").status_code == 200
        verify(lee, held([visit.start]))
    assert wide_plans(app, heard) == []


def test_changes_read_what_is_new(app: Flask, school: School, lee: Device, visit: Visit) -> None:
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    page = client.get("/api/v1/sync/changes").get_json()
    lee.push([visit.mark()])
    with listening(app) as heard:
        for not_from in ({}, {"not_from": lee.stream_id}):
            asked = {"after": page["cursor"]} | not_from
            assert client.get("/api/v1/sync/changes", query_string=asked).status_code == 200
    assert wide_plans(app, heard) == []


@pytest.mark.usefixtures("visit")
def test_a_wide_question_would_be_noticed(app: Flask) -> None:
    with listening(app) as heard, app.app_context():
        db.session.execute(sa.text("SELECT body FROM log_entry WHERE kind = 'item.marked'")).all()
    assert len(wide_plans(app, heard)) == 1
