"""The wording rules give the same answers as on the tablet, and know what may not be shared."""

import json
from pathlib import Path
from typing import Any

import pytest

from noticing.feedback.wording_rules import ERRORS, WARNINGS, Finding, check_share, find_wording

WIRE = json.loads((Path(__file__).parents[1] / "wire/wording.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", WIRE["cases"], ids=lambda case: case["name"])
def test_it_finds_what_the_tablet_finds(case: dict[str, Any]) -> None:
    found = find_wording(case["feedback"], case["channel"], case["staff_names"])
    wanted = [{key: value for key, value in one.items() if key != "rewrite"} for one in case["findings"]]
    assert [
        {"code": one.code, "severity": one.severity, "field": one.field, "text": one.text} for one in found
    ] == wanted


def test_every_code_has_a_sentence() -> None:
    assert {**ERRORS, **WARNINGS}.keys() == set(WIRE["codes"])


def test_errors_keep_feedback_from_being_shared_and_warnings_do_not() -> None:
    strength = {"text": "Great start, a good score for all.", "evidence": []}
    found = check_share({"strengths": [strength], "step": {"text": "Wait."}, "questions": []}, "coaching")
    assert [code for code, _sentence in found] == ["evidence-missing", "word-not-for-coaching"]


def test_a_code_is_said_once_however_often_it_is_found() -> None:
    strengths = [{"text": "Poor. Failed. Deficient.", "evidence": ["e1"]}]
    found = check_share({"strengths": strengths, "step": {"text": "Wait."}, "questions": []}, "coaching")
    assert [code for code, _sentence in found] == ["word-not-for-coaching"]


def test_two_names_in_a_row_are_both_found() -> None:
    assert [one.text for one in find_in_question("Here I saw Jamal Élodie’s work.")] == ["Jamal", "Élodie"]


def test_a_language_without_lists_is_held_to_the_english_ones() -> None:
    assert [one.text for one in find_in_question("A great start.", "xx_YY")] == ["great"]


def find_in_question(text: str, locale: str = "en") -> list[Finding]:
    found = find_wording({"questions": [text]}, "coaching", (), locale)
    return [one for one in found if one.field == "questions.0"]
