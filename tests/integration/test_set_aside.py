"""What can be read but not accepted is kept, acknowledged and told to its author; nothing else waits for it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from device import Device, Visit, changed, id_of
from noticing.accounts.pairings import end_pairing
from noticing.accounts.places import add_class, add_school, add_tenant
from noticing.clock import make_id, now
from noticing.database import db, writing
from noticing.entry_log.store import read_after
from noticing.entry_log.streams import revoke_stream
from noticing.observations import projection
from noticing.protocols.loader import load_all
from noticing.sync.other_rooms import OtherRooms
from noticing.sync.reprocessing import reprocess
from noticing.sync.set_aside import CATALOGUE
from school import School


@pytest.fixture
def visit(lee: Device, school: School) -> Visit:
    """A visit whose start has been accepted."""
    visit = Visit(lee, school)
    assert lee.push([visit.start])["set_aside"] == []
    return visit


def codes_of(answer: dict[str, Any]) -> list[str]:
    return [each["code"] for each in answer["set_aside"]]


def view_of(app: Flask, school: School, visit: Visit) -> Any:
    with app.app_context():
        projection.catch_up(school.tenant_id)
        return projection.view_of(school.tenant_id, visit.observation_id)


def without(body: str, key: str) -> str:
    return json.dumps({name: value for name, value in json.loads(body).items() if name != key})


UNREADABLE: list[tuple[str, str, Callable[[Visit], str]]] = [
    ("empty text", "not-an-entry", lambda visit: ""),
    ("no JSON", "not-an-entry", lambda visit: "{"),
    ("a list", "not-an-entry", lambda visit: "[]"),
    ("a number of thousands of digits", "not-an-entry", lambda visit: "9" * 5000),
    ("deep brackets", "not-an-entry", lambda visit: "[" * 20_000),
    ("a nul sign", "not-an-entry", lambda visit: "\0"),
    ("half a pair of surrogates", "not-an-entry", lambda visit: '"\\ud800"'),
    ("no entry_id", "not-an-entry", lambda visit: without(visit.mark(), "entry_id")),
    ("an id that is none", "not-an-entry", lambda visit: changed(visit.mark(), entry_id="7")),
    ("an id in capitals", "not-an-entry", lambda visit: changed(visit.mark(), entry_id=make_id().upper())),
    ("a subject that is no id", "not-an-entry", lambda visit: changed(visit.mark(), subject_id="visit")),
    ("a kind with a nul sign", "not-an-entry", lambda visit: changed(visit.mark(), kind="item.\0")),
    ("a payload that is a list", "not-an-entry", lambda visit: changed(visit.mark(), payload=[])),
    ("replaces no list", "not-an-entry", lambda visit: changed(visit.mark(), replaces=None)),
    (
        "a time without offset",
        "time-unreadable",
        lambda visit: changed(visit.mark(), occurred_at="2026-11-12T09:05:00"),
    ),
    (
        "a thirteenth month",
        "time-unreadable",
        lambda visit: changed(visit.mark(), entered_at="2026-13-12T09:05:00.000Z"),
    ),
    ("yesterday", "time-unreadable", lambda visit: changed(visit.mark(), occurred_at="yesterday")),
    ("a later schema", "newer-entry-schema", lambda visit: changed(visit.mark(), entry_schema=2)),
    ("40 KB of text", "too-long", lambda visit: visit.line("a" * 40_000)),
    ("33 KB of text", "too-long", lambda visit: visit.line("a" * 33_000)),
    ("a megabyte", "too-long", lambda visit: visit.line("a" * 1_000_000)),
]

UNACCEPTABLE: list[tuple[str, str, Callable[[Visit], str]]] = [
    ("another author", "not-your-entry", lambda visit: changed(visit.mark(), author_id=make_id())),
    ("an unknown kind", "kind-unknown", lambda visit: visit.body("seat.marked", {}, "goal_visible")),
    ("an unknown subject", "kind-unknown", lambda visit: changed(visit.mark(), subject_kind="cycle")),
    ("an unknown item", "item-unknown", lambda visit: visit.mark("no_such_item")),
    ("no item", "item-unknown", lambda visit: visit.body("item.marked", {})),
    ("an item of another type", "item-of-other-type", lambda visit: visit.mark("heard")),
    (
        "a choice that is none",
        "choice-unknown",
        lambda visit: visit.body("value.given", {"value": "x"}, "student_1"),
    ),
    ("an empty payload", "payload-wrong", lambda visit: visit.body("value.given", {}, "student_1")),
    (
        "a script of numbers",
        "payload-wrong",
        lambda visit: visit.body("script.written", {"text": 7}, "heard"),
    ),
    ("a second start", "observation-started-twice", lambda visit: Visit(visit.device, visit.school).start),
    (
        "an empty correction",
        "nothing-corrected",
        lambda visit: visit.body("observation.corrected", {"reason": "x"}),
    ),
    ("an unknown visit", "observation-unknown", lambda visit: Visit(visit.device, visit.school).mark()),
    (
        "an amendment of nothing",
        "entry-unknown",
        lambda visit: visit.body("entry.amended", {"entry_id": make_id(), "payload": {}, "reason": "typo"}),
    ),
    (
        "long before the pairing",
        "not-permitted-then",
        lambda visit: visit.mark(minute=-60 * 24 * 365),
    ),
]


@pytest.mark.parametrize(
    ("code", "make"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
)
def test_what_is_no_entry_is_kept_as_it_was_sent(
    app: Flask, school: School, visit: Visit, code: str, make: Callable[[Visit], str]
) -> None:
    keep_and_set_aside(app, school, visit, code, make(visit))


@pytest.mark.parametrize(
    ("code", "make"), [row[1:] for row in UNACCEPTABLE], ids=[row[0] for row in UNACCEPTABLE]
)
def test_what_cannot_be_accepted_is_kept_with_its_reason(
    app: Flask, school: School, visit: Visit, code: str, make: Callable[[Visit], str]
) -> None:
    body = make(visit)
    if code == "observation-started-twice":
        body = changed(body, subject_id=visit.observation_id)
    keep_and_set_aside(app, school, visit, code, body)


def keep_and_set_aside(app: Flask, school: School, visit: Visit, code: str, body: str) -> None:
    good = visit.mark()
    answer = visit.device.push([body, good])
    assert answer["acknowledged_through"] == 3
    (aside,) = answer["set_aside"]
    assert (aside["stream_seq"], aside["code"]) == (2, code)
    assert aside["text"] == str(CATALOGUE[code])
    with app.app_context():
        kept = read_after(db.session(), school.tenant_id, 0, 10)
    assert [entry.body for entry in kept][1:] == [body.encode(), good.encode()]
    assert [entry.set_aside_code for entry in kept] == [None, code, None]
    view = view_of(app, school, visit)
    assert view["entry_count"] == 2
    assert [line["entry_id"] for line in view["timeline"]] == [id_of(good)]


def test_the_same_set_aside_entries_are_told_again_when_the_answer_was_lost(visit: Visit) -> None:
    bodies = [visit.mark("no_such_item"), visit.mark()]
    first = visit.device.push(bodies)
    again = visit.device.push(bodies, from_seq=2)
    assert again["set_aside"] == first["set_aside"] != []
    assert first["set_aside"][0]["entry_id"] == id_of(bodies[0])


def test_the_same_id_with_other_content_is_kept_beside_the_first(
    app: Flask, school: School, visit: Visit
) -> None:
    first = visit.line("What could we draw to check?")
    other = changed(visit.line("Another line"), entry_id=id_of(first))
    answer = visit.device.push([first, other])
    assert [(each["stream_seq"], each["code"]) for each in answer["set_aside"]] == [
        (3, "same-id-other-content")
    ]
    view = view_of(app, school, visit)
    assert [line["payload"]["text"] for line in view["timeline"]] == ["What could we draw to check?"]


def test_garbage_of_two_accounts_is_kept_for_both(app: Flask, school: School, visit: Visit) -> None:
    park = Device(app, school.people["park"])
    for device, mark in ((visit.device, 2), (park, 1)):
        assert device.push(["garbage"])["acknowledged_through"] == mark


def test_someone_elses_visit_takes_nothing_from_a_colleague(app: Flask, school: School, visit: Visit) -> None:
    park = Device(app, school.people["park"])
    intruders = [
        park.body(visit.observation_id, "item.marked", {}, "goal_visible"),
        park.body(visit.observation_id, "observation.corrected", {"observed_id": make_id(), "reason": ""}),
        park.body(visit.observation_id, "feedback.replied", {"feedback_entry_id": make_id(), "text": "Hm"}),
    ]
    assert codes_of(park.push(intruders)) == ["not-your-observation"] * 3
    assert view_of(app, school, visit)["entry_count"] == 1


STARTS = [
    ({"class_id": "11111111-1111-7111-8111-111111111111"}, "class-not-of-teacher"),
    ({"class_id": "no id at all"}, "class-not-of-teacher"),
    ({"tenant_id": "11111111-1111-7111-8111-111111111111"}, "wrong-place"),
    ({"school_id": "11111111-1111-7111-8111-111111111111"}, "wrong-place"),
    ({"protocol_slug": "danielson"}, "protocol-unknown"),
    ({"protocol_version": "9.9.9"}, "protocol-unknown"),
    ({"protocol_hash": "0" * 64}, "protocol-differs"),
    ({"pairing_id": "no id"}, "payload-wrong"),
    ({"channel": "peer"}, "payload-wrong"),
    ({"channel": "walkthrough"}, "not-permitted-then"),
]


@pytest.mark.parametrize(("said", "code"), STARTS, ids=[str(said) for said, _ in STARTS])
def test_a_start_that_does_not_hold_is_set_aside_with_all_that_follows(
    app: Flask, school: School, lee: Device, said: dict[str, str], code: str
) -> None:
    visit = Visit(lee, school, **said)
    answer = lee.push([visit.start, visit.mark()])
    assert codes_of(answer) == [code, "observation-unknown"]
    assert answer["acknowledged_through"] == 2
    assert view_of(app, school, visit) is None


def test_a_coach_cannot_observe_a_teacher_whom_she_is_not_paired_with(
    app: Flask, school: School, lee: Device
) -> None:
    with app.app_context():
        class_id = add_class(
            school.other_school_id,
            school.people["okafor"],
            "6 science",
            grade="6",
            subject="science",
            room="204",
            head_count=26,
        )
    said = {"class_id": class_id, "school_id": school.other_school_id, "observed_id": school.people["okafor"]}
    assert codes_of(lee.push([Visit(lee, school, **said).start])) == ["not-permitted-then"]


def test_a_class_of_another_district_is_as_unknown_as_none(app: Flask, school: School, lee: Device) -> None:
    with app.app_context():
        tenant_id = add_tenant("Elsewhere")
        school_id = add_school(tenant_id, "Far away")
        class_id = add_class(
            school_id, school.people["rivera"], "x", grade="1", subject="x", room="1", head_count=1
        )
    visit = Visit(lee, school, class_id=class_id, school_id=school_id)
    assert codes_of(lee.push([visit.start])) == ["class-not-of-teacher"]


def test_what_happened_while_the_pairing_held_counts_when_it_comes_after_its_end(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    with app.app_context():
        end_pairing(school.pairing_id, at=now() + timedelta(minutes=30))
    answer = lee.push([visit.start, visit.mark(minute=20), visit.mark(minute=45)])
    assert [(each["stream_seq"], each["code"]) for each in answer["set_aside"]] == [(3, "not-permitted-then")]


def test_a_tablet_whose_clock_is_a_minute_slow_may_begin_right_after_the_pairing(
    school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    assert codes_of(lee.push([visit.start, visit.mark(minute=-1.5), visit.mark(minute=-60)])) == [
        "not-permitted-then"
    ]


def test_entries_that_come_before_their_start_count_once_it_is_there(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    mark, line = visit.mark(), visit.line("What could we draw?")
    assert codes_of(lee.push([mark, line])) == ["observation-unknown"] * 2
    assert view_of(app, school, visit) is None
    assert lee.push([visit.start])["set_aside"] == []
    assert view_of(app, school, visit)["entry_count"] == 3
    assert lee.push([mark, line], from_seq=1)["set_aside"] == []


def test_the_order_within_one_push_makes_no_difference(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    line = visit.line("Wat could we draw?")
    better = {
        "entry_id": id_of(line),
        "payload": {"text": "What could we draw?", "speaker": "T"},
        "reason": "typo",
    }
    amended = visit.body("entry.amended", better, minute=2)
    assert lee.push([amended, line, visit.start])["set_aside"] == []
    assert [each["payload"]["text"] for each in view_of(app, school, visit)["timeline"]] == [
        "What could we draw?"
    ]


def test_an_amendment_must_fit_the_item_that_it_amends(app: Flask, school: School, visit: Visit) -> None:
    given = visit.body("value.given", {"value": "yes"}, "student_1")
    wrong = {"entry_id": id_of(given), "payload": {"value": "never heard of"}, "reason": "slip"}
    assert codes_of(visit.device.push([given, visit.body("entry.amended", wrong)])) == ["choice-unknown"]


def test_teacher_and_class_can_be_corrected_until_shared(app: Flask, school: School, visit: Visit) -> None:
    with app.app_context():
        second = add_class(
            school.school_id,
            school.people["rivera"],
            "4B science",
            grade="4",
            subject="x",
            room="1",
            head_count=20,
        )
    correct = visit.body("observation.corrected", {"class_id": second, "reason": "wrong class"})
    late = visit.body("observation.corrected", {"class_id": school.class_id, "reason": "no"}, minute=50)
    undo = visit.body("entry.retracted", {"entry_id": id_of(correct), "reason": "undo"}, minute=51)
    mark = visit.mark()
    answer = visit.device.push([mark, correct, visit.finish(), visit.share([id_of(mark)]), late, undo])
    assert codes_of(answer) == ["already-shared"] * 2
    assert view_of(app, school, visit)["context"]["class_id"] == second


def test_a_correction_to_a_teacher_without_a_pairing_is_set_aside(
    app: Flask, school: School, visit: Visit
) -> None:
    with app.app_context():
        class_id = add_class(
            school.other_school_id,
            school.people["okafor"],
            "6",
            grade="6",
            subject="x",
            room="1",
            head_count=20,
        )
    whole = {
        "class_id": class_id,
        "school_id": school.other_school_id,
        "observed_id": school.people["okafor"],
    }
    half = {"observed_id": school.people["okafor"]}
    bodies = [
        visit.body("observation.corrected", said | {"reason": "wrong teacher"}) for said in (whole, half)
    ]
    assert codes_of(visit.device.push(bodies)) == ["not-permitted-then", "class-not-of-teacher"]
    assert view_of(app, school, visit)["context"]["observed_id"] == school.people["rivera"]


def test_a_reply_is_the_observed_teachers_and_needs_shared_notes(
    app: Flask, school: School, visit: Visit
) -> None:
    mark = visit.mark()
    share = visit.share([id_of(mark)])
    rivera = Device(app, school.people["lee"])
    rivera = Device(app, school.people["rivera"])
    reply = {"feedback_entry_id": id_of(share), "text": "Thank you"}
    early = rivera.body(visit.observation_id, "feedback.replied", reply, minute=60)
    assert codes_of(rivera.push([early])) == ["feedback-unknown"]
    own = visit.body("feedback.replied", reply, minute=60)
    assert codes_of(visit.device.push([mark, visit.finish(), share, own])) == ["not-your-observation"]
    assert [each["text"] for each in view_of(app, school, visit)["replies"]] == ["Thank you"]


def test_notes_that_break_the_wording_rules_are_not_shared(
    app: Flask, school: School, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules are the feedback room's; here a stand-in says what it would say."""
    said = "One strength needs evidence."

    def check(payload: Any, channel: str) -> list[tuple[str, str]]:
        assert channel == "coaching"
        return [] if payload["strengths"][0]["evidence"] else [("evidence-missing-here", said)]

    rooms = OtherRooms({"feedback.shared": check}, {"evidence-missing-here": said})
    monkeypatch.setitem(app.extensions, "noticing.sync", rooms)
    mark = visit.mark()
    answer = visit.device.push([mark, visit.finish(), visit.share([]), visit.share([id_of(mark)], version=2)])
    assert [(each["code"], each["text"]) for each in answer["set_aside"]] == [("evidence-missing-here", said)]
    assert [each["version"] for each in view_of(app, school, visit)["feedback"]] == [2]


