"""Step 6: folds what has come into views. Incremental and idempotent; rebuilding.py makes the same bytes from zero."""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.database import db, writing
from noticing.entry_log import store
from noticing.entry_log.entry import is_uuid
from noticing.feed.counter import read_last_change_seq
from noticing.feed.listing import changes_between
from noticing.instants import instant_of
from noticing.observations.fold import fold
from noticing.observations.models import ObservationView, ProjectionCursor
from noticing.protocols.loader import Protocol, load_all

View = dict[str, Any]

journey = logging.getLogger("noticing.journey")
NUMBERS_AT_ONCE = 5000  # of the feed, in one transaction: pushes must not wait long for a rebuild
_BATCH = 500
_CONTEXT = ("observed_id", "class_id", "school_id", "pairing_id")
_views = cast("sa.Table", ObservationView.__table__)


def catch_up(tenant_id: str) -> None:
    """Fold again each observation that something has come for since the last time."""
    while _is_behind(tenant_id):
        with writing(tenant_id) as session:
            cursor = cursor_of(session, tenant_id)
            last = read_last_change_seq(session, tenant_id)
            through = min(last, cursor.change_seq + NUMBERS_AT_ONCE)
            touched = touched_between(session, tenant_id, cursor.change_seq, through)
            _fold_again(session, tenant_id, touched)
            cursor.change_seq = through
        if touched:
            journey.info("step=6 project observations=%d through=%d", len(touched), through)


def fold_with_known_protocols(tenant_id: str) -> int:
    """Fold again what was folded while its protocol was missing or another; at every start. Returns how many."""
    known = {key: protocol.hash for key, protocol in load_all().items()}
    names = (_views.c.protocol_slug, _views.c.protocol_version, _views.c.folded_with)
    of_tenant = sa.select(*names).where(_views.c.tenant_id == tenant_id)
    found = db.session.execute(of_tenant.distinct()).all()
    changed = [row for row in found if known.get((row[0], row[1])) not in (None, row[2])]
    count = 0
    for row in changed:
        with writing(tenant_id) as session:
            same = [name.is_not_distinct_from(value) for name, value in zip(names, row, strict=True)]
            meant = sa.select(_views.c.observation_id).where(_views.c.tenant_id == tenant_id, *same)
            observation_ids = list(session.scalars(meant))
            _fold_again(session, tenant_id, observation_ids)
        count += len(observation_ids)
    return count


def view_of(tenant_id: str, observation_id: str) -> View | None:
    """The view of one observation, None where nothing is known of it. Asks no policy."""
    if not is_uuid(observation_id):
        return None
    found = _views.c.observation_id == observation_id
    return next(iter(_read(tenant_id, found)), None)


def views_for_observed(tenant_id: str, person_id: str) -> list[View]:
    """Views of the visits to a teacher, the latest first. Asks no policy."""
    return _read(tenant_id, _views.c.observed_id == person_id)


def views_by_observer(tenant_id: str, person_id: str) -> list[View]:
    """Views of the visits that a person made, the latest first. Asks no policy."""
    return _read(tenant_id, _views.c.observer_id == person_id)


