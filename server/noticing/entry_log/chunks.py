"""Pieces of entries that do not get through whole, until they are complete. Inside `database.writing()`."""

from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.clock import now
from noticing.entry_log.models import EntryChunk
from noticing.entry_log.streams import StreamState

MAX_OPEN = 64  # entries of one stream; with one more, the oldest has to begin anew
_chunks = cast("sa.Table", EntryChunk.__table__)


@dataclass(frozen=True)
class Announced:
    """The entry that comes in pieces."""

    stream_seq: int
    body_hash: bytes
    size: int


def received_through(session: Session, stream: StreamState, announced: Announced) -> int:
    """How many bytes of exactly this entry are here."""
    found = sa.select(
        _chunks.c.body_hash, _chunks.c.size, _chunks.c.begins_at, sa.func.length(_chunks.c.chunk)
    )
    last = session.execute(
        found.where(*_of_entry(stream, announced)).order_by(_chunks.c.begins_at.desc()).limit(1)
    ).first()
    if last is None or (last[0], last[1]) != (announced.body_hash, announced.size):
        return 0
    return int(last[2] + last[3])


def keep_chunk(
    session: Session, stream: StreamState, announced: Announced, begins_at: int, chunk: bytes
) -> None:
    """Keep the piece that follows; the first one takes the place of whatever came under this number before."""
    if begins_at == 0:
        drop_chunks(session, stream, announced)
        _make_room(session, stream)
    piece = EntryChunk(
        stream_id=stream.stream_id,
        stream_seq=announced.stream_seq,
        begins_at=begins_at,
        tenant_id=stream.tenant_id,
        body_hash=announced.body_hash,
        size=announced.size,
        chunk=chunk,
        came_at=now(),
    )
    session.add(piece)
    session.flush()


def join_chunks(session: Session, stream: StreamState, announced: Announced) -> bytes:
    pieces = sa.select(_chunks.c.chunk).where(*_of_entry(stream, announced)).order_by(_chunks.c.begins_at)
    return b"".join(session.scalars(pieces))


def drop_chunks(session: Session, stream: StreamState, announced: Announced) -> None:
    session.execute(sa.delete(_chunks).where(*_of_entry(stream, announced)))


def _make_room(session: Session, stream: StreamState) -> None:
    of_stream = _chunks.c.stream_id == stream.stream_id
    begun = sa.select(_chunks.c.stream_seq).where(of_stream, _chunks.c.begins_at == 0)
    oldest_first = list(session.scalars(begun.order_by(_chunks.c.came_at, _chunks.c.stream_seq)))
    gone = oldest_first[: max(0, len(oldest_first) - MAX_OPEN + 1)]
    if gone:
        session.execute(sa.delete(_chunks).where(of_stream, _chunks.c.stream_seq.in_(gone)))


def _of_entry(stream: StreamState, announced: Announced) -> tuple[sa.ColumnElement[bool], ...]:
    return (_chunks.c.stream_id == stream.stream_id, _chunks.c.stream_seq == announced.stream_seq)
