"""Reading the device's wall clock. Twin of pwa/src/observation/instants.ts."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

FORM = re.compile(
    r"([12]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{3}))?"
    r"(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(text: Any) -> int:
    """Epoch milliseconds of "2026-11-12T09:05:12.345-05:00"; 0 where a text is no such time."""
    found = FORM.fullmatch(text) if isinstance(text, str) else None
    if not found:
        return 0
    *clock, ms, sign, hours, minutes = found.groups()
    offset = (int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1) if sign else 0
    try:
        wall = datetime(*map(int, clock), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return 0
    return (wall - EPOCH) // timedelta(milliseconds=1) + int(ms or 0) - offset * 60_000


def timed(entry: Mapping[str, Any]) -> tuple[int, str]:
    """Sort key: by instant, then by id, the one order in which a visit is told."""
    return instant_of(entry["occurred_at"]), entry["entry_id"]