def write_canonical(view: View) -> str:
    """The one text of a view: equal views are equal byte for byte."""
    return json.dumps(view, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _read(tenant_id: str, wanted: sa.ColumnElement[bool]) -> list[View]:
    found = sa.select(_views.c.view).where(_views.c.tenant_id == tenant_id, wanted)
    latest_first = (_views.c.started_instant.desc(), _views.c.observation_id.desc())
    return [msgspec.json.decode(text) for text in db.session.scalars(found.order_by(*latest_first))]


def _is_behind(tenant_id: str) -> bool:
    """Read without the writers' lock: most who ask find that there is nothing to do."""
    session = db.session()
    done = session.scalar(
        sa.select(ProjectionCursor.change_seq).where(ProjectionCursor.tenant_id == tenant_id)
    )
    return read_last_change_seq(session, tenant_id) > (done or 0)


def cursor_of(session: Session, tenant_id: str) -> ProjectionCursor:
    """Inside `writing()`."""
    cursor = session.get(ProjectionCursor, tenant_id, populate_existing=True)
    if cursor is None:
        cursor = ProjectionCursor(tenant_id=tenant_id, change_seq=0)
        session.add(cursor)
    return cursor


def touched_between(session: Session, tenant_id: str, after: int, through: int) -> set[str]:
    """The observations with new entries, or with entries that were accepted or set aside later."""
    touched = store.subjects_between(session, tenant_id, after, through)
    for change in changes_between(session, tenant_id, after, through):
        if change.room == "entry":
            entry = store.entry_at(session, tenant_id, int(change.ref_id))
            touched |= {entry.subject_id} if entry and entry.subject_id else set()
    return touched


def _fold_again(session: Session, tenant_id: str, observation_ids: Iterable[str]) -> None:
    put_rows(session, tenant_id, fold_rows(session, tenant_id, observation_ids))


def fold_rows(
    session: Session, tenant_id: str, observation_ids: Iterable[str]
) -> dict[str, dict[str, Any] | None]:
    """The row of each of these observations, from their entries in the log; None where it is to have none."""
    by_observation: dict[str, list[dict[str, Any]]] = {each: [] for each in sorted(observation_ids)}
    for stored in store.entries_of(session, tenant_id, by_observation):
        entry = _read_calmly(stored)
        if stored.subject_id is not None and entry is not None:
            by_observation[stored.subject_id].append(entry)
    return {each: _row_calmly(tenant_id, each, entries) for each, entries in by_observation.items()}


def _read_calmly(stored: store.StoredEntry) -> dict[str, Any] | None:
    """None where the bytes were spoilt on the disk: the rest of the visit is shown until they are mended."""
    try:
        entry: dict[str, Any] = json.loads(stored.body)
    except ValueError:
        logging.getLogger(__name__).error("entry %d of the log is spoilt", stored.change_seq)
        return None
    return entry


def put_rows(session: Session, tenant_id: str, rows: Mapping[str, dict[str, Any] | None]) -> None:
    """Inside `writing()`: readers see what was there before, or all of this."""
    listed = list(rows)
    for start in range(0, len(listed), _BATCH):
        of_batch = _views.c.observation_id.in_(listed[start : start + _BATCH])
        session.execute(sa.delete(_views).where(_views.c.tenant_id == tenant_id, of_batch))
    if present := [row for row in rows.values() if row]:
        session.execute(sa.insert(_views), present)


def _row_calmly(tenant_id: str, observation_id: str, entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    """One observation that we fail to fold must not close the pages of all others; its entries stay in the log."""
    if not entries:
        return None
    try:
        return _row_of(tenant_id, observation_id, entries)
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is said and the others go on
        logging.getLogger(__name__).error("%s: %s could not be folded", observation_id, type(fault).__name__)
        return None


def _row_of(tenant_id: str, observation_id: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    protocol = _protocol_of(entries)
    view = fold(entries, protocol.document if protocol else None)
    context = view["context"] or {}
    return {
        "observation_id": observation_id,
        "tenant_id": tenant_id,
        "observer_id": view["observer_id"],
        **{name: context.get(name) for name in _CONTEXT},
        "channel": context.get("channel"),
        "status": view["status"],
        "protocol_slug": context.get("protocol_slug"),
        "protocol_version": context.get("protocol_version"),
        "started_at": view["started_at"],
        "started_instant": instant_of(view["started_at"]) if view["started_at"] else None,
        "view": write_canonical(view),
        "folded_with": protocol.hash if protocol else None,
    }


def _protocol_of(entries: list[dict[str, Any]]) -> Protocol | None:
    for entry in entries:
        if entry["kind"] == "observation.started":
            said = entry["payload"]
            return load_all().get((said["protocol_slug"], said["protocol_version"]))
    return None
