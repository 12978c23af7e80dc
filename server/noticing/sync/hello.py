"""Says where a stream stands. Creates and changes nothing."""

from noticing.accounts import policy
from noticing.clock import now
from noticing.database import db
from noticing.entry_log.entry import is_uuid
from noticing.entry_log.streams import StreamState, find_stream
from noticing.feed.counter import read_server_epoch
from noticing.organisation_keys.keys import newest_key
from noticing.problems import Problem
from noticing.sync.stream_key import signing_stream
from noticing.sync.wire import VERSIONS, Hello, Limits, OrganisationKey, Reading


def say_hello(stream: StreamState, actor: policy.Actor) -> Hello:
    return Hello(
        server_time=now().isoformat(),
        server_epoch=read_server_epoch(db.session()),
        versions=VERSIONS,
        limits=Limits(),
        acknowledged_through=stream.acknowledged_through,
        acknowledged_hash=stream.acknowledged_hash.hex(),
        reading=reading_of(actor, stream),
        organisation_key=key_to_seal_to(stream.tenant_id),
    )


def key_to_seal_to(tenant_id: str) -> OrganisationKey:
    part = newest_key(tenant_id)
    return OrganisationKey(part.key_id, part.jwk)


def reading_of(actor: policy.Actor, stream: StreamState) -> Reading:
    """Whether what the device has fetched may still be read there; a stream delivers in any case."""
    may_read = policy.can(actor, "changes.read", policy.Place(actor.tenant_id))
    return "open" if may_read and not stream.is_revoked else "ended"


def find_own_stream(stream_id: str, person_id: str) -> StreamState:
    """A stream of this person; there is no difference between none and somebody else's."""
    stream = signing_stream()
    if stream is None or stream.stream_id != stream_id:
        stream = find_stream(db.session(), stream_id) if is_uuid(stream_id) else None
    if stream is None or stream.person_id != person_id or stream.is_server_side:
        raise Problem("stream-unknown")
    return stream
