"""Keeps what each push tells of a device's clocks, so that times can be corrected later, and again with better ones."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from noticing.entry_log.corrected_times import CorrectedTime, RawTime, Sample, correct_time
from noticing.entry_log.entry import Entry, is_uuid
from noticing.entry_log.models import ClockSample, Stream
from noticing.entry_log.streams import StreamState
from noticing.instants import instant_of, is_instant

LARGEST_MS = 2**53
_BATCH = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_samples = cast("sa.Table", ClockSample.__table__)
_streams = cast("sa.Table", Stream.__table__)
_OF_SESSIONS = (
    sa.select(_samples, _streams.c.person_id)
    .join(_streams, _streams.c.stream_id == _samples.c.stream_id)
    .where(
        _streams.c.person_id.in_(sa.bindparam("people", expanding=True)),
        _samples.c.clock_session_id.in_(sa.bindparam("sessions", expanding=True)),
    )
    .order_by(_samples.c.stream_id, _samples.c.which)
)
_came = _samples.c.received_at
_OF_STREAM = sa.select(_samples).where(_samples.c.stream_id == sa.bindparam("stream_id")).limit(1)
_NEXT = _OF_STREAM.where(_came >= sa.bindparam("at")).order_by(_came, _samples.c.which)
_BEFORE = _OF_STREAM.where(_came < sa.bindparam("at")).order_by(_came.desc(), _samples.c.which)


def _keep_better(insert: Any) -> sa.Insert:
    """Both databases say it in the same words, SQLAlchemy has them twice."""
    said = insert(_samples)
    key = [column.name for column in _samples.primary_key]
    news = {column.name: said.excluded[column.name] for column in _samples.c if not column.primary_key}
    way, best_way = (
        sa.func.coalesce(each.round_trip_ms, LARGEST_MS + 1) for each in (said.excluded, _samples.c)
    )
    is_better = sa.or_(_samples.c.which == "latest", way < best_way)
    keeping: sa.Insert = said.on_conflict_do_update(index_elements=key, set_=news, where=is_better)
    return keeping


_KEEP = {"sqlite": _keep_better(sqlite.insert), "postgresql": _keep_better(postgresql.insert)}


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


@dataclass(frozen=True, slots=True)
class Timed:
    """An entry whose time is to be corrected, with what its envelope tells."""

    entry: Entry
    stream_id: str
    author_id: str
    received_at: datetime


def keep_reading(session: Session, stream: StreamState, reading: Reading) -> None:
    """Inside `writing()`: as the latest of this page life, and as the best if it is. One that makes no sense: not."""
    if not reading.is_sound():
        return
    row = vars(reading) | {"stream_id": stream.stream_id, "tenant_id": stream.tenant_id}
    kept = [row | {"which": which} for which in ("latest", "best")]
    session.execute(_KEEP[session.get_bind().dialect.name], kept)


def correct_times(
    session: Session, timed: Sequence[Timed], *, beyond_ms: float = -1
) -> dict[str, CorrectedTime]:
    """entry_id -> its time by the server's clock, from the samples that are there now.

    With `beyond_ms`, entries are left out whose device's clock was right within that: nothing is reckoned for them.

    Only samples of the author's own devices count, so a device that lies about its clocks lies about its owner's
    entries alone.
    """
    sessions = _samples_of_sessions(
        session, {(each.author_id, each.entry.clock_session_id) for each in timed}
    )
    nearest: dict[tuple[str, datetime], Sample | None] = {}
    corrected: dict[str, CorrectedTime] = {}
    for each in timed:
        own, beside = sessions.get((each.author_id, each.entry.clock_session_id), ()), None
        if not own:
            place = (each.stream_id, each.received_at)
            if place not in nearest:
                nearest[place] = _nearest_sample(session, *place)
            beside = nearest[place]
        if _is_right(own or [beside], beyond_ms):
            continue
        corrected[each.entry.entry_id] = correct_time(_raw_of(each), own, beside)
    return corrected


def _is_right(samples: Sequence[Sample | None], within_ms: float) -> bool:
    return all(sample is None or abs(sample.ahead_ms) <= within_ms for sample in samples) and within_ms >= 0


def latest_samples(session: Session, tenant_id: str, stream_ids: Collection[str]) -> dict[str, Sample]:
    """The newest sample of each of these streams."""
    newest = (
        sa.select(_samples.c.stream_id, sa.func.max(_samples.c.received_at).label("at"))
        .where(_samples.c.tenant_id == tenant_id, _samples.c.stream_id.in_(stream_ids))
        .group_by(_samples.c.stream_id)
        .subquery()
    )
    is_newest = sa.and_(_samples.c.stream_id == newest.c.stream_id, _samples.c.received_at == newest.c.at)
    rows = session.execute(sa.select(_samples).join(newest, is_newest).order_by(_samples.c.which))
    return {row.stream_id: _sample_of(row) for row in rows}


def _samples_of_sessions(
    session: Session, wanted: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], list[Sample]]:
    """(person_id, clock_session_id) -> samples, of the streams of that person."""
    found: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    listed = sorted({clock_session_id for _, clock_session_id in wanted})
    people = sorted({person_id for person_id, _ in wanted})
    for start in range(0, len(listed), _BATCH):
        asked = {"people": people, "sessions": listed[start : start + _BATCH]}
        for row in session.execute(_OF_SESSIONS, asked):
            found[row.person_id, row.clock_session_id].append(_sample_of(row))
    return found


def _nearest_sample(session: Session, stream_id: str, at: datetime) -> Sample | None:
    """Of the stream's samples the one that came nearest to `at`."""
    asked = {"stream_id": stream_id, "at": at}
    found = (session.execute(beside, asked).first() for beside in (_NEXT, _BEFORE))
    rows = [row for row in found if row is not None]
    return _sample_of(min(rows, key=lambda row: abs(row.received_at - at))) if rows else None


def _sample_of(row: sa.Row[tuple[object, ...]]) -> Sample:
    return Sample(
        clock_session_id=row.clock_session_id,
        wall_ms=instant_of(row.device_wall),
        elapsed_ms=row.device_elapsed_ms,
        received_ms=_ms_of(row.received_at),
        round_trip_ms=row.round_trip_ms,
    )


def _raw_of(each: Timed) -> RawTime:
    entry = each.entry
    occurred = instant_of(entry.occurred_at)
    is_same = entry.entered_at == entry.occurred_at
    return RawTime(
        clock_session_id=entry.clock_session_id,
        elapsed_ms=entry.elapsed_ms,
        occurred_ms=occurred,
        entered_ms=occurred if is_same else instant_of(entry.entered_at),
        received_ms=_ms_of(each.received_at),
    )


def _ms_of(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
