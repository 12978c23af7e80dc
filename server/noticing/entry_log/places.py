"""What a stream has under its own numbers: hashes to compare with, bodies, and what of it lies aside."""

from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.entry_log.models import Envelope, LogEntry
from noticing.entry_log.store import ENTRY_COLUMNS, StoredEntry

_entries = cast("sa.Table", LogEntry.__table__)
_envelopes = cast("sa.Table", Envelope.__table__)
_with_entry = _envelopes.join(
    _entries,
    sa.and_(_entries.c.tenant_id == _envelopes.c.tenant_id, _entries.c.change_seq == _envelopes.c.change_seq),
)
_of_stream = _envelopes.c.stream_id == sa.bindparam("stream_id")
_is_between = _envelopes.c.stream_seq.between(sa.bindparam("first"), sa.bindparam("last"))
_HASHES = (
    sa.select(_envelopes.c.stream_seq, _envelopes.c.body_hash)
    .where(_of_stream, _is_between)
    .order_by(_envelopes.c.stream_seq)
)
_FIRST_BROUGHT = (
    sa.select(sa.func.count())
    .select_from(_with_entry)
    .where(
        *(_of_stream, _is_between),
        _entries.c.stream_id == _envelopes.c.stream_id,
        _entries.c.stream_seq == _envelopes.c.stream_seq,
    )
)
_BODY = (
    sa.select(_entries.c.body)
    .select_from(_with_entry)
    .where(_of_stream, _envelopes.c.stream_seq == sa.bindparam("stream_seq"))
)
_ASIDE = (
    sa.select(_envelopes.c.stream_seq, *ENTRY_COLUMNS)
    .select_from(_with_entry)
    .where(_of_stream, _is_between, _entries.c.set_aside_code.is_not(None))
    .order_by(_envelopes.c.stream_seq)
)


def hashes_of_stream(session: Session, stream_id: str, first: int, last: int) -> dict[int, bytes]:
    """stream_seq -> hash of what a stream has in first … last."""
    rows = session.execute(_HASHES, {"stream_id": stream_id, "first": first, "last": last})
    return {row.stream_seq: row.body_hash for row in rows}


def count_first_brought(session: Session, stream_id: str, first: int, last: int) -> int:
    """How many of a stream's first … last no other stream had brought before."""
    found = session.scalar(_FIRST_BROUGHT, {"stream_id": stream_id, "first": first, "last": last})
    return found or 0


def body_of_place(session: Session, stream_id: str, stream_seq: int) -> bytes | None:
    """The body of one entry of a stream."""
    return session.scalar(_BODY, {"stream_id": stream_id, "stream_seq": stream_seq})


def set_aside_of_stream(
    session: Session, stream_id: str, first: int, last: int
) -> list[tuple[int, StoredEntry]]:
    """(stream_seq, entry) of what is set aside among a stream's first … last."""
    rows = session.execute(_ASIDE, {"stream_id": stream_id, "first": first, "last": last})
    return [(row[0], StoredEntry._make(row[1:])) for row in rows]
