"""Takes an entry in small pieces, where it does not get through whole; with the last one it is pushed as ever."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from noticing.database import writing
from noticing.entry_log import chunks, places
from noticing.entry_log.chunks import Announced
from noticing.entry_log.entry import hash_body
from noticing.entry_log.streams import StreamState, charge_revoked, find_stream, is_charged
from noticing.problems import Problem
from noticing.sync.other_rooms import let_follow
from noticing.sync.receive import Receipt, append_to_stream, say_step
from noticing.sync.sealed import open_pieces
from noticing.sync.wire import Chunk


@dataclass(frozen=True)
class Taken:
    """How many bytes are here, and what became of the entry once it is whole."""

    through: int
    receipt: Receipt | None = None
    unsealable: list[int] = field(default_factory=list)


def receive_chunk(tenant_id: str, sent: Chunk) -> Taken:
    announced = Announced(sent.stream_seq, sent.whole_hash(), sent.size)
    with writing(tenant_id) as session:
        stream = find_stream(session, sent.stream_id)
        if stream is None or stream.tenant_id != tenant_id:
            raise Problem("stream-unknown")
        body = _stored_body(session, stream, announced)
        if body is None:
            through = chunks.received_through(session, stream, announced)
            if sent.chunk and sent.offset == through and through + len(sent.chunk) <= sent.size:
                if is_charged(session, stream, sent.stream_seq):
                    charge_revoked(session, stream, 0, len(sent.chunk))
                chunks.keep_chunk(session, stream, announced, sent.offset, sent.chunk)
                through += len(sent.chunk)
            if through < sent.size:
                return Taken(through)
            body = chunks.join_chunks(session, stream, announced)
            chunks.drop_chunks(session, stream, announced)
            if hash_body(body) != announced.body_hash:
                return Taken(0)
        bodies = _bodies(tenant_id, stream, sent, body)
        receipt = append_to_stream(session, stream, sent.stream_seq, bodies)
    say_step(receipt, len(bodies))
    if receipt.is_news:
        let_follow(tenant_id, receipt.kinds)
    return Taken(sent.size, receipt, [] if bodies else [sent.stream_seq])


def _bodies(tenant_id: str, stream: StreamState, sent: Chunk, whole: bytes) -> list[bytes]:
    """Empty where it came sealed and does not open."""
    if sent.sealed is None:
        return [whole]
    opened = open_pieces(tenant_id, stream.person_id, sent.sealed, whole)
    return [] if opened is None else [opened]


def _stored_body(session: Session, stream: StreamState, announced: Announced) -> bytes | None:
    """The entry, where it has come already: the answer to its last piece was lost on the way. What comes sealed
    comes whole once more then, and is found to be there when it is opened."""
    seq = announced.stream_seq
    there = places.hashes_of_stream(session, stream.stream_id, seq, seq)
    if there.get(seq) != announced.body_hash:
        return None
    return places.body_of_place(session, stream.stream_id, seq)
