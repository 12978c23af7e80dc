"""What the observer did becomes a view, whatever the order in which it arrives."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noticing.observations.fold import fold
from visits import NAMED, STRANGER, TEACHER, Entry, entry, protocol_of_all_types, start, visit_from

ROOT = Path(__file__).parents[2]
WIRE = json.loads((ROOT / "tests/wire/fold-cases.json").read_text(encoding="utf-8"))
SAMPLES = sorted((ROOT / "protocols").glob("*/sample.entries.json"))


def view_of(*entries: Entry) -> dict[str, Any]:
    return fold([start(), *entries], protocol_of_all_types())


def values_of(view: dict[str, Any], key: str) -> list[Any]:
    return [version["value"] for version in view["items"][key]["versions"]]


@pytest.mark.parametrize("case", WIRE["cases"], ids=lambda case: case["name"])
def test_it_tells_the_story_that_the_tablet_tells(case: dict[str, Any]) -> None:
    assert fold(case["entries"], WIRE["protocol"] if case["has_protocol"] else None) == case["view"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.parent.name)
def test_it_tells_the_worked_sample_of_every_protocol(sample: Path) -> None:
    wanted = json.loads(sample.with_name("sample.view.json").read_text(encoding="utf-8"))
    version = wanted["context"]["protocol_version"]
    protocol = json.loads(sample.with_name(f"{version}.json").read_text(encoding="utf-8"))
    assert fold(json.loads(sample.read_text(encoding="utf-8")), protocol) == wanted


@given(seed=st.integers(0, 2**32), order=st.randoms(use_true_random=False))
def test_order_batching_and_repetition_change_nothing(seed: int, order: random.Random) -> None:
    entries = visit_from(seed)
    again = entries + order.choices(entries, k=len(entries))
    order.shuffle(again)
    assert fold(again, protocol_of_all_types()) == fold(entries, protocol_of_all_types())


@given(seed=st.integers(0, 2**32), lost=st.sets(st.integers(0, 13)))
def test_every_pair_of_unreplaced_values_is_shown_and_no_other(seed: int, lost: set[int]) -> None:
    entries = [one for number, one in enumerate(visit_from(seed)) if number not in lost]
    view = fold(entries, protocol_of_all_types())
    shown = {item["item_key"]: item["entry_ids"] for item in view["conflicts"] if "item_key" in item}
    assert shown == {
        key: sorted(version["entry_id"] for version in item["versions"])
        for key, item in view["items"].items()
        if len(item.get("versions", [])) > 1
    }


@given(seed=st.integers(0, 2**32))
def test_nothing_retracted_and_nothing_of_others_is_in_the_timeline(seed: int) -> None:
    entries = visit_from(seed)
    view = fold(entries, None)
    mine = {one["entry_id"] for one in entries if one["author_id"] == view["observer_id"]}
    told = {line["entry_id"] for line in view["timeline"]}
    assert told <= mine - set(view["retracted"])


def test_an_undone_line_leaves_no_quarrel_about_its_tags() -> None:
    view = view_of(*NAMED["an undone line has no quarrel about its tags"])
    assert (view["timeline"], view["conflicts"]) == ([], [])


def test_a_correction_replaces_what_its_author_knew_of_by_another() -> None:
    view = view_of(*NAMED["a correction that knew of another by a third"])
    assert (view["context"]["class_id"], view["conflicts"]) == ("b", [])


def test_added_later_begins_after_two_minutes() -> None:
    view = view_of(*NAMED["entered two minutes later, and a millisecond more"])
    assert [line["is_added_later"] for line in view["timeline"]] == [False, True]


def test_of_two_contents_of_one_id_the_same_is_told_in_any_order() -> None:
    entries = NAMED["one id, two contents"]
    assert view_of(*entries) == view_of(*reversed(entries))
    assert view_of(*entries)["entry_count"] == 2


def test_a_second_tap_means_seen_again() -> None:
    view = view_of(entry("e03", "item.marked", item="look"), entry("e05", "item.marked", item="look"))
    assert view["items"]["look"]["seen"] == 2
    assert view["items"]["look"]["first_seen_at"].startswith("2026-11-12T09:03")


def test_not_seen_gives_way_to_seen() -> None:
    looked = entry("e03", "item.not_seen", item="look")
    assert view_of(looked)["items"]["look"]["not_seen"] is True
    assert view_of(looked, entry("e05", "item.marked", item="look"))["items"]["look"]["not_seen"] is False


def test_undo_takes_back_and_names_what_it_took() -> None:
    undo = entry("e04", "entry.retracted", {"entry_id": "e03", "reason": "undo"})
    view = view_of(entry("e03", "item.marked", item="look"), undo)
    assert (view["items"], view["timeline"], view["retracted"]) == ({}, [], ["e03"])


def test_nobody_else_can_take_back_or_amend() -> None:
    mark = entry("e03", "count.added", {"code": "calm"}, item="tally")
    undo = entry("e04", "entry.retracted", {"entry_id": "e03"}, author_id=STRANGER)
    amend = entry("e05", "entry.amended", {"entry_id": "e03", "payload": {"code": "x"}}, author_id=STRANGER)
    view = view_of(mark, undo, amend)
    assert view["items"]["tally"]["by_code"] == {"calm": 1}
    assert view["retracted"] == []


def test_the_start_and_the_finish_cannot_be_undone() -> None:
    finish = entry("e03", "observation.finished", {"ended_at": "x", "covers": []})
    view = view_of(finish, *(entry(f"e1{n}", "entry.retracted", {"entry_id": f"e0{n}"}) for n in (0, 3)))
    assert (view["status"], view["retracted"]) == ("finished", [])


def test_a_replaced_rating_is_gone_and_undo_brings_it_back() -> None:
    first = entry("e03", "rating.given", {"level": 2}, item="level")
    second = entry("e04", "rating.given", {"level": 3}, item="level", replaces=["e03"])
    assert values_of(view_of(first, second), "level") == [3]
    undo = entry("e05", "entry.retracted", {"entry_id": "e04"})
    assert values_of(view_of(first, second, undo), "level") == [2]


def test_undoing_a_value_in_the_middle_does_not_bring_back_what_it_replaced() -> None:
    chain = [
        entry("e03", "rating.given", {"level": 1}, item="level"),
        entry("e04", "rating.given", {"level": 2}, item="level", replaces=["e03"]),
        entry("e05", "rating.given", {"level": 3}, item="level", replaces=["e04"]),
        entry("e06", "entry.retracted", {"entry_id": "e04"}),
    ]
    assert values_of(view_of(*chain), "level") == [3]


def test_two_values_stay_until_one_replaces_both() -> None:
    first = entry("e03", "answer.given", {"value": "yes"}, item="answer")
    second = entry("e04", "answer.given", {"value": "no"}, item="answer")
    view = view_of(first, second)
    assert values_of(view, "answer") == ["yes", "no"]
    assert view["conflicts"] == [{"item_key": "answer", "entry_ids": ["e03", "e04"]}]
    third = entry("e05", "answer.given", {"value": "na"}, item="answer", replaces=["e03", "e04"])
    settled = view_of(first, second, third)
    assert (values_of(settled, "answer"), settled["conflicts"]) == (["na"], [])


def test_a_wrong_clock_does_not_win() -> None:
    shown = entry("e03", "value.given", {"value": "a"}, item="choice", at="2036-01-01T00:00:00.000Z")
    later = entry("e04", "value.given", {"value": "b"}, item="choice", replaces=["e03"])
    assert values_of(view_of(shown, later), "choice") == ["b"]


def test_values_that_replace_each_other_are_not_lost() -> None:
    one = entry("e03", "rating.given", {"level": 1}, item="level", replaces=["e04"])
    other = entry("e04", "rating.given", {"level": 2}, item="level", replaces=["e03"])
    assert values_of(view_of(one, other), "level") == [1, 2]


def test_an_amendment_keeps_what_was_first_written() -> None:
    line = entry("e03", "script.written", {"text": "peice", "speaker": "T"}, item="said")
    better = entry("e04", "entry.amended", {"entry_id": "e03", "payload": {"text": "piece", "speaker": "T"}})
    told = view_of(line, better)["timeline"][0]
    assert (told["amended"], told["payload"]["text"], told["original_payload"]["text"]) == (
        True,
        "piece",
        "peice",
    )


def test_an_amended_sweep_counts_as_amended() -> None:
    sweep = entry("e03", "sweep.taken", {"n": 5, "of": 22}, item="sweep")
    amend = entry("e04", "entry.amended", {"entry_id": "e03", "payload": {"n": 15, "of": 22}})
    assert view_of(sweep, amend)["items"]["sweep"]["n_sum"] == 15


@pytest.mark.parametrize("n", [-1, 23, 1.5, "18", True, None, 2**60])
def test_a_sweep_that_cannot_be_is_told_but_not_summed(n: Any) -> None:
    view = view_of(entry("e03", "sweep.taken", {"n": n, "of": 22}, item="sweep"))
    assert (view["items"]["sweep"]["sweeps"], len(view["timeline"])) == ([], 1)


def test_tags_of_two_versions_are_all_shown() -> None:
    line = entry("e03", "script.written", {"text": "Why?", "speaker": "T"}, item="said")
    tags = [entry(f"e0{n}", "entry.tagged", {"entry_id": "e03", "tags": ["why", f"t{n}"]}) for n in (4, 5)]
    view = view_of(line, *tags)
    assert view["timeline"][0]["tags"] == ["why", "t4", "t5"]
    assert view["conflicts"] == [{"field": "tags", "of": "e03", "entry_ids": ["e04", "e05"]}]


def test_a_wrong_class_is_corrected() -> None:
    right = entry("e01", "observation.corrected", {"class_id": "right", "reason": "slip"}, replaces=["e00"])
    view = view_of(right)
    assert (view["context"]["class_id"], view["context"]["observed_id"]) == ("right", TEACHER)
    assert view["context_conflicts"] == []


def test_two_corrections_that_did_not_know_of_each_other_are_both_shown() -> None:
    one = entry("e01", "observation.corrected", {"class_id": "a"}, replaces=["e00"])
    other = entry("e02", "observation.corrected", {"class_id": "b"}, replaces=["e00"])
    view = view_of(one, other)
    assert view["context_conflicts"] == ["class_id"]
    assert view["conflicts"] == [{"field": "class_id", "entry_ids": ["e01", "e02"]}]


def test_a_correction_of_one_field_leaves_that_of_another_alone() -> None:
    one = entry("e01", "observation.corrected", {"class_id": "a"}, replaces=["e00"])
    other = entry("e02", "observation.corrected", {"students_present": 21}, replaces=["e00", "e01"])
    view = view_of(one, other)
    assert (view["context"]["class_id"], view["context"]["students_present"]) == ("a", 21)
    assert view["conflicts"] == []


def test_evidence_of_a_page_that_the_finish_does_not_cover_is_late() -> None:
    covers = [{"clock_session_id": "page", "through_ms": 240_000, "count": 2}]
    view = view_of(
        entry("e03", "item.marked", item="look"),
        entry("e04", "item.marked", item="look"),
        entry("e05", "item.marked", item="look"),
        entry("e01", "item.marked", item="look", clock_session_id="tablet in a drawer"),
        entry("e06", "observation.finished", {"ended_at": "2026-11-12T09:04:30.000-05:00", "covers": covers}),
    )
    assert view["late"] == ["e01", "e05"]
    assert (view["status"], view["ended_at"]) == ("finished", "2026-11-12T09:04:30.000-05:00")


def shared(entry_id: str, version: int, **payload: Any) -> Entry:
    return entry(entry_id, "feedback.shared", {"version": version, "evidence": [], **payload})


def test_a_tablet_from_a_drawer_brings_news_until_it_is_shared_again() -> None:
    covers = [{"clock_session_id": "page", "through_ms": 400_000, "count": 1}]
    known = [
        entry("e03", "item.marked", item="look"),
        entry("e05", "observation.finished", {"covers": covers}),
        shared("e09", 1),
    ]
    late = entry("e04", "item.marked", item="look", clock_session_id="drawer")
    assert view_of(*known)["has_new_evidence_since_feedback"] is False
    assert view_of(*known, late)["has_new_evidence_since_feedback"] is True
    cited, seen = shared("e10", 2, evidence=["e04"]), [{"clock_session_id": "drawer", "through_ms": 240_000}]
    assert view_of(*known, late, cited)["has_new_evidence_since_feedback"] is False
    assert view_of(*known, late, shared("e10", 2, covers=seen))["has_new_evidence_since_feedback"] is False


def test_what_is_added_at_the_desk_before_sharing_is_no_news() -> None:
    finish = entry("e05", "observation.finished", {"covers": []})
    added = entry(
        "e06",
        "item.marked",
        item="look",
        at="2026-11-12T09:04:00.000-05:00",
        entered_at="2026-11-12T09:06:01.000-05:00",
    )
    view = view_of(finish, added, shared("e07", 1))
    assert view["has_new_evidence_since_feedback"] is False
    assert (view["timeline"][0]["is_added_later"], view["timeline"][0]["is_late"]) == (True, True)


def test_only_the_observed_teacher_replies() -> None:
    said = {"feedback_entry_id": "e07", "text": "Thank you"}
    mine = entry("e08", "feedback.replied", said, author_id=TEACHER)
    view = view_of(shared("e07", 1), mine, entry("e09", "feedback.replied", said, author_id=STRANGER))
    assert [reply["entry_id"] for reply in view["replies"]] == ["e08"]
    assert view["status"] == "shared"


def test_drafts_are_kept_by_field() -> None:
    first = entry("e03", "draft.written", {"value": {"text": "a"}}, item="step")
    second = entry("e04", "draft.written", {"value": {"text": "b"}}, item="step", replaces=["e03"])
    assert view_of(first, second)["drafts"] == {
        "step": {"versions": [{"entry_id": "e04", "value": {"text": "b"}}]}
    }


def test_without_its_start_a_visit_is_unknown_and_nothing_is_evidence() -> None:
    view = fold([entry("e03", "item.marked", item="look")], None)
    assert (view["status"], view["observer_id"], view["timeline"], view["entry_count"]) == (
        "unknown",
        None,
        [],
        1,
    )


def test_no_entries_at_all_are_a_view_too() -> None:
    assert fold([], None)["observation_id"] == ""


def test_a_kind_from_a_newer_tablet_is_counted_and_passed_over() -> None:
    view = view_of(entry("e03", "seat.marked", {"seat": 4}, item="look"))
    assert (view["items"], view["entry_count"]) == ({}, 2)


def test_times_are_told_by_the_instant_and_shown_as_they_were() -> None:
    east = entry("e03", "item.marked", item="look", at="2026-11-12T09:10:00.000-05:00")
    west = entry("e04", "item.marked", item="look", at="2026-11-12T08:05:00.000-06:00")
    assert view_of(east, west)["items"]["look"]["times"] == [west["occurred_at"], east["occurred_at"]]
