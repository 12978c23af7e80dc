"""From a view to what the teacher gets: picked lines, times, charts, and nothing that was not shared."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from letters import feedback_on, notes_from, sample
from noticing.feedback.charts import ROWS_MAX
from noticing.feedback.context import Notes
from noticing.feedback.sentences import cut_words, describe, list_times, quote, show_value, sum_up

View = dict[str, Any]


def notes_with(slug: str, **changes: Any) -> Notes:
    view, document = deepcopy(sample(slug))
    view["feedback"][-1] |= changes
    return notes_from(view, document)


def lines_of(slug: str) -> list[str]:
    view, document = deepcopy(sample(slug))
    view["feedback"] = [feedback_on(view, document)]
    return [describe(line) for line in notes_from(view, document).lines]


def test_lines_come_in_the_order_of_the_lesson_whatever_the_order_of_picking() -> None:
    view, document = deepcopy(sample("lesson-clarity"))
    view["feedback"][-1]["evidence"].reverse()
    times = [line.time for line in notes_from(view, document).lines]
    assert times == ["9:00", "9:03", "9:03", "9:05", "9:09", "9:09"]


def test_no_more_than_twelve_lines_are_shown() -> None:
    view, document = deepcopy(sample("responses-and-feedback"))
    view["feedback"] = [feedback_on(view, document, count=27)]
    assert len(notes_from(view, document).lines) == 12


def test_times_are_those_on_the_tablet_wherever_the_server_is() -> None:
    view, document = deepcopy(sample("lesson-clarity"))
    for line in view["timeline"]:
        line["occurred_at"] = line["occurred_at"].replace("-05:00", "+13:45")
    assert notes_from(view, document).lines[0].time == "9:00"


def test_a_line_says_what_was_seen_and_no_more() -> None:
    assert lines_of("engagement-sweep") == [
        "18 of 22 students with the task",
        "20 of 22 students with the task",
        "15 of 22 students with the task",
        "Student: “Which strip do we need? There are none left on the table.”",
        "What else students were doing: Waiting for materials, Talk about something else",
        "Strips are handed out again, one set for each pair.",
        "21 of 23 students with the task",
        "Voice level during most of the task: Voices reach across a table; single words can be made out from two "
        "steps away.",
        "Directions could be seen during the task: yes",
        "Lesson phase of most sweeps: Pairs or groups",
    ]


def test_what_was_looked_for_and_not_seen_is_said_so() -> None:
    view, document = deepcopy(sample("lesson-clarity"))
    missed = next(line["entry_id"] for line in view["timeline"] if line["kind"] == "item.not_seen")
    view["feedback"][-1]["evidence"] = [missed]
    assert [describe(line) for line in notes_from(view, document).lines] == [
        "Looked for, not seen: An example and a non-example"
    ]


def test_a_code_that_the_protocol_does_not_know_is_shown_as_it_is() -> None:
    view, document = deepcopy(sample("responses-and-feedback"))
    line = next(one for one in view["timeline"] if one["payload"].get("code") == "calm")
    line["payload"]["code"] = "later_code"
    view["feedback"] = [{**feedback_on(view, document), "evidence": [line["entry_id"]]}]
    assert [describe(one) for one in notes_from(view, document).lines] == ["Correction: later_code"]


def test_a_corrected_line_keeps_what_was_written_first() -> None:
    line = next(one for one in notes_with("lesson-clarity").lines if one.original)
    assert line.original
    assert "piece" in describe(line)
    assert "peice" in describe(line.original)


def test_a_line_that_came_after_the_finish_is_marked_as_added_later() -> None:
    assert [line.time for line in notes_with("lesson-clarity").lines if line.is_added_later] == ["9:09"]


def test_a_picked_line_that_is_gone_is_counted() -> None:
    notes = notes_with("lesson-clarity", evidence=["019a3f62-5400-7d77-8d95-264c81023a02"])
    assert (notes.lines, notes.taken_back) == ((), 1)


def test_a_strength_cites_each_minute_once_and_links_to_the_line_that_is_shown() -> None:
    cites = notes_with("lesson-clarity").strengths[0].cites
    assert [cite.time for cite in cites] == ["9:03", "9:08"]
    assert [cite.is_listed for cite in cites] == [True, False]


def test_a_strength_without_words_is_none() -> None:
    assert notes_with("lesson-clarity", strengths=[{"text": " ", "evidence": []}]).strengths == ()


@pytest.mark.parametrize("strange", [None, "text", 7, [None, 3], {"text": None}])
def test_feedback_of_an_unknown_shape_leaves_out_what_it_cannot_read(strange: Any) -> None:
    notes = notes_with("lesson-clarity", strengths=strange, step=strange, questions=strange, evidence=strange)
    assert (notes.strengths, notes.lines) == ((), ())


def test_an_agreed_look_for_that_nobody_recorded_is_named() -> None:
    view, document = deepcopy(sample("lesson-clarity"))
    del view["items"]["goal_visible"]
    assert notes_from(view, document).unrecorded[0] == "Goal of the lesson can be seen"


def test_what_nothing_was_recorded_for_is_named_once_whether_agreed_or_in_a_chart() -> None:
    view, document = deepcopy(sample("lesson-clarity"))
    for key in ("goal_visible", "students_who_said_goal"):
        view["items"].pop(key, None)
    view["timeline"] = [line for line in view["timeline"] if line["item_key"] not in ("goal_visible",)]
    notes = notes_from(view, document)
    assert len(set(notes.unrecorded)) == len(notes.unrecorded)
    assert "Goal of the lesson can be seen" in notes.unrecorded
    assert all(chart.has_data for chart in notes.charts)


def test_the_newest_version_counts_and_names_the_one_before() -> None:
    notes = notes_with("selective-script")
    assert (notes.version, notes.replaced_version, notes.is_reissued) == (2, 1, True)


def test_a_check_in_date_that_is_none_is_left_out() -> None:
    step = notes_with("lesson-clarity").step
    assert step
    assert step.look_again_on == date(2026, 10, 15)
    assert (
        notes_with("lesson-clarity", step={"text": "Wait.", "look_again_on": "soon"}).step.look_again_on
        is None
    )  # type: ignore[union-attr]


def test_the_observers_own_remark_is_no_quotation() -> None:
    assert [quote("Silence.", speaker) for speaker in ("T", "S", "O")] == [
        "Teacher: “Silence.”",
        "Student: “Silence.”",
        "Silence.",
    ]


def test_each_chart_states_its_numbers_in_one_sentence() -> None:
    told = {
        slug: [sum_up(chart) for chart in notes_with(slug).charts]
        for slug in ("engagement-sweep", "lesson-clarity")
    }
    assert told == {
        "engagement-sweep": ["74 of 89 in 4 sweeps together: 83\u00a0%."],
        "lesson-clarity": [
            "Looked for between 9:00 am and 9:10 am; each stands with the times at which it was seen, "
            "the first one first.",
            "2 of 3.",
        ],
    }


def test_bars_are_drawn_to_the_longest_and_parts_to_their_whole() -> None:
    bars = notes_with("responses-and-feedback").charts[0].rows
    assert [(show_value(row), row.share) for row in bars] == [
        ("6", 0.6667),
        ("9", 1.0),
        ("4", 0.4444),
        ("3", 0.3333),
        ("3", 0.3333),
        ("1", 0.1111),
    ]
    part = notes_with("lesson-clarity").charts[1].rows[0]
    assert (show_value(part), part.share) == ("2 of 3", 0.6667)


def test_marks_lie_between_start_and_end_and_many_times_are_counted() -> None:
    lane = notes_with("selective-script").charts[1].rows[0]
    assert list_times(lane) == "10 times, 8:31 am to 8:44 am"
    assert list_times(replace(lane, times=("8:31", "8:31", "8:40"))) == "8:31 am (2 times), 8:40 am"
    assert list_times(replace(lane, times=("8:31",) * 9)) == "8:31 am (9 times)"
    assert all(0 <= at <= 1 for at in lane.at)
    assert list(lane.at) == sorted(lane.at)


def test_a_long_chart_leaves_out_first_what_nothing_was_recorded_for() -> None:
    view, document = deepcopy(sample("responses-and-feedback"))
    tallies = document["sections"][1]["items"]
    extra = [{**tallies[0], "key": f"none_{number}"} for number in range(ROWS_MAX)]
    tallies.extend(extra)
    document["charts"][0]["items"] = [one["key"] for one in extra] + document["charts"][0]["items"]
    assert [row.value for row in notes_from(view, document).charts[0].rows] == [6, 9, 4, 3, 3, 1]


def test_paper_cuts_at_a_word_and_says_where_the_rest_stands() -> None:
    assert cut_words("one two three", 8) == "one two… (more on the web page)"
    assert cut_words("one two", 7) == "one two"
