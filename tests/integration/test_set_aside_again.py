"""What lay aside counts as soon as the server can take it: at every start, by a command, and when the rest arrives."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from device import Device, Visit, id_of
from noticing import cli, serve
from noticing.database import db
from noticing.feed.counter import tenant_ids
from noticing.observations import projection
from noticing.observations.rebuilding import rebuild
from noticing.protocols import loader
from noticing.protocols.loader import Shelf, load_all
from noticing.sync import reprocessing
from noticing.sync.reprocessing import reprocess
from school import PASSWORD, School, sign_in


@contextmanager
def broken_protocol() -> Iterator[None]:
    """A server whose file of one protocol is broken."""
    sound = {key: each for key, each in load_all().items() if key[0] != "lesson-clarity"}
    sentence = "lesson-clarity/1.0.0.json, line 3, column 7: this is not JSON; correct it there."
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "_shelf", lambda: Shelf(sound, (sentence,)))
        yield


def codes_in_log(app: Flask) -> list[str | None]:
    with app.app_context():
        rows = db.session.execute(sa.text("SELECT set_aside_code FROM log_entry ORDER BY change_seq"))
        return list(rows.scalars())


def views(app: Flask) -> list[Any]:
    """As pages see them: what came since is folded first."""
    with app.app_context():
        for tenant_id in tenant_ids(db.session()):
            projection.catch_up(tenant_id)
        return list(db.session.execute(sa.text("SELECT * FROM observation_view ORDER BY observation_id")))


def run_command(app: Flask, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    settings = app.config["NOTICING"]
    monkeypatch.setenv("NOTICING_DATABASE_URL", settings.database_url)
    return cli.main([*arguments, "--data", str(settings.data_dir)])


def start_server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of `noticing serve` but listening."""
    monkeypatch.setattr(serve, "run", lambda *_: 0)
    monkeypatch.setattr(serve, "assert_usable", lambda _place: None)
    assert run_command(app, monkeypatch, "serve") == 0


def push_shared_visit(lee: Device, school: School) -> tuple[Visit, list[str]]:
    visit = Visit(lee, school)
    mark = visit.mark()
    return visit, [visit.start, mark, visit.finish(), visit.share([id_of(mark)])]


def test_an_early_reply_does_not_break_the_push_that_brings_the_whole_visit(
    app: Flask, school: School, lee: Device
) -> None:
    visit, bodies = push_shared_visit(lee, school)
    rivera = Device(app, school.people["rivera"])
    answer = {"feedback_entry_id": id_of(bodies[-1]), "text": "Thank you"}
    reply = rivera.body(visit.observation_id, "feedback.replied", answer, minute=60)
    assert [each["code"] for each in rivera.push([reply])["set_aside"]] == ["observation-unknown"]
    assert lee.push(bodies)["set_aside"] == []
    assert codes_in_log(app) == [None] * 5
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    items = client.get("/api/v1/sync/changes").get_json()["items"]
    assert [item["body"] for item in items if item["what"] == "entry"][-1] == reply


def test_a_broken_protocol_keeps_and_answers_everything(
    app: Flask,
    school: School,
    lee: Device,
) -> None:
    _, bodies = push_shared_visit(lee, school)
    with broken_protocol():
        answer = lee.push(bodies)
        client = app.test_client()
        sign_in(client, school.email("lee"), PASSWORD)
        page = client.get("/api/v1/sync/changes")
    assert answer["acknowledged_through"] == 4
    assert answer["set_aside"][0]["code"] == "protocol-unknown"
    assert page.status_code == 200
    slugs = {item["row"]["slug"] for item in page.get_json()["items"] if item.get("room") == "protocol"}
    assert slugs == {"engagement-sweep", "responses-and-feedback", "selective-script"}


def test_a_broken_protocol_is_told_by_the_health_page(
    app: Flask,
) -> None:
    with broken_protocol():
        answer = app.test_client().get("/healthz")
    part = answer.get_json()["parts"]["protocols"]
    assert (answer.status_code, answer.get_json()["status"], part["status"]) == (200, "incomplete", "missing")
    assert part["problem"]["code"] == "protocol-broken"
    assert part["problem"]["errors"] == {
        "files": ["lesson-clarity/1.0.0.json, line 3, column 7: this is not JSON; correct it there."]
    }


