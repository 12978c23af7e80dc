"""The log as an overview: its subjects in their order, how each stream stands, what lies aside. Reads no body."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.accounts.people import name_beside
from noticing.entry_log.models import Envelope, LogEntry, Stream

_entries = cast("sa.Table", LogEntry.__table__)
_envelopes = cast("sa.Table", Envelope.__table__)
_streams = cast("sa.Table", Stream.__table__)


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One stream of a device, as the administrator sees it."""

    stream_id: str
    person_id: str
    device_label: str
    enrolled_at: datetime
    last_contact_at: datetime | None
    revoked_at: datetime | None
    acknowledged_through: int


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """What came by one stream on one day (UTC) and lies aside for one reason."""

    stream_id: str
    code: str
    day: date
    count: int
    size: int


def subjects_after(session: Session, tenant_id: str, after: str | None, limit: int) -> list[str]:
    """The next subjects that any entry names, in the order of their ids."""
    wanted = [_entries.c.tenant_id == tenant_id, _entries.c.subject_id.is_not(None)]
    wanted += [_entries.c.subject_id > after] if after else []
    found = sa.select(_entries.c.subject_id).where(*wanted).distinct()
    return list(session.scalars(found.order_by(_entries.c.subject_id).limit(limit)))


def count_subjects(session: Session, tenant_id: str) -> int:
    counted = sa.select(sa.func.count(_entries.c.subject_id.distinct()))
    return session.scalar(counted.where(_entries.c.tenant_id == tenant_id)) or 0


def stream_lines(
    session: Session, tenant_id: str, limit: int, wanted: str = "", stream_id: str | None = None
) -> list[StreamLine]:
    """The streams of devices, those heard last first; with `wanted`, whose owner or label has these letters."""
    heard = sa.func.coalesce(_streams.c.last_contact_at, _streams.c.enrolled_at)
    named = name_beside(_streams.c.person_id) + " " + _streams.c.device_label
    # Where a database knows no case but that of ASCII, the usual ways to write a word are tried.
    written = {wanted, wanted.lower(), wanted.upper(), wanted.title()}
    has_letters = sa.or_(*(named.icontains(each, autoescape=True) for each in sorted(written)))
    meant = [has_letters] if wanted else []
    meant += [_streams.c.stream_id == stream_id] if stream_id else []
    found = (
        sa.select(*(_streams.c[name] for name in StreamLine.__slots__))
        .where(_streams.c.tenant_id == tenant_id, _streams.c.is_server_side.is_(False), *meant)
        .order_by(heard.desc(), _streams.c.stream_id)
        .limit(limit)
    )
    return [StreamLine(*row) for row in session.execute(found)]


def beyond_gaps(session: Session, tenant_id: str) -> Mapping[str, int]:
    """stream_id -> how many of its entries are here but wait for one before them; streams without any are left out."""
    is_beyond = sa.and_(
        _envelopes.c.stream_id == _streams.c.stream_id,
        _envelopes.c.stream_seq > _streams.c.acknowledged_through,
    )
    found = (
        sa.select(_streams.c.stream_id, sa.func.count())
        .join(_envelopes, is_beyond)
        .where(_streams.c.tenant_id == tenant_id)
        .group_by(_streams.c.stream_id)
    )
    return dict(session.execute(found).all())


def newest_arrivals(session: Session, tenant_id: str) -> Mapping[str, datetime]:
    """stream_id -> when the entry with its highest number came."""
    highest = (
        sa.select(sa.func.max(_envelopes.c.stream_seq))
        .where(_envelopes.c.stream_id == _streams.c.stream_id)
        .correlate(_streams)
        .scalar_subquery()
    )
    is_entry = sa.and_(
        _entries.c.tenant_id == _envelopes.c.tenant_id, _entries.c.change_seq == _envelopes.c.change_seq
    )
    found = (
        sa.select(_streams.c.stream_id, _entries.c.received_at)
        .select_from(_streams)
        .join(
            _envelopes,
            sa.and_(_envelopes.c.stream_id == _streams.c.stream_id, _envelopes.c.stream_seq == highest),
        )
        .join(_entries, is_entry)
        .where(_streams.c.tenant_id == tenant_id)
    )
    return dict(session.execute(found).all())


def set_aside_lines(session: Session, tenant_id: str) -> list[SetAsideLine]:
    """What lies aside, the newest day first. Neither whose visit it is nor what it says is read."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"  # its times are UTC already
    came = _entries.c.received_at
    day = sa.func.date(came if is_sqlite else sa.func.timezone("UTC", came))
    found = (
        sa.select(
            _entries.c.stream_id,
            _entries.c.set_aside_code,
            day,
            sa.func.count(),
            sa.func.sum(sa.func.length(_entries.c.body)),
        )
        .where(_entries.c.tenant_id == tenant_id, _entries.c.set_aside_code.is_not(None))
        .group_by(_entries.c.stream_id, _entries.c.set_aside_code, day)
        .order_by(day.desc(), _entries.c.set_aside_code, _entries.c.stream_id)
    )
    return [
        SetAsideLine(stream_id, code, _day_of(on), count, int(size))
        for stream_id, code, on, count, size in session.execute(found)
    ]


def _day_of(value: date | str) -> date:
    """SQLite has no days, only texts."""
    return date.fromisoformat(value) if isinstance(value, str) else value
