"""What a push tells of a device's clocks, as a reading whose bound holds where the device says enough for that."""

from datetime import datetime, timedelta

from noticing.entry_log.clock_samples import Reading
from noticing.entry_log.corrected_times import GRAIN_MS
from noticing.sync.wire import ClockSample

TOLD_WITHIN = timedelta(days=400)  # a tablet may lie in a drawer for a school year


def read_clocks(clock: ClockSample | None, came_at: datetime) -> Reading | None:
    """Of the last exchange, if it is told whole: the server's time in its answer lies between question and answer.

    Else of this push itself. Its own way is not known, only that of the exchange before it: the bound is a guess.
    """
    if clock is None:
        return None
    return _of_exchange(clock, came_at) or Reading(
        clock.clock_session_id, clock.device_wall, clock.device_elapsed_ms, clock.round_trip_ms, came_at
    )


def _of_exchange(clock: ClockSample, came_at: datetime) -> Reading | None:
    """None where it is not told, or cannot have been so."""
    told_at, wall, elapsed_ms = _instant_of(clock.server_time), clock.asked_wall, clock.asked_elapsed_ms
    if told_at is None or wall is None or elapsed_ms is None or clock.round_trip_ms is None:
        return None
    is_over = elapsed_ms + clock.round_trip_ms <= clock.device_elapsed_ms + GRAIN_MS
    reading = Reading(clock.clock_session_id, wall, elapsed_ms, clock.round_trip_ms, told_at)
    is_recent = told_at <= came_at and came_at - told_at <= TOLD_WITHIN
    return reading if is_over and is_recent and reading.is_sound() else None


def _instant_of(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else None
