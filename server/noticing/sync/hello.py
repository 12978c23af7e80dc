"""Says where a stream stands. Creates and changes nothing."""

from noticing.clock import now
from noticing.database import db
from noticing.entry_log.entry import is_uuid
from noticing.entry_log.streams import StreamState, find_stream
from noticing.feed.counter import read_server_epoch
from noticing.problems import Problem
from noticing.sync.wire import VERSIONS, Hello, Limits


def say_hello(stream_id: str, person_id: str) -> Hello:
    stream = find_own_stream(stream_id, person_id)
    return Hello(
        server_time=now().isoformat(),
        server_epoch=read_server_epoch(db.session()),
        versions=VERSIONS,
        limits=Limits(),
        acknowledged_through=stream.acknowledged_through,
        acknowledged_hash=stream.acknowledged_hash.hex(),
    )


def find_own_stream(stream_id: str, person_id: str) -> StreamState:
    """A stream of this person; there is no difference between none and somebody else's."""
    stream = find_stream(db.session(), stream_id) if is_uuid(stream_id) else None
    if stream is None or stream.person_id != person_id or stream.is_server_side:
        raise Problem("stream-unknown")
    return stream
