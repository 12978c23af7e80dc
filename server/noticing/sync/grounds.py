"""Gathers what entries are judged by: a few reads for a whole push, however many entries it holds."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from noticing.accounts.history import history_of
from noticing.accounts.places import class_row, schools_of
from noticing.entry_log import store
from noticing.entry_log.entry import Entry, is_uuid
from noticing.protocols.loader import load_all
from noticing.sync import standing
from noticing.sync.admit import Grounds
from noticing.sync.standing import Standing

Author = tuple[str, bool]


def gather_grounds(
    session: Session, tenant_id: str, entries: Collection[Entry], authors: Collection[Author]
) -> dict[Author, Grounds]:
    """What the entries of these (person_id, is_revoked) need to be judged, as the log has it now.

    `standings` and `accepted` are shared: what is accepted of one counts for the others (a reply
    stands on the notes).
    """
    named = {entry.payload.get("entry_id") for entry in entries if entry.kind == "entry.amended"}
    known = store.entries_with_ids(session, tenant_id, {each for each in named if is_uuid(each)})
    standings = read_standings(session, tenant_id, {entry.subject_id for entry in entries})
    accepted = {each.entry_id: each.parse() for each in known if each.set_aside_code is None}
    school_ids, find_class = frozenset(schools_of(tenant_id)), _remembering_class_row()
    return {
        (person_id, is_revoked): Grounds(
            person_id=person_id,
            tenant_id=tenant_id,
            history=history_of(person_id, tenant_id),
            standings=standings,
            protocols=load_all(),
            class_row=find_class,
            school_ids=school_ids,
            is_revoked=is_revoked,
            accepted=accepted,
        )
        for person_id, is_revoked in authors
    }


def read_standings(session: Session, tenant_id: str, observation_ids: Iterable[str]) -> dict[str, Standing]:
    """How these observations stand, from their accepted entries."""
    standings: dict[str, Standing] = {}
    for stored in store.entries_of(session, tenant_id, set(observation_ids), standing.KINDS):
        entry = stored.parse()
        standings.setdefault(entry.subject_id, Standing(entry.subject_id)).add(entry, stored.change_seq)
    return standings


def _remembering_class_row() -> Any:
    def find(class_id: str) -> Mapping[str, Any] | None:
        return class_row(class_id) if is_uuid(class_id) else None

    return cache(find)
