"""Views follow the log, entry by entry."""

import json
import logging
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from device import Device, Visit, id_of
from noticing.accounts.pairings import end_pairing
from noticing.accounts.people import actor_of
from noticing.accounts.places import add_class
from noticing.accounts.policy import Sitting, can
from noticing.clock import make_id
from noticing.database import db
from noticing.observations import projection
from noticing.observations.fold import fold
from noticing.observations.rebuilding import rebuild
from noticing.observations.sittings import sitting_of_view
from noticing.problems import Problem
from noticing.protocols.loader import latest
from noticing.sync.other_rooms import OtherRooms
from noticing.sync.reprocessing import reprocess
from noticing.sync.server_stream import PageDraft, append_from_page
from school import School


def stored_views(app: Flask) -> list[Any]:
    with app.app_context():
        return list(db.session.execute(sa.text("SELECT * FROM observation_view ORDER BY observation_id")))


def shared_visit(device: Device, school: School) -> tuple[Visit, list[str]]:
    visit = Visit(device, school)
    marks = [visit.mark(minute=2), visit.line("What could we draw? 🌱", minute=3)]
    undo = visit.body("entry.retracted", {"entry_id": id_of(marks[0]), "reason": "undo"}, minute=4)
    return visit, [visit.start, *marks, undo, visit.finish(), visit.share([id_of(marks[1])])]


def test_after_a_push_the_view_is_there(app: Flask, school: School, lee: Device) -> None:
    visit, bodies = shared_visit(lee, school)
    lee.push(bodies)
    protocol = latest("lesson-clarity")
    assert protocol
    with app.app_context():
        view = projection.view_of(school.tenant_id, visit.observation_id)
    assert view == fold([json.loads(body) for body in bodies], protocol.document)


def test_catching_up_twice_changes_nothing(app: Flask, school: School, lee: Device) -> None:
    _, bodies = shared_visit(lee, school)
    lee.push(bodies)
    with app.app_context():
        projection.catch_up(school.tenant_id)
    before = stored_views(app)
    with app.app_context():
        projection.catch_up(school.tenant_id)
    assert before
    assert stored_views(app) == before


