"""What a disk or a hand has spoilt in the log: finding it by the bytes themselves, and mending it.

Inside `database.writing()`, as far as it writes. The log is else only appended to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.entry_log.entry import Unreadable, hash_body, make_stand_in_id, parse_body
from noticing.entry_log.models import Envelope, LogEntry, Stream

_AT_ONCE = 20  # bodies in memory, of up to 4 MB each
_entries = cast("sa.Table", LogEntry.__table__)
_envelopes = cast("sa.Table", Envelope.__table__)
_streams = cast("sa.Table", Stream.__table__)
_first_places = _envelopes.alias()  # of the stream that brought the entry first
_INDEX = ("entry_id", "author_id", "subject_kind", "subject_id", "kind")
_is_of_place = sa.and_(
    _entries.c.tenant_id == _envelopes.c.tenant_id, _entries.c.change_seq == _envelopes.c.change_seq
)
_is_first_place = sa.and_(
    _first_places.c.stream_id == _entries.c.stream_id,
    _first_places.c.stream_seq == _entries.c.stream_seq,
    _first_places.c.change_seq == _entries.c.change_seq,
)
_PLACES = (
    sa.select(
        *(_envelopes.c[name] for name in ("stream_seq", "body_hash", "change_seq")),
        *(_entries.c[name] for name in ("body_hash", "body", "subject_id", "set_aside_code")),
        _streams.c.person_id,
        _first_places.c.stream_seq.is_not(None),
        *(_entries.c[name] for name in _INDEX),
    )
    .join_from(_envelopes, _streams, _streams.c.stream_id == _envelopes.c.stream_id)
    .outerjoin(_entries, _is_of_place)
    .outerjoin(_first_places, _is_first_place)
    .where(
        _envelopes.c.stream_id == sa.bindparam("stream_id"),
        _envelopes.c.stream_seq.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .order_by(_envelopes.c.stream_seq)
)


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
    person_id: str
    has_first_place: bool
    index: tuple[str | None, ...]  # what the log says of the body, by which it is found and handed out
    real_hash: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "real_hash", hash_body(self.body or b""))

    @property
    def is_sound(self) -> bool:
        has_right_hashes = self.said_hash == self.entry_hash == self.real_hash
        return self.body is not None and has_right_hashes and self.is_indexed

    @property
    def is_indexed(self) -> bool:
        return self.has_first_place and self.index == read_index(self.person_id, self.body or b"")


def read_index(person_id: str, body: bytes) -> tuple[str | None, ...]:
    """What the log says of a body that an account of this person brought, in the order of _INDEX."""
    try:
        entry = parse_body(body)
    except Unreadable:
        return make_stand_in_id(person_id, hash_body(body)), person_id, None, None, None
    is_own = entry.author_id == person_id
    entry_id = entry.entry_id if is_own else make_stand_in_id(person_id, hash_body(body))
    return entry_id, person_id, entry.subject_kind, entry.subject_id, entry.kind


def places_of_stream(session: Session, stream_id: str, from_seq: int, through_seq: int) -> Iterator[Found]:
    """What a stream has in from … through, read from the bodies."""
    asked = {"stream_id": stream_id, "first": from_seq, "last": through_seq}
    rows: Any = session.execute(_PLACES, asked, execution_options={"yield_per": _AT_ONCE})
    known = len(_PLACES.selected_columns) - len(_INDEX)
    return (Found(*[*row[:known], tuple(row[known:])]) for row in rows)


def mend_body(session: Session, tenant_id: str, change_seq: int, body: bytes, body_hash: bytes) -> None:
    """Put back the bytes of an entry."""
    place = (_entries.c.tenant_id == tenant_id, _entries.c.change_seq == change_seq)
    session.execute(sa.update(_entries).where(*place).values(body=body, body_hash=body_hash))


def mend_index(session: Session, tenant_id: str, found: Found, place: tuple[str, int], body: bytes) -> None:
    """Put back what the log says of a body, from the body itself; `place` is one where it lies."""
    said: dict[str, object] = dict(zip(_INDEX, read_index(found.person_id, body), strict=True))
    if not found.has_first_place:
        said |= {"stream_id": place[0], "stream_seq": place[1]}
    where = (_entries.c.tenant_id == tenant_id, _entries.c.change_seq == found.change_seq)
    session.execute(sa.update(_entries).where(*where).values(**said))


def mend_place(session: Session, stream_id: str, stream_seq: int, body_hash: bytes) -> None:
    """Put back what an envelope says of its entry."""
    session.execute(sa.update(_envelopes).where(*_place(stream_id, stream_seq)).values(body_hash=body_hash))


def drop_place(session: Session, stream_id: str, stream_seq: int) -> None:
    """Forget an envelope that leads nowhere; its device is just bringing the entry again."""
    session.execute(sa.delete(_envelopes).where(*_place(stream_id, stream_seq)))


def _place(stream_id: str, stream_seq: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (_envelopes.c.stream_id == stream_id, _envelopes.c.stream_seq == stream_seq)
