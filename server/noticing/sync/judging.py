"""Judging many entries together, those too that lay aside: the rest of a visit may have come since."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from noticing.entry_log import store
from noticing.entry_log.clock_samples import Timed
from noticing.entry_log.entry import Entry, Unreadable
from noticing.entry_log.store import StoredEntry
from noticing.entry_log.streams import StreamState, find_stream
from noticing.feed.counter import note_change
from noticing.journal import say_where
from noticing.ledger.acts import note_act
from noticing.sync.admit import Grounds, accept, judge
from noticing.sync.grounds import gather_grounds, read_standings
from noticing.sync.happened import when_happened
from noticing.sync.other_rooms import other_rooms
from noticing.sync.set_aside import WAITING
from noticing.sync.standing import Came, Standing
from noticing.sync.wire import LAST_SEQ


class Candidate(NamedTuple):
    """An entry to be judged; `code_before` of one that lies in the log already."""

    change_seq: int
    author_id: str
    entry: Entry
    is_revoked: bool = False
    code_before: str | None = None
    body_hash: bytes = b""
    stream_id: str = ""
    stream_seq: int = 0
    received_at: datetime | None = None

    @property
    def came(self) -> Came:
        return Came(self.change_seq, self.stream_id, self.stream_seq)


@dataclass(frozen=True)
class Verdicts:
    """`codes`: change_seq -> set-aside code, or None. `standings`: how the observations stand with all that counts."""

    codes: Mapping[int, str | None]
    standings: Mapping[str, Standing]


def judge_all(session: Session, tenant_id: str, candidates: Sequence[Candidate]) -> Verdicts:
    """The order in which a visit's entries come makes no difference."""
    authors = {(each.author_id, each.is_revoked) for each in candidates}
    entries = [each.entry for each in candidates]
    standings = read_standings(session, tenant_id, {entry.subject_id for entry in entries})
    came = ((each, each.received_at) for each in candidates)
    timed = [Timed(each.entry, each.stream_id, each.author_id, at) for each, at in came if at]
    happened = when_happened(session, timed)
    grounds = gather_grounds(session, tenant_id, entries, authors, standings, happened)
    shared_before = {subject_id for subject_id, standing in standings.items() if standing.shares}
    codes: dict[int, str | None] = {}
    to_judge, waiting = list(candidates), defaultdict[Any, dict[int, Candidate]](dict)
    while to_judge:
        to_judge.sort(key=lambda each: each.change_seq)
        come: list[str] = []
        for each in to_judge:
            ground = grounds[each.author_id, each.is_revoked]
            code = codes[each.change_seq] = _judge_calmly(each, ground, shared_before)
            if code is None:
                accept(each.entry, each.came, ground)
                come += _names_of(each.entry)
            elif code in WAITING:
                waiting[_awaited(each.entry, code)][each.change_seq] = each
        woken = (waiting.pop(name, {}) for name in come)
        to_judge = [each for those in woken for each in those.values() if codes[each.change_seq]]
    return Verdicts(codes, standings)


def _names_of(entry: Entry) -> list[str]:
    """By what others may wait for this one."""
    return [entry.entry_id, *([entry.subject_id] if entry.kind == "observation.started" else [])]


def _awaited(entry: Entry, code: str) -> Any:
    """What an entry waits for: the start of its visit, or the entry that it names."""
    named = {"entry-unknown": "entry_id", "feedback-unknown": "feedback_entry_id"}
    return entry.payload.get(named[code]) if code in named else entry.subject_id


def _judge_calmly(each: Candidate, grounds: Grounds, shared_before: set[str]) -> str | None:
    """One entry that we fail to judge must not hold up the others.

    What lay aside would count from now on: a visit that was shared meanwhile must not change its teacher.
    """
    is_too_late = each.code_before is not None and each.entry.subject_id in shared_before
    counts_from = Came(LAST_SEQ) if is_too_late else each.came
    try:
        return judge(each.entry, counts_from, grounds)
    except Exception as fault:  # noqa: BLE001 - whatever it is
        logging.getLogger(__name__).error(
            "entry %s could not be judged: %s", each.change_seq, say_where(fault)
        )
        return "not-judged"


def waiting_candidates(session: Session, tenant_id: str, subject_ids: Iterable[str]) -> list[Candidate]:
    """What these subjects have lying aside only because something else had not come yet."""
    return candidates_of(session, store.set_aside_of(session, tenant_id, set(subject_ids), WAITING))


