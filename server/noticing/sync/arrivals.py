"""What of a push is new to the log, and what only came again in another stream of the account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from noticing.entry_log import store
from noticing.entry_log.entry import Entry, Unreadable, make_stand_in_id, parse_body
from noticing.entry_log.store import StoredEntry
from noticing.entry_log.streams import StreamState

Key = tuple[str, bytes]  # entry_id, body_hash


class Arrival(NamedTuple):
    """A body and what could be read from it. `code`: why it is set aside before anything else is asked."""

    stream_seq: int
    entry_id: str
    body: bytes
    body_hash: bytes
    entry: Entry | None
    code: str | None

    @property
    def key(self) -> Key:
        return self.entry_id, self.body_hash


@dataclass(frozen=True)
class Arrivals:
    """`by_seq`: everything that came. `new`: each body that the log lacks, once. `known`: what it has already."""

    by_seq: Mapping[int, Arrival]
    new: list[Arrival]
    known: Mapping[Key, StoredEntry]


def sort_arrivals(
    session: Session, stream: StreamState, fresh: Mapping[int, bytes], hashes: Mapping[int, bytes]
) -> Arrivals:
    """Inside `writing()`: what to append of `fresh`, stream_seq -> body, with their SHA-256 in `hashes`.

    What cannot be read has a code; that, and what names somebody else as its author, has an id to stand in.
    """
    by_seq = {seq: _read(stream.person_id, seq, body, hashes[seq]) for seq, body in fresh.items()}
    there = store.ids_in_log(session, stream.tenant_id, {each.entry_id for each in by_seq.values()})
    found = store.entries_with_ids(session, stream.tenant_id, there) if there else []
    known = {(stored.entry_id, stored.body_hash): stored for stored in found}
    taken_ids, taken_keys = {stored.entry_id for stored in found}, set(known)
    new = []
    for seq in sorted(by_seq):
        arrival = by_seq[seq]
        if arrival.key in taken_keys:
            continue
        new.append(
            arrival._replace(code="same-id-other-content") if arrival.entry_id in taken_ids else arrival
        )
        taken_ids.add(arrival.entry_id)
        taken_keys.add(arrival.key)
    return Arrivals(by_seq, new, known)


def _read(person_id: str, seq: int, body: bytes, body_hash: bytes) -> Arrival:
    """Only the author's own account can take an entry_id: nobody can occupy those of somebody else."""
    try:
        entry = parse_body(body)
    except Unreadable as unreadable:
        return Arrival(seq, make_stand_in_id(person_id, body_hash), body, body_hash, None, unreadable.code)
    is_own = entry.author_id == person_id
    entry_id = entry.entry_id if is_own else make_stand_in_id(person_id, body_hash)
    return Arrival(seq, entry_id, body, body_hash, entry, None)
