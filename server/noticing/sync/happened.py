"""When the entries of a push happened by the server's clock: permission is asked at that time, not the tablet's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from noticing.entry_log.clock_samples import Timed, correct_times
from noticing.entry_log.corrected_times import EARLIEST_MS, CorrectedTime

LATEST_MS = 32_503_593_600_000  # the end of 2999, a day before the last that a device can name
NEGLIGIBLE_MS = 1000.0  # permission is judged with minutes of tolerance
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def when_happened(session: Session, timed: Sequence[Timed]) -> Mapping[str, tuple[datetime, ...]]:
    """entry_id -> the instants at which the entry may have been permitted.

    One, where the device's monotonic clock was seen beside ours. Else the wall clock was set or not: its own
    time is as likely as the corrected one, and lies within the bound. Entries of a clock that is right are left
    out: they happened when they say.
    """
    found = correct_times(session, timed, beyond_ms=NEGLIGIBLE_MS)
    return {entry_id: _instants_of(time) for entry_id, time in found.items()}


def _instants_of(time: CorrectedTime) -> tuple[datetime, ...]:
    corrected = _at(time.raw_ms - time.ahead_ms)
    return (corrected, _at(time.raw_ms)) if time.basis == "wall" and time.ahead_ms else (corrected,)


def _at(instant_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=min(max(instant_ms, EARLIEST_MS), LATEST_MS))
