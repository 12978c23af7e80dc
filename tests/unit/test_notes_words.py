"""What a visit's charts say is the same on page, in the PDF and in the preview: tests/wire/notes.json holds all."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from letters import notes_from, sample
from noticing.feedback.charts import Chart
from noticing.feedback.context import Notes
from noticing.feedback.sentences import list_times, show_value, sum_up, write_time
from noticing.observations.items import fold_items

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests/wire/notes.json").read_text("utf-8"))["cases"]


def notes_of(case: dict[str, Any]) -> Notes:
    document = case.get("document") or read_protocol(case["protocol"])
    view, _document = deepcopy(sample("lesson-clarity"))
    lines = [line_of(number, *line) for number, line in enumerate(case["lines"])]
    view |= {
        "started_at": "2026-11-12T09:00:00.000-05:00",
        "ended_at": "2026-11-12T09:10:00.000-05:00",
        "timeline": lines,
        "items": fold_items(lines, document),
    }
    view["context"]["agreed_items"] = case["agreed_items"]
    return notes_from(view, document)


def read_protocol(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / f"protocols/{name}.json").read_text("utf-8"))
    return found


def line_of(number: int, minute: int, kind: str, item_key: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "entry_id": f"line-{number}",
        "kind": kind,
        "item_key": item_key,
        "payload": payload,
        "occurred_at": f"2026-11-12T09:{minute:02}:00.000-05:00",
        "tags": [],
    }


def rows_of(chart: Chart) -> list[list[str]]:
    if chart.kind == "timeline":
        return [[row.label, list_times(row)] for row in chart.rows if row.has_data]
    if chart.kind == "line":
        return [[write_time(row.label), show_value(row)] for row in chart.rows]
    return [[row.label, show_value(row)] for row in chart.rows]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_charts_say_what_is_written_down_for_page_pdf_and_preview(case: dict[str, Any]) -> None:
    notes = notes_of(case)
    told = [{"title": one.title, "told": sum_up(one), "rows": rows_of(one)} for one in notes.charts]
    assert told == case["charts"]
    assert list(notes.unrecorded) == case["unrecorded"]


def test_a_time_of_day_cannot_be_taken_for_minutes_and_seconds() -> None:
    told = ["12:05 am", "9:05 am", "12:21 pm", "3:00 pm", ""]
    assert [write_time(time) for time in ("0:05", "9:05", "12:21", "15:00", "")] == told
