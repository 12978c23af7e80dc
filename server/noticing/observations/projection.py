"""Step 6: folds what has come into views. Incremental and idempotent; rebuilding.py makes the same bytes from zero.

Whoever reads catches up first, so a push need not fold. It does, some at a time, where so much has gathered that the
next reader would wait for it; that is looked at whenever a visit ends.
"""

import logging
from collections.abc import Collection, Iterable
from typing import NamedTuple, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.database import db, writing
from noticing.entry_log import store
from noticing.entry_log.entry import is_uuid
from noticing.feed.counter import read_last_change_seq
from noticing.feed.listing import changes_between
from noticing.observations.models import ObservationView, ProjectionCursor
from noticing.observations.rows import View, fold_rows, put_rows
from noticing.protocols.loader import load_all

journey = logging.getLogger("noticing.journey")
NUMBERS_AT_ONCE = 5000  # of the feed, in one transaction: pushes must not wait long for a rebuild
FEW, MANY = 500, 20_000  # numbers of the feed that are not folded yet
ENDING = "observation.finished"
_BATCH = 500
_views = cast("sa.Table", ObservationView.__table__)
_cursors = cast("sa.Table", ProjectionCursor.__table__)
_DONE = sa.select(_cursors.c.change_seq).where(_cursors.c.tenant_id == sa.bindparam("tenant_id"))


class Listed(NamedTuple):
    """What a list has to know of a visit before it opens it."""

    observation_id: str
    observer_id: str | None
    observed_id: str | None
    school_id: str | None
    channel: str | None
    status: str


def follow(tenant_id: str, kinds: Collection[str]) -> None:
    """After a commit that brought entries of these kinds."""
    if ENDING in kinds and _count_behind(tenant_id) > MANY:
        _catch_up_once(tenant_id)


def catch_up(tenant_id: str) -> None:
    """Fold again each observation that something has come for since the last time."""
    while _count_behind(tenant_id):
        _catch_up_once(tenant_id)


def _catch_up_once(tenant_id: str) -> None:
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
    if _count_behind(tenant_id) > FEW:  # a rush: this visit is folded for its reader, not all that came
        row = fold_rows(db.session(), tenant_id, [observation_id])[observation_id]
        return cast("View", msgspec.json.decode(row["view"])) if row else None
    return views_of(tenant_id, [observation_id]).get(observation_id)


def views_of(tenant_id: str, observation_ids: Collection[str]) -> dict[str, View]:
    """observation_id -> view. Asks no policy."""
    catch_up(tenant_id)
    listed, found = sorted(observation_ids), dict[str, View]()
    for start in range(0, len(listed), _BATCH):
        of_batch = _views.c.observation_id.in_(listed[start : start + _BATCH])
        wanted = sa.select(_views.c.observation_id, _views.c.view).where(_views.c.tenant_id == tenant_id)
        found |= {
            each: msgspec.json.decode(text) for each, text in db.session.execute(wanted.where(of_batch))
        }
    return found


def list_for_observed(tenant_id: str, person_id: str) -> list[Listed]:
    """The visits to a teacher, the latest first. Asks no policy, and reads no view."""
    return _list(tenant_id, _views.c.observed_id == person_id)


def list_by_observer(tenant_id: str, person_id: str) -> list[Listed]:
    """The visits that a person made, the latest first. Asks no policy, and reads no view."""
    return _list(tenant_id, _views.c.observer_id == person_id)


def _list(tenant_id: str, wanted: sa.ColumnElement[bool]) -> list[Listed]:
    catch_up(tenant_id)
    columns = [_views.c[name] for name in Listed._fields]
    found = sa.select(*columns).where(_views.c.tenant_id == tenant_id, wanted)
    latest_first = (_views.c.started_instant.desc(), _views.c.observation_id.desc())
    return [Listed._make(row) for row in db.session.execute(found.order_by(*latest_first))]


def _count_behind(tenant_id: str) -> int:
    """Read without the writers' lock: most who ask find that there is nothing to do."""
    session = db.session()
    done = session.scalar(_DONE, {"tenant_id": tenant_id}) or 0
    return max(0, read_last_change_seq(session, tenant_id) - done)


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
