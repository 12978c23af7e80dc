"""Keeps what each push tells of a device's clocks, so that times can be corrected later, and again with better ones."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.entry_log.entry import is_uuid
from noticing.entry_log.models import ClockSample
from noticing.entry_log.streams import StreamState
from noticing.instants import is_instant

LARGEST_MS = 2**53
_samples = cast("sa.Table", ClockSample.__table__)


@dataclass(frozen=True)
class Reading:
    """The device's two clocks when it sent, the server's when that came, and how long the last answer took."""

    clock_session_id: str
    device_wall: str
    device_elapsed_ms: float
    round_trip_ms: float | None
    received_at: datetime

    def is_sound(self) -> bool:
        lengths = (self.device_elapsed_ms, self.round_trip_ms or 0)
        return (
            is_uuid(self.clock_session_id)
            and is_instant(self.device_wall)
            and all(0 <= each <= LARGEST_MS for each in lengths)
        )


def keep_reading(session: Session, stream: StreamState, reading: Reading) -> None:
    """Inside `writing()`: as the latest of this page life, and as the best if it is. One that makes no sense: not."""
    if not reading.is_sound():
        return
    own = (_samples.c.stream_id == stream.stream_id, _samples.c.clock_session_id == reading.clock_session_id)
    best = session.execute(
        sa.select(_samples.c.round_trip_ms).where(*own, _samples.c.which == "best")
    ).first()
    is_best = best is None or _length(reading.round_trip_ms) < _length(best.round_trip_ms)
    kept = ["latest", "best"] if is_best else ["latest"]
    session.execute(sa.delete(_samples).where(*own, _samples.c.which.in_(kept)))
    place = {"stream_id": stream.stream_id, "tenant_id": stream.tenant_id}
    session.execute(sa.insert(_samples), [asdict(reading) | place | {"which": which} for which in kept])


def _length(round_trip_ms: float | None) -> float:
    return LARGEST_MS + 1 if round_trip_ms is None else round_trip_ms
