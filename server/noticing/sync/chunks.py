"""Takes an entry in small pieces, where it does not get through whole; with the last one it is pushed as ever."""

from sqlalchemy.orm import Session

from noticing.database import writing
from noticing.entry_log import chunks, places
from noticing.entry_log.chunks import Announced
from noticing.entry_log.entry import hash_body
from noticing.entry_log.streams import StreamState, charge_revoked, find_stream, is_charged
from noticing.problems import Problem
from noticing.sync.other_rooms import let_follow
from noticing.sync.receive import Receipt, append_to_stream, say_step
from noticing.sync.wire import Chunk


def receive_chunk(tenant_id: str, sent: Chunk) -> tuple[int, Receipt | None]:
    """How many bytes are here, and what became of the entry once it is whole."""
    announced = Announced(sent.stream_seq, bytes.fromhex(sent.sha256), sent.size)
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
                return through, None
            body = chunks.join_chunks(session, stream, announced)
            chunks.drop_chunks(session, stream, announced)
            if hash_body(body) != announced.body_hash:
                return 0, None
        receipt = append_to_stream(session, stream, sent.stream_seq, [body])
    say_step(receipt, 1)
    if receipt.is_news:
        let_follow(tenant_id, receipt.kinds)
    return sent.size, receipt


def _stored_body(session: Session, stream: StreamState, announced: Announced) -> bytes | None:
    """The entry, where it has come already: the answer to its last piece was lost on the way."""
    seq = announced.stream_seq
    there = places.hashes_of_stream(session, stream.stream_id, seq, seq)
    if there.get(seq) != announced.body_hash:
        return None
    return places.body_of_place(session, stream.stream_id, seq)
