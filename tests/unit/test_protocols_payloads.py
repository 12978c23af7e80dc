"""What an entry carries fits its kind and its item, or a sentence says that it does not."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noticing.protocols.kinds import KINDS
from noticing.protocols.loader import load_all
from noticing.protocols.payloads import FIELDS, check_payload, has_to_name_item
from noticing.sync.set_aside import CATALOGUE

ITEMS = {item["key"]: item for protocol in load_all().values() for item in protocol.items()}
STARTED = {
    "tenant_id": "t", "school_id": "s", "class_id": "c", "observed_id": "o", "pairing_id": None,
    "channel": "coaching", "protocol_slug": "x", "protocol_version": "1.0.0", "protocol_hash": "h",
    "agreed_items": [], "students_present": None, "purpose": "",
}  # fmt: skip
STEP = {
    "text": "",
    "try_when": "",
    "see_hear": "",
    "students_will": "",
    "rehearsal": "",
    "look_again_on": None,
}
SHARED = {"version": 1, "strengths": [], "step": STEP, "questions": [], "evidence": [], "protocol_title": "X"}


def test_both_languages_know_the_same_kinds() -> None:
    wire = json.loads((Path(__file__).parents[1] / "wire/kinds.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps({name: asdict(kind) for name, kind in KINDS.items()})) == wire
    assert list(KINDS) == list(wire) == list(FIELDS)


PHOTO = {"sha256": "ab" * 32, "alt": "x" * 500, "names_covered": True}

GOOD: list[tuple[str, str | None, dict[str, Any]]] = [
    ("observation.started", None, STARTED),
    ("observation.corrected", None, {"class_id": "c", "reason": ""}),
    ("observation.finished", None, {"ended_at": "2026-11-12T09:30:00.000-05:00", "covers": []}),
    ("item.marked", "goal_visible", {}),
    ("item.not_seen", "goal_visible", {}),
    ("rating.given", "voice_level", {"level": 4}),
    ("count.added", "correction", {"code": "calm"}),
    ("count.added", "correction", {"code": None}),
    ("count.added", "otr_group", {"code": None}),
    ("sweep.taken", "on_task", {"n": 22, "of": 22}),
    ("script.written", "heard", {"text": "Why?", "speaker": "S"}),
    ("script.written", None, {"text": "Why?", "speaker": "O"}),
    ("photo.intended", None, {}),
    ("photo.taken", None, PHOTO),
    ("photo.taken", None, PHOTO | {"alt": "", "names_covered": False}),
    ("entry.tagged", None, {"entry_id": "e", "tags": ["any word"]}),
    ("tags.chosen", "off_task_kinds", {"codes": []}),
    ("answer.given", "directions_visible", {"value": "na"}),
    ("value.given", "lesson_phase", {"value": "launch"}),
    ("entry.amended", None, {"entry_id": "e", "payload": {}, "reason": ""}),
    ("entry.retracted", None, {"entry_id": "e", "reason": "undo"}),
    ("draft.written", "step", {"value": None}),
    ("feedback.shared", None, SHARED),
    ("feedback.shared", None, SHARED | {"covers": []}),
    ("feedback.replied", None, {"feedback_entry_id": "e", "text": "Thanks"}),
]

BAD: list[tuple[str, str | None, Any, str]] = [
    ("seat.marked", None, {}, "kind-unknown"),
    ("item.marked", "goal_visible", [], "payload-wrong"),
    ("item.marked", "voice_level", {}, "item-of-other-type"),
    ("rating.given", "voice_level", {"level": 5}, "level-unknown"),
    ("rating.given", "voice_level", {"level": True}, "payload-wrong"),
    ("rating.given", "voice_level", {"level": "3"}, "payload-wrong"),
    ("count.added", "correction", {"code": "shout"}, "choice-unknown"),
    ("count.added", "otr_group", {"code": "calm"}, "choice-unknown"),
    ("count.added", "correction", {}, "payload-wrong"),
    ("sweep.taken", "on_task", {"n": 23, "of": 22}, "sweep-over-total"),
    ("sweep.taken", "on_task", {"n": 0, "of": 0}, "sweep-over-total"),
    ("sweep.taken", "on_task", {"n": -1, "of": 22}, "payload-wrong"),
    ("script.written", "heard", {"text": "  ", "speaker": "T"}, "payload-wrong"),
    ("script.written", "heard", {"text": "x", "speaker": "X"}, "payload-wrong"),
    ("photo.taken", "goal_visible", PHOTO, "item-of-other-type"),
    ("photo.taken", None, PHOTO | {"sha256": "AB" * 32}, "payload-wrong"),
    ("photo.taken", None, PHOTO | {"sha256": "../" * 21 + "x"}, "payload-wrong"),
    ("photo.taken", None, PHOTO | {"alt": "x" * 501}, "payload-wrong"),
    ("photo.taken", None, {"sha256": "ab" * 32, "alt": ""}, "payload-wrong"),
    ("tags.chosen", "off_task_kinds", {"codes": ["resting", "sleeping"]}, "choice-unknown"),
    ("tags.chosen", "off_task_kinds", {"codes": "resting"}, "payload-wrong"),
    ("tags.chosen", "off_task_kinds", {"codes": [["resting"]]}, "payload-wrong"),
    ("answer.given", "directions_visible", {"value": "maybe"}, "payload-wrong"),
    ("value.given", "lesson_phase", {"value": "lunch"}, "choice-unknown"),
    ("value.given", "lesson_phase", {"value": True}, "payload-wrong"),
    ("entry.amended", None, {"entry_id": "e", "payload": None, "reason": ""}, "payload-wrong"),
    ("observation.started", None, STARTED | {"channel": "evaluation"}, "payload-wrong"),
    ("observation.started", None, STARTED | {"students_present": -1}, "payload-wrong"),
    ("observation.corrected", None, {"reason": "x"}, "nothing-corrected"),
    ("observation.corrected", None, {"reason": "x", "class_id": 7}, "payload-wrong"),
    ("observation.finished", None, {"ended_at": "9:31", "covers": []}, "payload-wrong"),
    ("observation.finished", None, {"ended_at": "20261112T090512+00:00", "covers": []}, "payload-wrong"),
    ("observation.finished", None, {"ended_at": "2026-W46-4T09:05:12+00:00", "covers": []}, "payload-wrong"),
    ("feedback.shared", None, SHARED | {"evidence": ["e"] * 13}, "payload-wrong"),
    ("feedback.shared", None, SHARED | {"version": 0}, "payload-wrong"),
    ("feedback.replied", None, {"feedback_entry_id": "e", "text": ""}, "payload-wrong"),
]


@pytest.mark.parametrize(("kind", "item", "payload"), GOOD)
def test_what_fits_is_not_complained_about(kind: str, item: str | None, payload: Any) -> None:
    assert check_payload(kind, ITEMS.get(item or ""), payload) is None


@pytest.mark.parametrize(("kind", "item", "payload", "code"), BAD)
def test_what_does_not_fit_gets_its_code(kind: str, item: str | None, payload: Any, code: str) -> None:
    assert check_payload(kind, ITEMS.get(item or ""), payload) == code


def test_not_applicable_only_where_the_item_allows_it() -> None:
    strict = ITEMS["directions_visible"] | {"na_allowed": False}
    assert check_payload("answer.given", strict, {"value": "na"}) == "choice-unknown"


def test_only_a_script_line_may_stand_without_an_item() -> None:
    loose = {name for name, kind in KINDS.items() if kind.role == "evidence" and not has_to_name_item(name)}
    assert loose == {"script.written"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(data=st.data(), kind=st.sampled_from(list(KINDS)), item=st.sampled_from([None, *ITEMS]))
def test_no_payload_makes_it_stumble(data: st.DataObject, kind: str, item: str | None) -> None:
    payload = data.draw(anything | st.fixed_dictionaries(dict.fromkeys(FIELDS[kind], anything)))
    said = check_payload(kind, ITEMS.get(item or ""), payload)
    assert said is None or said in CATALOGUE
