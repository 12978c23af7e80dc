"""The one reader of a device's times, such as "2026-11-12T09:05:12.345-05:00". Twin of the app's instants.ts. Pure.

Years from 1000 to 2999: a wrong clock is welcome, but its time must lie in the calendar in UTC too.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

FORM = re.compile(
    r"[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_instant(text: str) -> datetime:
    """With the device's own offset; ValueError for what is no time of this form."""
    if not FORM.fullmatch(text):
        raise ValueError("not a time of the form 2026-11-12T09:05:12.345-05:00")
    return datetime.fromisoformat(text)


def is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(read_instant(value))
    except ValueError:
        return False


def instant_of(value: Any) -> int:
    """Epoch milliseconds; 0 for what is no such time."""
    try:
        return (read_instant(value) - _EPOCH) // timedelta(milliseconds=1) if isinstance(value, str) else 0
    except ValueError:
        return 0
