"""Measures say a value with what it rests on, or why there is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from noticing.observations.fold import fold
from noticing.observations.measures import measures_of
from visits import Entry, entry, start

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "protocols").glob("*/sample.view.json"))


def measured(rule: str, of: str | list[str], *entries: Entry, **more: Any) -> dict[str, Any]:
    types = {
        "look": "check",
        "tally": "tally",
        "other": "tally",
        "sweep": "sweep",
        "said": "script",
        "a": "yesno",
        "b": "yesno",
    }
    options = [{"code": "why", "label": "Asks why"}, {"code": "how", "label": "Asks how"}]
    items = [{"key": key, "type": item_type, "options": options} for key, item_type in types.items()]
    measure = {"key": "m", "label": "M", "rule": rule, "of": of, **more}
    protocol = {"sections": [{"items": items}], "measures": [measure]}
    return measures_of(fold([start(), *entries], protocol), protocol)[0]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.parent.name)
def test_the_worked_samples_measure_as_written_down(sample: Path) -> None:
    view = json.loads(sample.read_text(encoding="utf-8"))
    version = view["context"]["protocol_version"]
    protocol = json.loads(sample.with_name(f"{version}.json").read_text(encoding="utf-8"))
    wanted = json.loads(sample.with_name("sample.measures.json").read_text(encoding="utf-8"))
    assert measures_of(view, protocol) == wanted


def test_sweeps_are_weighted_and_not_averaged() -> None:
    pairs = [(18, 22), (20, 22), (15, 22), (21, 23)]
    sweeps = [
        entry(f"e0{number}", "sweep.taken", {"n": n, "of": of}, item="sweep")
        for number, (n, of) in enumerate(pairs, 1)
    ]
    found = measured("weighted_percent", "sweep", *sweeps)
    assert found["value"] == pytest.approx(83.15, abs=0.005)
    assert (found["detail"], found["n"], found["unit"]) == ({"n_sum": 74, "of_sum": 89}, 4, "percent")


@pytest.mark.parametrize("rule", ["count", "count_by_code", "rate_per_min", "ratio"])
def test_nothing_recorded_is_no_nought(rule: str) -> None:
    found = measured(rule, ["tally", "other"] if rule == "ratio" else "tally")
    assert (found["value"], found["reason"]) == (None, "nothing_recorded")
    assert found["sentence_key"] == "measure.nothing_recorded"


def finish(at: str) -> Entry:
    return entry("e30", "observation.finished", {"ended_at": at, "covers": []})


def test_a_rate_is_per_minute_of_the_finished_visit() -> None:
    taps = [entry(f"e0{n}", "count.added", {"code": None}, item="tally") for n in range(1, 7)]
    found = measured("rate_per_min", "tally", *taps, finish("2026-11-12T09:15:00.000-05:00"))
    assert (found["value"], found["n"]) == (pytest.approx(0.4), 6)
    assert measured("rate_per_min", "tally", *taps)["reason"] == "not_finished"


def test_a_share_leaves_out_what_did_not_apply_and_what_is_unsettled() -> None:
    yes = entry("e01", "answer.given", {"value": "yes"}, item="a")
    na = entry("e02", "answer.given", {"value": "na"}, item="b")
    found = measured("share", ["a", "b"], yes, na, code="yes")
    assert (found["value"], found["n"], found["detail"]["na"]) == (100, 1, 1)
    two = entry("e03", "answer.given", {"value": "no"}, item="a")
    assert measured("share", ["a"], yes, two, code="yes")["reason"] == "unsettled"
    assert measured("share", ["b"], na, code="yes")["reason"] == "not_applicable"


def test_the_first_time_is_the_tablets_own() -> None:
    found = measured("first_seen", "look", entry("e03", "item.marked", item="look"))
    assert (found["value"], found["detail"]["elapsed_ms"]) == ("2026-11-12T09:03:00.000-05:00", 180_000)
    assert measured("first_seen", "look", entry("e03", "item.not_seen", item="look"))["reason"] == "not_seen"
    assert measured("first_seen", "look")["reason"] == "nothing_recorded"


def test_a_ratio_with_nothing_to_divide_by_says_so() -> None:
    one = entry("e01", "count.added", {"code": None}, item="tally")
    found = measured("ratio", ["tally", "other"], one)
    assert (found["value"], found["reason"], found["detail"]) == (
        None,
        "nothing_to_divide_by",
        {"counts": [1, 0]},
    )
    assert measured("ratio", ["other", "tally"], one)["value"] == 0


def test_lines_are_counted_by_tag_with_those_that_have_none() -> None:
    lines = [entry(f"e0{n}", "script.written", {"text": "x", "speaker": "T"}, item="said") for n in (1, 2, 3)]
    tags = [
        entry("e04", "entry.tagged", {"entry_id": "e01", "tags": ["why", "own word"]}),
        entry("e05", "entry.tagged", {"entry_id": "e02", "tags": ["why"]}),
    ]
    found = measured("count_by_tag", "said", *lines, *tags)
    counts = [(row["label"], row["count"]) for row in found["detail"]["by_code"]]
    assert counts == [("Asks why", 2), ("Asks how", 0), ("own word", 1)]
    assert (found["value"], found["n"], found["detail"]["uncoded"]) == (2, 3, 1)
