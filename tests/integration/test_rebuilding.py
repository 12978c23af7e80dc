"""Views made anew from the log are the same bytes as those that were caught up, and pages never miss one meanwhile."""

import json
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device import Device, Visit, id_of
from noticing import cli
from noticing.clock import make_id
from noticing.database import db, writing
from noticing.entry_log.store import entries_of
from noticing.observations import projection, rebuilding
from noticing.observations.fold import fold
from noticing.observations.rebuilding import find_differing, rebuild
from noticing.observations.rows import write_canonical
from noticing.progress import tell
from noticing.protocols.loader import latest
from school import School


def stored_views(app: Flask) -> list[Any]:
    with app.app_context():
        return list(db.session.execute(sa.text("SELECT * FROM observation_view ORDER BY observation_id")))


def change(app: Flask, statement: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text(statement))


def rich_visit(device: Device, school: School) -> tuple[Visit, list[str]]:
    """Everything that the fold has rules for, in the order in which a coach makes it."""
    visit = Visit(device, school)
    marks = [visit.mark(minute=2), visit.line("What could we draw? 🌱", minute=3), visit.mark(minute=4)]
    first = visit.body("draft.written", {"value": {"text": "Wait"}}, "step", minute=32)
    bodies = [
        visit.start,
        *marks,
        visit.body("entry.retracted", {"entry_id": id_of(marks[0]), "reason": "undo"}, minute=5),
        visit.body("entry.tagged", {"entry_id": id_of(marks[1]), "tags": ["why"]}, minute=6),
        visit.body(
            "entry.amended",
            {
                "entry_id": id_of(marks[1]),
                "payload": {"text": "What?", "speaker": "T"},
                "reason": "heard wrong",
            },
            minute=7,
        ),
        visit.body("observation.corrected", {"students_present": 21, "reason": "two left"}, minute=8),
        visit.finish(),
        first,
        visit.body("draft.written", {"value": {"text": "Wait."}}, "step", minute=33, replaces=[id_of(first)]),
        visit.share([id_of(marks[1])]),
        visit.mark(minute=90),
    ]
    return visit, bodies


@pytest.fixture
def pushed(app: Flask, school: School, lee: Device) -> list[Any]:
    for _ in range(3):
        lee.push(rich_visit(lee, school)[1])
    lee.push(["garbage", Visit(lee, school).mark()])
    with app.app_context():
        projection.catch_up(school.tenant_id)
    return stored_views(app)


SEEDS = st.tuples(st.integers(0, 2**32), st.integers(1, 13))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SEEDS)
def test_however_a_visit_is_split_and_shuffled_its_view_is_the_same_bytes(
    app: Flask, school: School, lee: Device, seed: tuple[int, int]
) -> None:
    visit, bodies = rich_visit(lee, school)
    protocol = latest("lesson-clarity")
    assert protocol
    first = lee.next_seq
    for start, end in split(len(bodies), *seed):
        lee.push(bodies[start:end], from_seq=first + start)
    with app.app_context():
        found = projection.view_of(school.tenant_id, visit.observation_id)
        assert found is not None
        counting = entries_of(db.session(), school.tenant_id, [visit.observation_id])
        assert len(counting) >= len(bodies) - 1  # a correction that comes after the share lies aside
        expected = fold([json.loads(each.body) for each in reversed(counting)], protocol.document)
        assert write_canonical(found) == write_canonical(expected)
        assert find_differing(school.tenant_id) == []


