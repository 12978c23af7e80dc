"""Streams: which device of whom appends, and how far it is complete."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.accounts.people import end_sessions_within, is_closed
from noticing.clock import make_id, now
from noticing.database import writing
from noticing.entry_log.models import Stream
from noticing.ledger.acts import note_act
from noticing.problems import Problem

MAX_REVOKED_ENTRIES = 20_000
MAX_REVOKED_BYTES = 64 * 1024 * 1024
MAX_REVOKED_STREAMS = 100
_streams = cast("sa.Table", Stream.__table__)


@dataclass(frozen=True)
class StreamState:
    """One stream as it stands. `public_key` is a JWK (P-256), None for a server-side stream.

    `revoked_through`: what had come when it was revoked. `enrolled_by`: the first of its line, None for that.
    """

    stream_id: str
    tenant_id: str
    person_id: str
    public_key: dict[str, str] | None
    is_server_side: bool
    enrolled_by: str | None
    revoked_at: datetime | None
    revoked_through: int
    acknowledged_through: int
    acknowledged_hash: bytes
    seen_change_seq: int
    last_contact_at: datetime | None

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def line_id(self) -> str:
        """Names the stream that a session enrolled and all that followed by signature: one device."""
        return self.enrolled_by or self.stream_id

    def is_after_revocation(self, stream_seq: int, received_at: datetime) -> bool:
        """Not so what had come before: it may come again, after a restore or to mend what was spoilt."""
        is_later = stream_seq > self.revoked_through
        return self.revoked_at is not None and self.revoked_at <= received_at and is_later


_STATE = sa.select(*(_streams.c[name] for name in StreamState.__dataclass_fields__)).where(
    _streams.c.stream_id == sa.bindparam("stream_id")
)
_MARK = sa.update(_streams).where(_streams.c.stream_id == sa.bindparam("of_stream"))


def find_stream(session: Session, stream_id: str) -> StreamState | None:
    """As it stands now; None where nobody has enrolled it. Asks no policy: also streams of other tenants."""
    row = session.execute(_STATE, {"stream_id": stream_id}).first()
    return StreamState(*row) if row else None


def add_stream(
    session: Session,
    stream_id: str,
    tenant_id: str,
    person_id: str,
    public_key: dict[str, str],
    device_label: str,
    signed_by: StreamState | None = None,
) -> None:
    """Inside `writing()`. A stream for which another one signed is the same device: revoked if that is."""
    revoked_at = signed_by.revoked_at if signed_by else None
    if signed_by and revoked_at and _count_line(session, signed_by) >= MAX_REVOKED_STREAMS:
        raise Problem("stream-quota")
    session.add(
        Stream(
            stream_id=stream_id,
            tenant_id=tenant_id,
            person_id=person_id,
            public_key=public_key,
            device_label=device_label,
            last_contact_at=now(),
            enrolled_by=signed_by.line_id if signed_by else None,
            revoked_at=revoked_at,
        )
    )
    session.flush()


def revoke_stream(tenant_id: str, stream_id: str, at: datetime | None = None) -> bool:
    """Take a device out of use: this stream and those of its line. False where there is none or it is revoked.

    It goes on delivering; what comes from now on is set aside, what was accepted stays. Whoever has it in hand may
    hold a session of its owner, too: all of those end.
    """
    with writing(tenant_id) as session:
        stream = find_stream(session, stream_id)
        if stream is None or stream.tenant_id != tenant_id or stream.is_server_side:
            return False
        revoked = sa.update(_streams).where(*_line_of(stream), _streams.c.revoked_at.is_(None))
        changed = session.execute(
            revoked.values(revoked_at=at or now(), revoked_through=_streams.c.acknowledged_through)
        )
        if not cast("sa.CursorResult[object]", changed).rowcount:
            return False
        of_line = sa.select(_streams.c.stream_id, _streams.c.revoked_at, _streams.c.revoked_through)
        for row in session.execute(of_line.where(*_line_of(stream))).all():
            said = {"at": row.revoked_at.isoformat(), "through": row.revoked_through}
            note_act(session, tenant_id, "stream.revoked", stream_id=row.stream_id, **said)
        end_sessions_within(session, stream.person_id)
        return True


def revoke_again(tenant_id: str, stream_id: str, at: datetime, through: int) -> None:
    """After a restore: the stream was revoked when its entries 1 … `through` had come. Its device sends them again."""
    stream = (_streams.c.stream_id == stream_id, _streams.c.tenant_id == tenant_id)
    with writing(tenant_id) as session:
        session.execute(sa.update(_streams).where(*stream).values(revoked_at=at, revoked_through=through))


def charged_from(session: Session, stream: StreamState) -> int | None:
    """From which number on what comes counts towards the limit, None where there is none: of a device taken out of
    use what came since, of an account that was closed everything. How it is judged is another question."""
    if stream.is_revoked:
        return stream.revoked_through + 1
    return 1 if is_closed(session, stream.person_id) else None


def is_charged(session: Session, stream: StreamState, stream_seq: int) -> bool:
    """Whether what comes under this number counts towards the limit."""
    first = charged_from(session, stream)
    return first is not None and stream_seq >= first


def charge_revoked(session: Session, stream: StreamState, entries: int, size: int) -> None:
    """Inside `writing()`: count what such a device brings. Raises Problem `stream-quota` past the limit."""
    first = _streams.c.stream_id == stream.line_id
    counts = sa.select(_streams.c.revoked_entries, _streams.c.revoked_bytes).where(first)
    brought, held = session.execute(counts).one()
    if brought + entries > MAX_REVOKED_ENTRIES or held + size > MAX_REVOKED_BYTES:
        raise Problem("stream-quota")
    charged = {"revoked_entries": brought + entries, "revoked_bytes": held + size}
    session.execute(sa.update(_streams).where(first).values(charged))


def server_stream_of(session: Session, tenant_id: str, person_id: str) -> StreamState:
    """The stream of what a person does on the server's pages; made at her first entry, inside `writing()`."""
    of_person = sa.select(Stream.stream_id).where(Stream.person_id == person_id, Stream.is_server_side)
    stream_id = session.scalar(of_person)
    if stream_id is None:
        stream_id = make_id()
        session.add(
            Stream(
                stream_id=stream_id,
                tenant_id=tenant_id,
                person_id=person_id,
                is_server_side=True,
                public_key=None,
            )
        )
        session.flush()
    state = find_stream(session, stream_id)
    assert state is not None
    return state