def test_a_page_catches_up_with_what_a_push_could_not_project(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, bodies = shared_visit(lee, school)
    with monkeypatch.context() as fallen:
        fallen.setitem(app.extensions, "noticing.sync", OtherRooms())
        lee.push(bodies)
    assert stored_views(app) == []
    with app.app_context():
        projection.catch_up(school.tenant_id)
        view = projection.view_of(school.tenant_id, visit.observation_id)
    assert view
    assert view["status"] == "shared"


def test_a_push_folds_nothing_while_a_reader_can_catch_up_quickly(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, bodies = shared_visit(lee, school)
    lee.push(bodies)
    assert stored_views(app) == []
    monkeypatch.setattr(projection, "MANY", 1)
    lee.push([Visit(lee, school).start])
    assert stored_views(app) == []
    lee.push(shared_visit(lee, school)[1])
    assert len(stored_views(app)) == 3


def test_a_long_log_is_caught_up_in_several_transactions(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, bodies = shared_visit(lee, school)
    _, others = shared_visit(lee, school)
    lee.push([*bodies, *others])
    with app.app_context():
        projection.catch_up(school.tenant_id)
    before = stored_views(app)
    assert len(before) == 2
    monkeypatch.setattr(projection, "NUMBERS_AT_ONCE", 3)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM observation_view"))
        connection.execute(sa.text("UPDATE projection_cursor SET change_seq = 0"))
    with app.app_context():
        projection.catch_up(school.tenant_id)
    assert stored_views(app) == before


def test_set_aside_entries_stay_outside_until_they_are_accepted(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, bodies = shared_visit(lee, school)
    with monkeypatch.context() as later:
        later.setattr("noticing.sync.grounds.load_all", dict)
        lee.push(bodies)
    assert stored_views(app) == []
    with app.app_context():
        assert reprocess(school.tenant_id) == len(bodies)
        projection.catch_up(school.tenant_id)
        caught_up = stored_views(app)
        view = projection.view_of(school.tenant_id, visit.observation_id)
        rebuild(school.tenant_id)
    assert view
    assert view["entry_count"] == len(bodies)
    assert stored_views(app) == caught_up


def test_lists_hold_the_latest_visit_first(app: Flask, school: School, lee: Device) -> None:
    first, second = Visit(lee, school), Visit(lee, school)
    later = second.body("observation.started", json.loads(second.start)["payload"], minute=10)
    lee.push([later, first.start])
    with app.app_context():
        for found in (
            projection.list_for_observed(school.tenant_id, school.people["rivera"]),
            projection.list_by_observer(school.tenant_id, school.people["lee"]),
        ):
            assert [visit.observation_id for visit in found] == [second.observation_id, first.observation_id]
        assert projection.list_for_observed(school.tenant_id, school.people["okafor"]) == []
        assert projection.list_for_observed(make_id(), school.people["rivera"]) == []
        assert projection.view_of(make_id(), first.observation_id) is None
        assert projection.view_of(school.tenant_id, "no id") is None


def read_sitting(school: School, visit: Visit) -> Sitting:
    view = projection.view_of(school.tenant_id, visit.observation_id)
    assert view
    sitting = sitting_of_view(view)
    assert sitting
    return sitting


def test_a_sitting_says_what_the_policy_asks(app: Flask, school: School, lee: Device) -> None:
    visit, bodies = shared_visit(lee, school)
    lee.push(bodies[:1])
    with app.app_context():
        sitting = read_sitting(school, visit)
        assert (sitting.is_finished, sitting.is_shared, sitting.is_pairing_held) == (False, False, True)
    lee.push(bodies[1:])
    with app.app_context():
        sitting = read_sitting(school, visit)
        assert (sitting.is_finished, sitting.is_shared) == (True, True)
        assert can(actor_of(school.people["rivera"]), "feedback.read", sitting)
        assert not can(actor_of(school.people["park"]), "feedback.read", sitting)
        end_pairing(school.pairing_id)
        sitting = read_sitting(school, visit)
        assert not sitting.is_pairing_held


def test_access_moves_with_a_corrected_teacher(app: Flask, school: School, lee: Device) -> None:
    with app.app_context():
        from noticing.accounts.pairings import pair

        pair(school.people["lee"], school.people["okafor"])
        class_id = add_class(
            school.other_school_id,
            school.people["okafor"],
            "6",
            grade="6",
            subject="x",
            room="1",
            head_count=20,
        )
    visit = Visit(lee, school)
    corrected = {
        "observed_id": school.people["okafor"],
        "class_id": class_id,
        "school_id": school.other_school_id,
    }
    correct = visit.body("observation.corrected", corrected | {"reason": "wrong teacher"}, minute=5)
    assert lee.push([visit.start, correct])["set_aside"] == []
    with app.app_context():
        assert projection.list_for_observed(school.tenant_id, school.people["rivera"]) == []
        assert len(projection.list_for_observed(school.tenant_id, school.people["okafor"])) == 1


def test_what_is_done_on_a_page_goes_the_same_way(app: Flask, school: School, lee: Device) -> None:
    visit, bodies = shared_visit(lee, school)
    lee.push(bodies)
    reply = {"feedback_entry_id": id_of(bodies[-1]), "text": "Thank you"}
    with app.app_context():
        rivera = actor_of(school.people["rivera"])
        for _ in range(2):
            draft = PageDraft(subject_id=visit.observation_id, kind="feedback.replied", payload=reply)
            assert len(append_from_page(rivera, [draft])) == 1
        view = projection.view_of(school.tenant_id, visit.observation_id)
        streams = db.session.execute(
            sa.text("SELECT acknowledged_through FROM stream WHERE is_server_side = :yes"), {"yes": True}
        )
        assert streams.scalars().all() == [2]
    assert view
    assert [each["text"] for each in view["replies"]] == ["Thank you", "Thank you"]


def test_a_form_that_is_sent_twice_is_one_entry(app: Flask, school: School, lee: Device) -> None:
    visit, bodies = shared_visit(lee, school)
    lee.push(bodies)
    entry_id = make_id()

    def send(text: str) -> str:
        reply = {"feedback_entry_id": id_of(bodies[-1]), "text": text}
        draft = PageDraft(visit.observation_id, "feedback.replied", reply, entry_id=entry_id)
        return append_from_page(actor_of(school.people["rivera"]), [draft])[0]

    with app.app_context():
        assert send("Thank you") == send("Thank you") == entry_id
        assert send("Thank you, and a question") != entry_id
        view = projection.view_of(school.tenant_id, visit.observation_id)
    assert view
    assert sorted(each["text"] for each in view["replies"]) == ["Thank you", "Thank you, and a question"]


def test_what_a_page_cannot_add_leaves_nothing_behind(app: Flask, school: School, lee: Device) -> None:
    visit, bodies = shared_visit(lee, school)
    lee.push(bodies)
    reply = {"feedback_entry_id": id_of(bodies[-1]), "text": "Thank you"}
    with app.app_context():
        before = log_counts()
        good = PageDraft(visit.observation_id, "feedback.replied", reply)
        wrong = PageDraft(visit.observation_id, "feedback.replied", reply | {"feedback_entry_id": make_id()})
        with pytest.raises(Problem, match="not-found"):
            append_from_page(actor_of(school.people["rivera"]), [good, wrong])
        assert log_counts() == before


def log_counts() -> list[int]:
    return [
        db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0
        for table in ("log_entry", "envelope", "stream", "change")
    ]


def test_the_log_line_names_the_step_and_no_person(
    app: Flask, school: School, lee: Device, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "noticing.journey")
    lee.push(shared_visit(lee, school)[1])
    with app.app_context():
        projection.catch_up(school.tenant_id)
    lines = [record.getMessage() for record in caplog.records if record.name == "noticing.journey"]
    assert any(line.startswith("step=6 project observations=1 ") for line in lines)