def test_a_broken_protocol_is_told_at_the_start_and_once_mended_its_visits_count(
    app: Flask,
    school: School,
    lee: Device,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, bodies = push_shared_visit(lee, school)
    with broken_protocol(), pytest.MonkeyPatch.context() as patch:
        lee.push(bodies)
        start_server(app, patch)
    assert "WARNING: A protocol file has an error" in (said := capsys.readouterr().out)
    assert "lesson-clarity/1.0.0.json, line 3, column 7" in said
    with pytest.MonkeyPatch.context() as patch:
        start_server(app, patch)
    assert "Entries that lay aside and are judged otherwise now: 4" in capsys.readouterr().out
    assert codes_in_log(app) == [None] * 4
    assert [row.status for row in views(app)] == ["shared"]


def test_what_was_folded_without_its_protocol_is_folded_again_at_the_next_start(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, bodies = push_shared_visit(lee, school)
    lee.push(bodies)
    before = views(app)
    with monkeypatch.context() as broken:
        broken.setattr(loader, "_shelf", lambda: Shelf({}, ("broken",)))
        lee.push([visit.finish(minute=31)])
        poorer = views(app)
        with app.app_context():
            assert projection.fold_with_known_protocols(school.tenant_id) == 0
    assert (before[0].folded_with is None, poorer[0].folded_with is None) == (False, True)
    with monkeypatch.context() as patch:
        start_server(app, patch)
    started = views(app)
    with app.app_context():
        rebuild(school.tenant_id)
    assert started == views(app)
    assert started[0].folded_with == before[0].folded_with


def test_a_command_judges_again(
    app: Flask,
    school: School,
    lee: Device,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, bodies = push_shared_visit(lee, school)
    with broken_protocol():
        lee.push([*bodies, "garbage"])
    with pytest.MonkeyPatch.context() as patch:
        assert run_command(app, patch, "reprocess") == 0
        assert run_command(app, patch, "reprocess") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert (first[-3:], second[-3:]) == (": 4", ": 0")
    assert codes_in_log(app) == [None] * 4 + ["not-an-entry"]
    assert [row.status for row in views(app)] == ["shared"]


def test_a_command_makes_every_view_anew_with_the_same_bytes(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        lee.push(push_shared_visit(lee, school)[1])
    before = views(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE observation_view SET view = '{}', status = 'unknown'"))
    assert run_command(app, monkeypatch, "rebuild") == 0
    assert views(app) == before
    assert len(before) == 3


def test_a_second_entry_under_an_id_does_not_keep_the_first_aside_for_ever(
    app: Flask,
    school: School,
    lee: Device,
) -> None:
    visit = Visit(lee, school)
    other = json.dumps(json.loads(visit.start) | {"salt": "other"})
    park = Device(app, school.people["park"])
    park.push([json.dumps(json.loads(visit.start) | {"salt": "squatter"})])
    with broken_protocol():
        lee.push([visit.start, other])
    with app.app_context():
        assert reprocess(school.tenant_id) == 1
    assert codes_in_log(app) == ["not-your-entry", None, "same-id-other-content"]


def test_nothing_aside_costs_one_question(app: Flask, school: School, lee: Device) -> None:
    lee.push(push_shared_visit(lee, school)[1])
    statements: list[str] = []
    with app.app_context():
        sa.event.listen(
            db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: statements.append(statement)
        )
        assert reprocess(school.tenant_id) == 0
    assert len([each for each in statements if each.startswith("SELECT")]) == 1


class Parts:
    """How many entries were judged together each time; the fault of one time, where one was asked for."""

    def __init__(self, patch: pytest.MonkeyPatch, most: int) -> None:
        self.sizes: list[int] = []
        self.fails_at: int | None = None
        self._judge_all = reprocessing.judge_all
        patch.setattr(reprocessing, "JUDGED_AT_ONCE", most)
        patch.setattr(reprocessing, "judge_all", self._judge)

    def _judge(self, session: Any, tenant_id: str, candidates: Any) -> Any:
        if len(self.sizes) == self.fails_at:
            raise OSError("the power went off")
        self.sizes.append(len(candidates))
        return self._judge_all(session, tenant_id, candidates)


def test_all_that_lies_aside_is_judged_in_parts_and_what_one_part_settled_stays(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = [push_shared_visit(lee, school)[1] for _ in range(3)]
    with broken_protocol():
        for bodies in visits:
            lee.push(bodies)
    assert None not in codes_in_log(app)
    parts = Parts(monkeypatch, most=9)
    parts.fails_at = 1
    with app.app_context():
        with pytest.raises(OSError, match="power"):
            reprocess(school.tenant_id)
        db.session.remove()
        assert codes_in_log(app).count(None) == 8
        parts.fails_at, parts.sizes, told = None, [], []
        assert reprocess(school.tenant_id, lambda *said: told.append(said)) == 4
    assert codes_in_log(app) == [None] * 12
    assert (parts.sizes, told) == ([4], [(4, 4)])


def test_a_visit_is_judged_as_a_whole_however_its_entries_lie_among_others(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, other = Visit(lee, school), Visit(lee, school)
    mark, finish = visit.mark(), visit.finish()
    bodies = [mark, other.start, finish, other.mark(), visit.start, visit.share([id_of(mark)])]
    with broken_protocol():
        lee.push(bodies)
    parts = Parts(monkeypatch, most=2)
    with app.app_context():
        assert reprocess(school.tenant_id) == 6
    assert codes_in_log(app) == [None] * 6
    assert parts.sizes == [4, 2]
