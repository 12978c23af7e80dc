"""What a disk or a hand has spoilt in the log: finding it by the bytes themselves, and mending it.

Inside `database.writing()`, as far as it writes. The log is else only appended to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.entry_log.entry import hash_body
from noticing.entry_log.models import Envelope, LogEntry

_AT_ONCE = 200  # bodies in memory
_entries = cast("sa.Table", LogEntry.__table__)
_envelopes = cast("sa.Table", Envelope.__table__)


@dataclass(frozen=True, slots=True)
class Found:
    """One place of a stream as it lies on the disk; without a body where the log has no such entry."""

    stream_seq: int
    said_hash: bytes  # by the envelope
    change_seq: int
    entry_hash: bytes | None
    body: bytes | None
    subject_id: str | None
    set_aside_code: str | None

    @property
    def real_hash(self) -> bytes:
        return hash_body(self.body or b"")

    @property
    def is_sound(self) -> bool:
        return self.body is not None and self.said_hash == self.entry_hash == self.real_hash


def places_of_stream(session: Session, stream_id: str, first: int, last: int) -> Iterator[Found]:
    """What a stream has in first … last, read from the bodies."""
    joined = sa.and_(
        _entries.c.tenant_id == _envelopes.c.tenant_id, _entries.c.change_seq == _envelopes.c.change_seq
    )
    of_entry = [_entries.c[name] for name in ("body_hash", "body", "subject_id", "set_aside_code")]
    of_place = [_envelopes.c[name] for name in ("stream_seq", "body_hash", "change_seq")]
    found = (
        sa.select(*of_place, *of_entry)
        .outerjoin_from(_envelopes, _entries, joined)
        .where(_envelopes.c.stream_id == stream_id, _envelopes.c.stream_seq.between(first, last))
        .order_by(_envelopes.c.stream_seq)
    )
    rows = session.execute(found, execution_options={"yield_per": _AT_ONCE})
    return (Found(*row) for row in rows)


def mend_body(session: Session, tenant_id: str, change_seq: int, body: bytes, body_hash: bytes) -> None:
    """Put back the bytes of an entry."""
    place = (_entries.c.tenant_id == tenant_id, _entries.c.change_seq == change_seq)
    session.execute(sa.update(_entries).where(*place).values(body=body, body_hash=body_hash))


def mend_place(session: Session, stream_id: str, stream_seq: int, body_hash: bytes) -> None:
    """Put back what an envelope says of its entry."""
    session.execute(sa.update(_envelopes).where(*_place(stream_id, stream_seq)).values(body_hash=body_hash))


def drop_place(session: Session, stream_id: str, stream_seq: int) -> None:
    """Forget an envelope that leads nowhere; its device is just bringing the entry again."""
    session.execute(sa.delete(_envelopes).where(*_place(stream_id, stream_seq)))


def _place(stream_id: str, stream_seq: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (_envelopes.c.stream_id == stream_id, _envelopes.c.stream_seq == stream_seq)
