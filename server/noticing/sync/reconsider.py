"""Judging many entries together, and judging again what was set aside: the rest of a visit may have come since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from noticing.database import writing
from noticing.entry_log import store
from noticing.entry_log.entry import Entry, Unreadable
from noticing.entry_log.store import StoredEntry
from noticing.entry_log.streams import find_stream
from noticing.feed.counter import note_change
from noticing.sync.admit import accept, judge
from noticing.sync.grounds import gather_grounds, read_standings
from noticing.sync.set_aside import WAITING


@dataclass(frozen=True)
class Candidate:
    """An entry to be judged; `code_before` of one that lies in the log already."""

    change_seq: int
    author_id: str
    entry: Entry
    is_revoked: bool = False
    code_before: str | None = None


def judge_all(session: Session, tenant_id: str, candidates: Sequence[Candidate]) -> dict[int, str | None]:
    """change_seq -> set-aside code, or None. The order in which a visit's entries come makes no difference."""
    authors = {(each.author_id, each.is_revoked) for each in candidates}
    grounds = gather_grounds(session, tenant_id, [each.entry for each in candidates], authors)
    codes: dict[int, str | None] = {}
    waiting = sorted(candidates, key=lambda each: each.change_seq)
    while waiting:
        left = []
        for each in waiting:
            ground = grounds[each.author_id, each.is_revoked]
            code = codes[each.change_seq] = judge(each.entry, each.change_seq, ground)
            if code is None:
                accept(each.entry, each.change_seq, ground)
            elif code in WAITING:
                left.append(each)
        if len(left) == len(waiting):
            break
        waiting = left
    return codes


def waiting_candidates(session: Session, tenant_id: str, subject_ids: Iterable[str]) -> list[Candidate]:
    """What these subjects have lying aside only because something else had not come yet."""
    found = store.set_aside_of(session, tenant_id, set(subject_ids), WAITING)
    return [_candidate_of(session, stored, stored.parse()) for stored in found]


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


def note_for_readers(session: Session, tenant_id: str, accepted: Sequence[Candidate]) -> None:
    """Put replies into the feed of the observer whom they answer: an author's own feed has only her own."""
    replies = [each for each in accepted if each.entry.kind == "feedback.replied"]
    if not replies:
        return
    standings = read_standings(session, tenant_id, {each.entry.subject_id for each in replies})
    for each in replies:
        start = standings[each.entry.subject_id].start
        if start is not None:
            note_change(session, tenant_id, "accepted", "entry", str(each.change_seq), start.author_id)


def reprocess(tenant_id: str) -> int:
    """Judge everything that lies aside again, by the same checks; returns how many verdicts changed."""
    with writing(tenant_id) as session:
        candidates = _readable(session, store.all_set_aside(session, tenant_id))
        codes = judge_all(session, tenant_id, candidates)
        changed = settle_changed(session, tenant_id, candidates, codes)
        note_for_readers(session, tenant_id, [each for each in candidates if codes[each.change_seq] is None])
    return changed


def _readable(session: Session, found: Sequence[StoredEntry]) -> list[Candidate]:
    """Those that can be read now and are the only ones of their id: the others stay where they are."""
    candidates = {}
    for stored in found:
        try:
            entry = stored.parse()
        except Unreadable:
            continue
        if stored.set_aside_code != "same-id-other-content":
            candidates[stored.change_seq] = _candidate_of(session, stored, entry)
    ids = {each.entry.entry_id for each in candidates.values()}
    tenant_id = found[0].tenant_id if found else ""
    others = store.entries_with_ids(session, tenant_id, ids) if ids else []
    taken = {(other.entry_id, other.change_seq) for other in others}
    return [
        each
        for each in candidates.values()
        if not any(
            entry_id == each.entry.entry_id and number != each.change_seq for entry_id, number in taken
        )
    ]


def _candidate_of(session: Session, stored: StoredEntry, entry: Entry) -> Candidate:
    stream = find_stream(session, stored.stream_id)
    return Candidate(
        change_seq=stored.change_seq,
        author_id=stored.author_id,
        entry=entry,
        is_revoked=stream is not None and stream.is_revoked,
        code_before=stored.set_aside_code,
    )