def move_mark(
    session: Session, stream_id: str, through: int, running_hash: bytes, seen_change_seq: int, at: datetime
) -> None:
    """Inside `writing()`: note how far the stream is complete, and when it was last heard.

    `running_hash`: of its bodies 1 … `through` (entry_log/running_hash.py). `seen_change_seq`: how far the feed was.
    """
    marks = {
        "acknowledged_through": through,
        "acknowledged_hash": running_hash,
        "seen_change_seq": seen_change_seq,
        "last_contact_at": at,
    }
    session.execute(_MARK, {"of_stream": stream_id} | marks)


def note_contact(session: Session, stream_id: str, at: datetime) -> None:
    """Inside `writing()`: it was heard without bringing anything. An earlier time takes no later one's place."""
    is_newer = sa.or_(_streams.c.last_contact_at.is_(None), _streams.c.last_contact_at < at)
    heard = sa.update(_streams).where(_streams.c.stream_id == stream_id, is_newer)
    session.execute(heard.values(last_contact_at=at))


def name_device(tenant_id: str, stream_id: str, label: str) -> None:
    """The streams of one device go by one name."""
    with writing(tenant_id) as session:
        stream = find_stream(session, stream_id)
        if stream is not None and stream.tenant_id == tenant_id:
            session.execute(sa.update(_streams).where(*_line_of(stream)).values(device_label=label))


def _line_of(stream: StreamState) -> tuple[sa.ColumnElement[bool], ...]:
    is_of_line = sa.or_(_streams.c.stream_id == stream.line_id, _streams.c.enrolled_by == stream.line_id)
    return (_streams.c.person_id == stream.person_id, is_of_line)


def _count_line(session: Session, stream: StreamState) -> int:
    counted = sa.select(sa.func.count()).select_from(_streams).where(*_line_of(stream))
    return session.scalar(counted) or 0