def split(count: int, seed: int, parts: int) -> Iterator[tuple[int, int]]:
    """`count` things in so many parts, which come in any order, some of them twice."""
    chance = random.Random(seed)
    cuts = sorted({0, count, *(chance.randrange(count) for _ in range(parts))})
    ranges = list(pairwise(cuts))
    ranges += chance.sample(ranges, len(ranges) // 3)
    chance.shuffle(ranges)
    yield from ranges


def test_from_nothing_come_the_same_bytes(app: Flask, school: School, pushed: list[Any]) -> None:
    assert len(pushed) == 3
    change(app, "DELETE FROM observation_view")
    change(app, "DELETE FROM projection_cursor")
    with app.app_context():
        assert len(rebuild(school.tenant_id)) == 3
        assert rebuild(school.tenant_id) == []
    assert stored_views(app) == pushed


def test_what_was_spoilt_is_found_and_mended_and_nothing_else_is_written(
    app: Flask, school: School, pushed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = pushed[1].observation_id
    with app.app_context(), db.engine.begin() as connection:
        one = sa.text("UPDATE observation_view SET status = 'capturing' WHERE observation_id = :id")
        connection.execute(one, {"id": spoilt})
    written: list[str] = []
    put_rows = rebuilding.put_rows
    monkeypatch.setattr(
        rebuilding, "put_rows", lambda s, t, rows: (written.extend(rows), put_rows(s, t, rows))[1]
    )
    with app.app_context():
        assert find_differing(school.tenant_id) == find_differing(school.tenant_id) != []
        assert stored_views(app) != pushed
        changed = rebuild(school.tenant_id)
    assert len(changed) == 1
    assert written == changed
    assert stored_views(app) == pushed


def test_a_view_without_entries_goes(app: Flask, school: School, pushed: list[Any]) -> None:
    gone = make_id()
    with app.app_context():
        with writing(school.tenant_id) as session:
            row = dict(session.execute(sa.select(rebuilding._views)).mappings().first() or {})
            session.execute(sa.insert(rebuilding._views), [row | {"observation_id": gone}])
        assert find_differing(school.tenant_id) == [gone]
        assert rebuild(school.tenant_id) == [gone]
    assert stored_views(app) == pushed


@pytest.mark.parametrize("at_once", [1, 2, 3, 50])
def test_pages_miss_no_view_while_all_are_made_anew(
    app: Flask, school: School, pushed: list[Any], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    change(app, "UPDATE observation_view SET status = 'unknown'")
    monkeypatch.setattr(rebuilding, "AT_ONCE", at_once)
    counts: list[int] = []

    def look(_done: int, _total: int) -> None:
        with db.engine.connect() as page:
            counts.append(page.execute(sa.text("SELECT count(*) FROM observation_view")).scalar() or 0)

    with app.app_context():
        assert len(rebuild(school.tenant_id, look)) == 3
    assert set(counts) == {3}
    assert stored_views(app) == pushed


def test_a_rebuild_that_was_killed_is_begun_again(
    app: Flask, school: School, pushed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(app, "UPDATE observation_view SET status = 'unknown'")
    monkeypatch.setattr(rebuilding, "AT_ONCE", 1)

    def kill(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with app.app_context():
        with pytest.raises(KeyboardInterrupt):
            rebuild(school.tenant_id, kill)
        db.session.remove()
        assert sum(row.status == "unknown" for row in stored_views(app)) == 1
        assert len(rebuild(school.tenant_id)) == 1
    assert stored_views(app) == pushed


def test_what_comes_while_a_batch_is_folded_is_in_its_view(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, bodies = rich_visit(lee, school)
    lee.push(bodies)
    change(app, "UPDATE observation_view SET status = 'unknown'")
    fold_rows, is_first = rebuilding.fold_rows, [True]

    def fold_and_be_overtaken(session: Any, tenant_id: str, ids: Any) -> Any:
        rows = fold_rows(session, tenant_id, ids)
        if is_first.pop() if is_first else False:
            session.rollback()
            lee.push([visit.mark(minute=91)])
        return rows

    monkeypatch.setattr(rebuilding, "fold_rows", fold_and_be_overtaken)
    with app.app_context():
        rebuild(school.tenant_id)
        view = projection.view_of(school.tenant_id, visit.observation_id)
        assert view is not None
        assert view["entry_count"] == len(bodies) + 1
        assert find_differing(school.tenant_id) == []


def test_spoilt_bytes_in_the_log_close_no_page(
    app: Flask, school: School, lee: Device, pushed: list[Any]
) -> None:
    with app.app_context(), db.engine.begin() as connection:
        first = (
            "(SELECT min(change_seq) FROM log_entry WHERE kind = 'item.marked' AND set_aside_code IS NULL)"
        )
        connection.execute(
            sa.text(f"UPDATE log_entry SET body = :bad WHERE change_seq = {first}"), {"bad": b"{\xff"}
        )
    with app.app_context():
        assert len(rebuild(school.tenant_id)) == 1
    assert len(stored_views(app)) == 3


def run(app: Flask, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    place = app.config["NOTICING"]
    monkeypatch.setenv("NOTICING_DATABASE_URL", place.database_url)
    return cli.main([*arguments, "--data", str(place.data_dir)])


def test_the_check_only_says_which_views_differ(
    app: Flask, pushed: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, monkeypatch, "rebuild", "--check") == 0
    assert "Every view is what its entries say." in capsys.readouterr().out
    change(app, "UPDATE observation_view SET status = 'unknown'")
    spoilt = stored_views(app)
    assert run(app, monkeypatch, "rebuild", "--check") == 1
    assert capsys.readouterr().out.count("is not what its entries say") == 3
    assert stored_views(app) == spoilt
    assert run(app, monkeypatch, "rebuild") == 0
    assert run(app, monkeypatch, "rebuild", "--check") == 0
    assert stored_views(app) == pushed


def test_a_long_command_says_how_long_it_will_take() -> None:
    assert tell("visits", 10, 40, 20) == "10 of 40 visits, about 60 s left"
    assert tell("visits", 10, 4000, 20) == "10 of 4000 visits, about 133 min left"
    assert tell("visits", 0, 40, 20) == "0 of 40 visits"
    assert tell("visits", 40, 40, 20) == "40 of 40 visits"
