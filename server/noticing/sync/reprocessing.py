"""Judging again all that lies aside: a later version may know more kinds and protocols."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from sqlalchemy.orm import Session

from noticing.database import db, writing
from noticing.entry_log import store
from noticing.entry_log.entry import Unreadable
from noticing.entry_log.store import StoredEntry
from noticing.sync.judging import Candidate, candidates_of, judge_all, note_for_readers, settle_changed
from noticing.sync.other_rooms import let_follow
from noticing.sync.set_aside import FINAL

journey = logging.getLogger("noticing.journey")
JUDGED_AT_ONCE = 1_000  # entries that lay aside, in one transaction


def reprocess(tenant_id: str, tell: Callable[[int, int], object] = lambda _done, _total: None) -> int:
    """Judge everything that lies aside again, by the same checks; returns how many verdicts changed.

    At every start of the server, for it may know more kinds and protocols than the last one, and on
    `noticing reprocess`. Tablets are answered between two transactions, and what one of them has settled stays.
    """
    if not store.has_set_aside(db.session(), tenant_id, FINAL):
        return 0
    visits = _aside_by_visit(tenant_id)
    done, total, changed, kinds = 0, sum(map(len, visits)), 0, set[str]()
    for places in _batches_of(visits):
        with writing(tenant_id) as session:
            candidates = _readable(session, tenant_id, store.set_aside_at(session, tenant_id, places))
            verdicts = judge_all(session, tenant_id, candidates)
            changed += settle_changed(session, tenant_id, candidates, verdicts.codes)
            note_for_readers(session, tenant_id, candidates, verdicts)
        kinds |= {each.entry.kind for each in candidates}
        done += len(places)
        tell(done, total)
    if changed:
        journey.info("step=5 receive reprocessed=%d changed=%d", total, changed)
        let_follow(tenant_id, kinds)
    return changed


def _aside_by_visit(tenant_id: str) -> list[list[int]]:
    """The change_seqs of what can be read of each subject. Its entries stand on each other, and on no other's."""
    found = defaultdict[str, list[int]](list)
    for stored in store.all_set_aside(db.session(), tenant_id, FINAL):
        with suppress(Unreadable):
            found[stored.parse().subject_id].append(stored.change_seq)
    return list(found.values())


def _batches_of(visits: Iterable[list[int]]) -> Iterator[list[int]]:
    """Whole visits, as many as fit into one transaction; one that is larger goes alone."""
    batch: list[int] = []
    for places in visits:
        if batch and len(batch) + len(places) > JUDGED_AT_ONCE:
            yield batch
            batch = []
        batch += places
    if batch:
        yield batch


def _readable(session: Session, tenant_id: str, found: Iterable[StoredEntry]) -> list[Candidate]:
    """Those that can be read now and came first under their id: the others stay where they are."""
    candidates = candidates_of(session, found)
    first: dict[str, int] = {}  # entry_id -> change_seq of the one that it belongs to
    for each in candidates:
        if each.author_id == each.entry.author_id:  # nobody can occupy the ids of somebody else
            first.setdefault(each.entry.entry_id, each.change_seq)
    for other in store.entries_with_ids(session, tenant_id, first):
        if other.set_aside_code is None:
            first[other.entry_id] = other.change_seq
    return [
        each
        for each in candidates
        if each.author_id != each.entry.author_id or first[each.entry.entry_id] == each.change_seq
    ]