def test_one_entry_that_we_fail_to_judge_does_not_hold_up_the_others(
    app: Flask, school: School, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_payload: Any, _channel: str) -> list[tuple[str, str]]:
        raise KeyError("a fault of ours")

    monkeypatch.setitem(app.extensions, "noticing.sync", OtherRooms({"feedback.shared": fail}))
    mark, share = visit.mark(), visit.share([])
    answer = visit.device.push([share, mark])
    assert codes_of(answer) == ["not-judged"]
    assert answer["acknowledged_through"] == 3
    monkeypatch.setitem(app.extensions, "noticing.sync", OtherRooms())
    with app.app_context():
        assert reprocess(school.tenant_id) == 1
    assert view_of(app, school, visit)["status"] == "shared"


def test_reprocessing_accepts_what_has_become_acceptable_and_nothing_else(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit(lee, school)
    known = load_all()
    with monkeypatch.context() as later:
        later.setattr("noticing.sync.grounds.load_all", dict)  # a server that lacks the protocols yet
        answer = lee.push([visit.start, visit.mark(), visit.mark("no_such_item"), "garbage"])
    assert codes_of(answer) == [
        "protocol-unknown",
        "observation-unknown",
        "observation-unknown",
        "not-an-entry",
    ]
    assert known
    with app.app_context():
        assert reprocess(school.tenant_id) == 3  # two are accepted, one has another reason now
        assert reprocess(school.tenant_id) == 0
        kept = read_after(db.session(), school.tenant_id, 0, 10)
    assert [entry.set_aside_code for entry in kept] == [None, None, "item-unknown", "not-an-entry"]
    assert view_of(app, school, visit)["entry_count"] == 2


def test_a_revoked_device_delivers_and_all_of_it_is_set_aside(
    app: Flask, school: School, visit: Visit
) -> None:
    with app.app_context(), writing(school.tenant_id) as session:
        session.execute(sa.text("UPDATE stream SET revoked_at = :at"), {"at": "2026-01-01 00:00:00"})
    answer = visit.device.push([visit.mark(), visit.mark()])
    assert codes_of(answer) == ["device-revoked"] * 2
    assert answer["acknowledged_through"] == 3


def test_a_correction_that_was_made_before_sharing_counts_though_it_comes_later(
    app: Flask, school: School, visit: Visit
) -> None:
    """It did not get through whole; the rest went on without it."""
    with app.app_context():
        second = add_class(
            school.school_id,
            school.people["rivera"],
            "4B science",
            grade="4",
            subject="x",
            room="1",
            head_count=20,
        )
    device, mark = visit.device, visit.mark()
    correct = visit.body("observation.corrected", {"class_id": second, "reason": "wrong class"})
    assert codes_of(device.push([mark])) == []
    first = device.next_seq
    assert codes_of(device.push([visit.finish(), visit.share([id_of(mark)])], from_seq=first + 1)) == []
    assert codes_of(device.push([correct], from_seq=first)) == []
    assert view_of(app, school, visit)["context"]["class_id"] == second


def test_what_a_revoked_device_brought_counts_when_another_one_of_hers_brings_it(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark()]
    with app.app_context():
        revoke_stream(school.tenant_id, lee.stream_id)
    assert codes_of(lee.push(bodies)) == ["device-revoked"] * 2
    other = Device(app, school.people["lee"])
    assert codes_of(other.push(bodies)) == []
    assert view_of(app, school, visit)["entry_count"] == 2
    assert codes_of(lee.push(bodies, from_seq=1)) == []
    with app.app_context():
        assert reprocess(school.tenant_id) == 0


def test_what_a_revoked_device_brought_stays_aside_for_the_reason_that_is_left(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    mark = visit.mark()
    with app.app_context():
        revoke_stream(school.tenant_id, lee.stream_id)
    lee.push([mark])
    other = Device(app, school.people["lee"])
    assert codes_of(other.push([mark])) == ["observation-unknown"]
    assert codes_of(other.push([visit.start])) == []
    assert view_of(app, school, visit)["entry_count"] == 2
