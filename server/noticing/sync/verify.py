"""Compares what a device holds with what lies here: from the bytes of bodies and photos, not from what says so of them.

A device asks daily and before it forgets anything. Where something differs it sends the range again, with `repairs`.
"""

from sqlalchemy.orm import Session

from noticing.database import db
from noticing.entry_log import damage
from noticing.feed.counter import read_server_epoch
from noticing.problems import Problem
from noticing.sync.other_rooms import other_rooms
from noticing.sync.wire import PhotoFound, RangeFound, RangeHeld, Verified, Verify

MAX_RANGES, MAX_ENTRIES, MAX_PHOTOS = 100, 10_000, 50


def verify(tenant_id: str, asked: Verify) -> Verified:
    """The stream must be the asker's own. Raises Problem `too-much-to-verify`."""
    entries = sum(max(0, each.through_seq - each.from_seq + 1) for each in asked.ranges)
    if len(asked.ranges) > MAX_RANGES or entries > MAX_ENTRIES or len(asked.photos) > MAX_PHOTOS:
        raise Problem("too-much-to-verify")
    session, is_here = db.session(), other_rooms().is_photo_here
    return Verified(
        server_epoch=read_server_epoch(session),
        ranges=[_compare(session, asked.stream_id, held) for held in asked.ranges],
        photos=[PhotoFound(sha256, is_here(tenant_id, sha256)) for sha256 in asked.photos],
    )


def _compare(session: Session, stream_id: str, held: RangeHeld) -> RangeFound:
    """Agrees only if the log's own hashes are right, too: by them a later push would be judged."""
    count, mixed, is_sound = 0, 0, True
    for found in damage.places_of_stream(session, stream_id, held.from_seq, held.through_seq):
        if found.body is None:
            continue
        count += 1
        mixed ^= int.from_bytes(found.real_hash)
        is_sound = is_sound and found.is_sound
    xor = mixed.to_bytes(32).hex()
    agrees = is_sound and (count, xor) == (held.count, held.xor)
    return RangeFound(held.from_seq, held.through_seq, count, xor, agrees)
