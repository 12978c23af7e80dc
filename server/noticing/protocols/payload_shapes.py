"""The forms that a payload's fields can have. Predicates, nothing else."""

import re
from typing import Any

MAX_STUDENTS = 999
MAX_WHOLE = 2**53 - 1
MAX_ALT = 500  # of the words that stand for a photo


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_id(value: Any) -> bool:
    return is_filled(value) and len(value) <= 64


def is_id_or_null(value: Any) -> bool:
    return value is None or is_id(value)


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_WHOLE


def is_value(value: Any) -> bool:
    """Of a choice, a number, a text or a time."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def is_present_count(value: Any) -> bool:
    return value is None or (is_whole(value) and value <= MAX_STUDENTS)


def is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def is_sha256(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None


def is_alt(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_ALT


def is_covers(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict)
        and is_id(row.get("clock_session_id"))
        and is_whole(row.get("through_ms"))
        and is_whole(row.get("count"))
        for row in value
    )


def is_strengths(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict) and is_text(row.get("text")) and is_texts(row.get("evidence")) for row in value
    )


def is_step(value: Any) -> bool:
    texts = ("text", "try_when", "see_hear", "students_will", "rehearsal")
    if not isinstance(value, dict) or not all(is_text(value.get(name)) for name in texts):
        return False
    return value.get("look_again_on") is None or is_text(value["look_again_on"])
