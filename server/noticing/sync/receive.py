"""Step 5: takes a push. One transaction appends, judges and moves the mark; only after its commit is there an answer.

Acknowledged means committed, byte for byte. Whatever can be read is kept; `admit` says what counts.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from noticing.clock import now
from noticing.database import writing
from noticing.entry_log import store
from noticing.entry_log.clock_samples import Reading, keep_reading
from noticing.entry_log.entry import hash_body
from noticing.entry_log.places import hashes_of_stream, set_aside_of_stream
from noticing.entry_log.running_hash import extend_running_hash
from noticing.entry_log.store import Enveloped, StoredEntry
from noticing.entry_log.streams import StreamState, charge_revoked, charged_from, find_stream, move_mark
from noticing.feed.counter import note_change, read_last_change_seq, take_change_seqs
from noticing.problems import Problem
from noticing.sync.arrivals import Arrival, Arrivals, Key, sort_arrivals
from noticing.sync.judging import (
    Candidate,
    count_by,
    judge_all,
    note_for_readers,
    settle_changed,
    waiting_candidates,
)
from noticing.sync.other_rooms import let_follow
from noticing.sync.repairs import Mended, mend
from noticing.sync.wire import LAST_SEQ

journey = logging.getLogger("noticing.journey")


@dataclass(frozen=True)
class Receipt:
    """Where a stream stands after a push. `fork_at`: that number has other content here; nothing was appended."""

    stream: StreamState  # as it was before
    acknowledged_through: int
    acknowledged_hash: bytes
    ranges_beyond: list[tuple[int, int]] = field(default_factory=list)
    set_aside: list[tuple[int, str, str]] = field(default_factory=list)  # stream_seq, entry_id, code
    fork_at: int | None = None
    kinds: frozenset[str] = frozenset()  # of what was appended
    is_news: bool = False  # something was appended or mended: the next steps have to look


def receive(
    tenant_id: str,
    stream_id: str,
    from_seq: int,
    bodies: Sequence[bytes],
    reading: Reading | None = None,
    *,
    repairs: bool = False,
) -> Receipt:
    """Keep `bodies` as entries `from_seq` … of the stream. Raises Problem where the stream is unknown."""
    with writing(tenant_id) as session:
        stream = find_stream(session, stream_id)
        if stream is None or stream.tenant_id != tenant_id:
            raise Problem("stream-unknown")
        receipt = append_to_stream(session, stream, from_seq, bodies, reading, repairs=repairs)
    say_step(receipt, len(bodies))
    if receipt.is_news:
        let_follow(tenant_id, receipt.kinds)
    return receipt


def say_step(receipt: Receipt, count: int) -> None:
    journey.info(
        "step=5 receive stream=%s entries=%d acknowledged_through=%d set_aside=%d",
        receipt.stream.stream_id,
        count,
        receipt.acknowledged_through,
        len(receipt.set_aside),
    )


def append_to_stream(
    session: Session,
    stream: StreamState,
    from_seq: int,
    bodies: Sequence[bytes],
    reading: Reading | None = None,
    *,
    repairs: bool = False,
) -> Receipt:
    """Inside `writing()`: compare, append, judge, move the mark."""
    sent = dict(enumerate(bodies, from_seq))
    hashes = {seq: hash_body(body) for seq, body in sent.items()}
    mended = mend(session, stream, sent, hashes) if repairs else Mended()
    beyond = hashes_of_stream(session, stream.stream_id, stream.acknowledged_through + 1, LAST_SEQ)
    there = _hashes_there(session, stream, sent, beyond)
    fork_at = min((seq for seq, body_hash in there.items() if hashes[seq] != body_hash), default=None)
    if fork_at is not None:
        there_already = stream.acknowledged_through, stream.acknowledged_hash
        return Receipt(stream, *there_already, fork_at=fork_at, is_news=bool(mended.count))
    if reading is not None:
        keep_reading(session, stream, reading)  # before anything is judged by it
    fresh = {seq: body for seq, body in sent.items() if seq not in there}
    set_aside, kinds = _append_fresh(session, stream, fresh, hashes, mended.missing)
    if there:
        again = set_aside_of_stream(session, stream.stream_id, min(there), max(there))
        set_aside += [(seq, e.named_id(), str(e.set_aside_code)) for seq, e in again if seq in there]
    through, running, ranges = _advance(stream, beyond | hashes)
    seen = read_last_change_seq(session, stream.tenant_id)
    move_mark(session, stream.stream_id, through, running, seen, now())
    is_news = bool(fresh or mended.count)
    return Receipt(stream, through, running, ranges, sorted(set_aside), kinds=kinds, is_news=is_news)


def _hashes_there(
    session: Session, stream: StreamState, sent: Mapping[int, bytes], beyond: Mapping[int, bytes]
) -> dict[int, bytes]:
    """What the stream has already under the numbers that were sent; `beyond` its mark it is known."""
    there = {seq: beyond[seq] for seq in sent if seq in beyond}
    if sent and min(sent) <= stream.acknowledged_through:
        last = min(max(sent), stream.acknowledged_through)
        there |= hashes_of_stream(session, stream.stream_id, min(sent), last)
    return there


def _append_fresh(
    session: Session,
    stream: StreamState,
    fresh: Mapping[int, bytes],
    hashes: Mapping[int, bytes],
    missing: Mapping[int, int],
) -> tuple[list[tuple[int, str, str]], frozenset[str]]:
    """Append what the stream did not have; returns what of it is set aside, and its kinds."""
    if not fresh:
        return [], frozenset()
    first = charged_from(session, stream)
    if charged := [len(body) for seq, body in fresh.items() if first is not None and seq >= first]:
        charge_revoked(session, stream, len(charged), sum(charged))
    arrivals = sort_arrivals(session, stream, fresh, hashes)
    adopted = _adopt_revoked(session, stream, arrivals)
    stored = _judge_and_number(session, stream, arrivals.new, missing)
    by_key = {**arrivals.known, **adopted} | {(each.entry_id, each.body_hash): each for each in stored}
    places, set_aside = [], []
    for seq, arrival in arrivals.by_seq.items():
        entry = by_key[arrival.key]
        places.append(Enveloped(stream.stream_id, seq, stream.tenant_id, hashes[seq], entry.change_seq))
        if entry.set_aside_code:
            set_aside.append((seq, entry.named_id(), entry.set_aside_code))
    store.append(session, stored, places)
    return set_aside, frozenset(each.kind for each in stored if each.kind)


def _adopt_revoked(session: Session, stream: StreamState, arrivals: Arrivals) -> dict[Key, StoredEntry]:
    """What a revoked device of the same person had brought counts by this stream, if that may."""
    better = {
        seq: known
        for seq, arrival in arrivals.by_seq.items()
        if (known := arrivals.known.get(arrival.key)) and known.set_aside_code == "device-revoked"
        if known.author_id == stream.person_id and not stream.is_after_revocation(seq, now())
    }
    found = count_by(session, stream, better) if better else []
    return {(each.entry_id, each.body_hash): each for each in found}


def _judge_and_number(
    session: Session, stream: StreamState, new: Sequence[Arrival], missing: Mapping[int, int]
) -> list[StoredEntry]:
    """Give each new body its place in the feed and its verdict; what waited for it gets a new verdict, too."""
    again = {missing[each.stream_seq]: each for each in new if each.stream_seq in missing}
    others = [each for each in new if each.stream_seq not in missing]
    first = take_change_seqs(session, stream.tenant_id, len(others))
    numbered = again | dict(enumerate(others, first))
    at = now()
    candidates = [
        Candidate(
            number,
            stream.person_id,
            each.entry,
            stream.is_after_revocation(each.stream_seq, at),
            body_hash=each.body_hash,
            stream_id=stream.stream_id,
            stream_seq=each.stream_seq,
            received_at=at,
        )
        for number, each in numbered.items()
        if each.entry is not None and each.code is None
    ]
    waiting = waiting_candidates(session, stream.tenant_id, {each.entry.subject_id for each in candidates})
    verdicts = judge_all(session, stream.tenant_id, [*candidates, *waiting])
    settle_changed(session, stream.tenant_id, waiting, verdicts.codes)
    note_for_readers(session, stream.tenant_id, [*candidates, *waiting], verdicts)
    for number in again:  # readers are past it
        what = "accepted" if verdicts.codes.get(number, "") is None else "set_aside"
        note_change(session, stream.tenant_id, what, "entry", str(number), stream.person_id)
    return [
        _stored(stream, number, each, each.code or verdicts.codes.get(number), at)
        for number, each in numbered.items()
    ]


def _stored(
    stream: StreamState, change_seq: int, arrival: Arrival, code: str | None, at: datetime
) -> StoredEntry:
    entry = arrival.entry
    return StoredEntry(
        tenant_id=stream.tenant_id,
        change_seq=change_seq,
        entry_id=arrival.entry_id,
        body_hash=arrival.body_hash,
        body=arrival.body,
        stream_id=stream.stream_id,
        stream_seq=arrival.stream_seq,
        author_id=stream.person_id,
        subject_kind=entry.subject_kind if entry else None,
        subject_id=entry.subject_id if entry else None,
        kind=entry.kind if entry else None,
        received_at=at,
        set_aside_code=code,
    )


def _advance(stream: StreamState, hashes: Mapping[int, bytes]) -> tuple[int, bytes, list[tuple[int, int]]]:
    """The contiguous mark with its running hash, and the ranges that lie beyond a gap."""
    through = stream.acknowledged_through
    following = []
    while through + 1 in hashes:
        through += 1
        following.append(hashes[through])
    ranges: list[tuple[int, int]] = []
    for seq in sorted(seq for seq in hashes if seq > through):
        if ranges and ranges[-1][1] == seq - 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return through, extend_running_hash(stream.acknowledged_hash, following), ranges