def judge_waiting(session: Session, tenant_id: str, subject_ids: Iterable[str]) -> None:
    """Inside `writing()`: judge again what waits for something of these subjects that has been mended."""
    waiting = waiting_candidates(session, tenant_id, subject_ids)
    if waiting:
        verdicts = judge_all(session, tenant_id, waiting)
        settle_changed(session, tenant_id, waiting, verdicts.codes)
        note_for_readers(session, tenant_id, waiting, verdicts)


def count_by(session: Session, stream: StreamState, better: Mapping[int, StoredEntry]) -> list[StoredEntry]:
    """Inside `writing()`: judge again what a revoked device had brought, now that this stream brings it, too.

    `better`: its stream_seq here -> the entry. From now on it is this stream's; returns the entries as they are then.
    """
    adopted = [each._replace(stream_id=stream.stream_id, stream_seq=seq) for seq, each in better.items()]
    for each in adopted:
        store.adopt(session, each)
    candidates = candidates_of(session, adopted)
    verdicts = judge_all(session, stream.tenant_id, candidates)
    settle_changed(session, stream.tenant_id, candidates, verdicts.codes)
    note_for_readers(session, stream.tenant_id, candidates, verdicts)
    return [
        each._replace(set_aside_code=verdicts.codes.get(each.change_seq, each.set_aside_code))
        for each in adopted
    ]


def settle_changed(
    session: Session, tenant_id: str, candidates: Iterable[Candidate], codes: Mapping[int, str | None]
) -> int:
    """Write down new verdicts on what lay aside, and tell the authors' devices; returns how many."""
    changed = [each for each in candidates if each.code_before and codes[each.change_seq] != each.code_before]
    for each in changed:
        code = codes[each.change_seq]
        store.settle(session, tenant_id, each.change_seq, code, each.entry)
        what = "accepted" if code is None else "set_aside"
        note_change(session, tenant_id, what, "entry", str(each.change_seq), each.author_id)
    return len(changed)


def note_for_readers(
    session: Session, tenant_id: str, candidates: Iterable[Candidate], verdicts: Verdicts
) -> None:
    """Put replies into the feed of the observer whom they answer: an author's own feed has only her own.

    Feedback that counts from now on goes into the ledger.
    """
    candidates = list(candidates)
    _note_issued(session, tenant_id, candidates, verdicts)
    accepted = [each.entry for each in candidates if verdicts.codes[each.change_seq] is None]
    for note in other_rooms().noters:
        note(session, tenant_id, accepted)
    for each in candidates:
        if each.entry.kind != "feedback.replied" or verdicts.codes[each.change_seq] is not None:
            continue
        start = verdicts.standings[each.entry.subject_id].start
        if start is not None:
            note_change(session, tenant_id, "accepted", "entry", str(each.change_seq), start.author_id)


def _note_issued(
    session: Session, tenant_id: str, candidates: Iterable[Candidate], verdicts: Verdicts
) -> None:
    """A restore tells by it which notes a teacher has read that the backup does not hold."""
    for each in candidates:
        entry = each.entry
        if entry.kind != "feedback.shared" or verdicts.codes[each.change_seq] is not None:
            continue
        note_act(
            session,
            tenant_id,
            "feedback.issued",
            entry_id=entry.entry_id,
            body_hash=each.body_hash.hex(),
            subject_id=entry.subject_id,
            author_id=entry.author_id,
            audience=[verdicts.standings[entry.subject_id].field("observed_id")],
        )


def candidates_of(session: Session, found: Iterable[StoredEntry]) -> list[Candidate]:
    """Those that can be read. A device that was revoked since is no reason against what had come before."""
    streams: dict[str, StreamState | None] = {}
    candidates = []
    for stored in found:
        if stored.stream_id not in streams:
            streams[stored.stream_id] = find_stream(session, stored.stream_id)
        stream = streams[stored.stream_id]
        with suppress(Unreadable):
            candidate = Candidate(
                change_seq=stored.change_seq,
                author_id=stored.author_id,
                entry=stored.parse(),
                is_revoked=stream is not None
                and stream.is_after_revocation(stored.stream_seq, stored.received_at),
                code_before=stored.set_aside_code,
                stream_id=stored.stream_id,
                stream_seq=stored.stream_seq,
                received_at=stored.received_at,
                body_hash=stored.body_hash,
            )
            candidates.append(candidate)
    return candidates
