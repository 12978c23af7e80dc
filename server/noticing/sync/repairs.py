"""Step 5, for a device that has found by `verify` that the server's copy is spoilt: mends it by what the device has.

What a device brings is proven by its hash; nothing sound is ever touched. Other content stays a fork.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from noticing.entry_log import damage, store
from noticing.entry_log.damage import Found
from noticing.entry_log.entry import Unreadable, parse_body
from noticing.entry_log.streams import StreamState
from noticing.feed.counter import note_change
from noticing.sync.judging import judge_waiting

journey = logging.getLogger("noticing.journey")


@dataclass
class Mended:
    """`missing`: stream_seq -> change_seq of entries that are gone, to be appended at their old place."""

    missing: dict[int, int] = field(default_factory=dict)
    subject_ids: set[str] = field(default_factory=set)
    count: int = 0


def mend(
    session: Session, stream: StreamState, sent: Mapping[int, bytes], hashes: Mapping[int, bytes]
) -> Mended:
    """Inside `writing()`, before what was sent is compared with what is there."""
    mended = Mended()
    if not sent:
        return mended
    spoilt = [
        found
        for found in damage.places_of_stream(session, stream.stream_id, min(sent), max(sent))
        if not (found.is_sound and found.said_hash == hashes[found.stream_seq])
    ]
    for found in spoilt:
        _mend_one(session, stream, found, sent[found.stream_seq], hashes[found.stream_seq], mended)
    if mended.count:
        judge_waiting(session, stream.tenant_id, mended.subject_ids)
        _hand_out_again(session, stream.tenant_id, mended.subject_ids)
        journey.info("step=5 receive stream=%s mended=%d", stream.stream_id, mended.count)
    return mended


def _hand_out_again(session: Session, tenant_id: str, subject_ids: set[str]) -> None:
    """While a start was spoilt nobody was handed anything of its visit, and the cursors went on."""
    for entry in store.entries_of(session, tenant_id, subject_ids):
        note_change(session, tenant_id, "accepted", "entry", str(entry.change_seq), entry.author_id)


def _mend_one(
    session: Session, stream: StreamState, found: Found, body: bytes, body_hash: bytes, mended: Mended
) -> None:
    if found.said_hash != body_hash:
        if found.body is None or found.real_hash != body_hash:
            return  # other content: a fork
        damage.mend_place(session, stream.stream_id, found.stream_seq, body_hash)
    if found.body is None or _is_other_entry(found, body_hash):
        damage.drop_place(session, stream.stream_id, found.stream_seq)
        if found.body is None:
            mended.missing[found.stream_seq] = found.change_seq
            mended.subject_ids |= _subject_of(body)
            note_change(
                session, stream.tenant_id, "accepted", "entry", str(found.change_seq), stream.person_id
            )
    elif (found.real_hash, found.entry_hash) != (body_hash, body_hash):
        damage.mend_body(session, stream.tenant_id, found.change_seq, body, body_hash)
        if found.set_aside_code:
            note_change(
                session, stream.tenant_id, "set_aside", "entry", str(found.change_seq), stream.person_id
            )
        mended.subject_ids |= {found.subject_id} if found.subject_id else set()
    if found.body is not None and not found.is_indexed and not _is_other_entry(found, body_hash):
        damage.mend_index(session, stream.tenant_id, found, (stream.stream_id, found.stream_seq), body)
        mended.subject_ids |= _subject_of(body)
    mended.count += 1


def _subject_of(body: bytes) -> set[str]:
    try:
        return {parse_body(body).subject_id}
    except Unreadable:
        return set()


def _is_other_entry(found: Found, body_hash: bytes) -> bool:
    """The envelope leads to an entry that is sound and another: the envelope's number is what was spoilt."""
    return found.entry_hash == found.real_hash != body_hash
