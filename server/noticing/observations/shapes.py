"""Reading payloads that may come from any release: what does not fit is left out, never guessed."""

from typing import Any

MAX_WHOLE = 2**53 - 1  # JavaScript's largest safe integer: both languages refuse the same numbers


def whole_of(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) <= MAX_WHOLE and value == int(value) else None


def text_of(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def texts_of(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def object_of(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def covers_of(value: Any) -> list[dict[str, Any]]:
    covers = []
    for row in value if isinstance(value, list) else []:
        cover = object_of(row) or {}
        clock, through_ms = text_of(cover.get("clock_session_id")), whole_of(cover.get("through_ms"))
        if clock is not None and through_ms is not None:
            covers.append({"clock_session_id": clock, "through_ms": through_ms})
    return covers
