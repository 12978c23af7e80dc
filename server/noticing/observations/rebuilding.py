"""All views of a tenant made anew from the log, while pages go on reading and tablets go on sending.

Some observations at a time are folded beside what is there, without the writers' lock; then, under it, each row that
differs is exchanged. So nothing is ever empty, a second run writes nothing, and one that was killed is begun again.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.database import db, writing
from noticing.entry_log import listing
from noticing.feed.counter import read_last_change_seq
from noticing.observations.models import ObservationView
from noticing.observations.projection import catch_up, cursor_of, touched_between
from noticing.observations.rows import fold_rows, put_rows

AT_ONCE = 50  # observations
Rows = dict[str, dict[str, Any] | None]
Say = Callable[[int, int], None]

_views = cast("sa.Table", ObservationView.__table__)


def rebuild(tenant_id: str, say: Say = lambda _done, _total: None) -> list[str]:
    """The observations whose view was not what the log says; now it is. `say` hears how many of how many are done."""
    through = read_last_change_seq(db.session(), tenant_id)
    changed: list[str] = []
    for ids in _said(tenant_id, say):
        seen = read_last_change_seq(db.session(), tenant_id)
        folded = fold_rows(db.session(), tenant_id, ids)
        differing = _differing(db.session(), tenant_id, folded)
        db.session.rollback()  # what was read must not hold back the database's clearing up
        if differing:
            changed += _exchange(tenant_id, differing, seen)
    with writing(tenant_id) as session:
        cursor = cursor_of(session, tenant_id)
        last = read_last_change_seq(session, tenant_id)
        cursor.change_seq = min(max(cursor.change_seq, through), last)
    catch_up(tenant_id)
    return changed


def find_differing(tenant_id: str, say: Say = lambda _done, _total: None) -> list[str]:
    """The observations whose view is not what the log says. Changes none of them."""
    catch_up(tenant_id)
    found: list[str] = []
    for ids in _said(tenant_id, say):
        suspects = _differing(db.session(), tenant_id, fold_rows(db.session(), tenant_id, ids))
        db.session.rollback()
        if suspects:
            found += _confirm(tenant_id, suspects)
    return found


def _exchange(tenant_id: str, folded: Rows, seen: int) -> list[str]:
    """Put these rows in place; what something came for after `seen` is folded once more."""
    with writing(tenant_id) as session:
        touched = touched_between(session, tenant_id, seen, read_last_change_seq(session, tenant_id))
        rows = folded | fold_rows(session, tenant_id, touched & set(folded))
        differing = _differing(session, tenant_id, rows)
        put_rows(session, tenant_id, differing)
    return sorted(differing)


def _confirm(tenant_id: str, suspects: Rows) -> list[str]:
    """Look again while nobody writes: a push may have come between reading the log and reading the view."""
    with writing(tenant_id) as session:
        last = read_last_change_seq(session, tenant_id)
        behind = touched_between(session, tenant_id, cursor_of(session, tenant_id).change_seq, last)
        return sorted(_differing(session, tenant_id, fold_rows(session, tenant_id, set(suspects) - behind)))


def _said(tenant_id: str, say: Say) -> Iterator[list[str]]:
    total, done = listing.count_subjects(db.session(), tenant_id), 0
    say(done, total)
    for ids in _batches(tenant_id):
        yield ids
        done += len(ids)
        say(done, max(done, total))


def _batches(tenant_id: str) -> Iterator[list[str]]:
    """All observations that the log or a view names, in the order of their ids, some at a time."""
    after: str | None = None
    while True:
        in_log = listing.subjects_after(db.session(), tenant_id, after, AT_ONCE)
        through = in_log[-1] if len(in_log) == AT_ONCE else None
        ids = sorted({*in_log, *_viewed_between(tenant_id, after, through)})
        if ids:
            yield ids
        if through is None:
            return
        after = through


def _viewed_between(tenant_id: str, after: str | None, through: str | None) -> list[str]:
    wanted = [_views.c.tenant_id == tenant_id]
    wanted += [_views.c.observation_id > after] if after else []
    wanted += [_views.c.observation_id <= through] if through else []
    return list(db.session.scalars(sa.select(_views.c.observation_id).where(*wanted)))


def _differing(session: Session, tenant_id: str, folded: Rows) -> Rows:
    """Those rows that are not in the table in the very same bytes."""
    ids = _views.c.observation_id.in_(folded)
    found = session.execute(sa.select(_views).where(_views.c.tenant_id == tenant_id, ids)).mappings()
    there = {str(row["observation_id"]): dict(row) for row in found}
    return {each: row for each, row in folded.items() if row != there.get(each)}
