"""Gathers what entries are judged by: a few reads for a whole push, however many entries it holds."""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from noticing.accounts.history import history_of
from noticing.accounts.places import class_rows, schools_of
from noticing.entry_log import store
from noticing.entry_log.entry import Entry, Unreadable, is_uuid
from noticing.entry_log.store import StoredEntry
from noticing.protocols.loader import load_all
from noticing.sync import standing
from noticing.sync.admit import Grounds
from noticing.sync.other_rooms import other_rooms
from noticing.sync.standing import Came, Standing

Author = tuple[str, bool]
NAMING_CLASSES = ("observation.started", "observation.corrected")


def gather_grounds(
    session: Session,
    tenant_id: str,
    entries: Collection[Entry],
    authors: Collection[Author],
    standings: dict[str, Standing],
    happened: Mapping[str, tuple[datetime, ...]],
) -> dict[Author, Grounds]:
    """What the entries of these (person_id, is_revoked) need to be judged, as the log has it now.

    `standings` (of their observations) and `accepted` are shared: what is accepted of one counts for the
    others (a reply stands on the notes).
    """
    said = (entry.payload.get("entry_id") for entry in entries if entry.kind == "entry.amended")
    known = store.entries_with_ids(session, tenant_id, {each for each in said if is_uuid(each)})
    counting = [each for each in known if each.set_aside_code is None]
    accepted = {each.entry_id: entry for each in counting if (entry := _read(each)) is not None}
    naming = [entry for entry in entries if entry.kind in NAMING_CLASSES]
    classes = _classes_of(naming, standings.values()) if naming else {}
    school_ids = frozenset(schools_of(tenant_id)) if naming else frozenset[str]()
    return {
        (person_id, is_revoked): Grounds(
            person_id=person_id,
            tenant_id=tenant_id,
            history=history_of(person_id, tenant_id),
            standings=standings,
            protocols=load_all(),
            classes=classes,
            school_ids=school_ids,
            checks=other_rooms().checks,
            is_revoked=is_revoked,
            accepted=accepted,
            happened=happened,
        )
        for person_id, is_revoked in authors
    }


def read_standings(session: Session, tenant_id: str, observation_ids: Iterable[str]) -> dict[str, Standing]:
    """How these observations stand, from their accepted entries."""
    standings: dict[str, Standing] = {}
    for stored in store.entries_of(session, tenant_id, set(observation_ids), standing.KINDS):
        entry = _read(stored)
        if entry is not None:
            came = Came(stored.change_seq, stored.stream_id, stored.stream_seq)
            standings.setdefault(entry.subject_id, Standing(entry.subject_id)).add(entry, came)
    return standings


def _read(stored: StoredEntry) -> Entry | None:
    """None where the bytes were spoilt since they were accepted: what stands on them waits until they are mended."""
    try:
        return stored.parse()
    except Unreadable:
        logging.getLogger(__name__).error("entry %s of the log is spoilt", stored.change_seq)
        return None


def _classes_of(naming: Iterable[Entry], standings: Iterable[Standing]) -> dict[str, Mapping[str, Any]]:
    """The rows of all classes that are named by these entries or by what they stand on."""
    said = {class_id for standing in standings for class_id in standing.values_of("class_id")}
    said |= {str(entry.payload.get("class_id")) for entry in naming}
    return class_rows(set(filter(is_uuid, said)))
