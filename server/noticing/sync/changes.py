"""Hands out what a person may hold on her tablet, in the order of commits. The policy is asked when reading.

Candidates come from two indexed lists, her own entries and the feed's changes, so that the cost follows what
is new and not the size of the log.
"""

from sqlalchemy.orm import Session

from noticing.accounts.history import history_of
from noticing.accounts.policy import Actor
from noticing.clock import now
from noticing.database import db
from noticing.entry_log import store
from noticing.entry_log.store import StoredEntry
from noticing.feed.counter import read_last_change_seq, read_server_epoch
from noticing.feed.listing import Noted, changes_concerning, has_other_rights
from noticing.sync.cursor import Cursor, mark_of, read_cursor, write_cursor
from noticing.sync.handout import Handout
from noticing.sync.reference import all_rows, protocol_rows, protocols_mark
from noticing.sync.wire import LAST_SEQ, Changes, Item

DEFAULT_LIMIT, MAX_LIMIT = 500, 1000


def hand_out(actor: Actor, after: str, limit: int, not_from: str | None = None) -> Changes:
    """What follows the cursor `after`; "" begins with the rows as they are now.

    `not_from`: a stream of the actor's whose accepted entries the device has anyway.
    """
    session = db.session()
    # Read first: whatever commits while this runs has a higher number and comes with the next request.
    last = read_last_change_seq(session, actor.tenant_id)
    epoch = read_server_epoch(session)
    cursor = _valid_cursor(session, actor, epoch, last, after) if after else None
    items: list[Item] = []
    protocols, is_reset = protocols_mark(), cursor is None and bool(after)
    if cursor is None:
        items += all_rows(session, actor)
        cursor = Cursor(epoch, 0, "", last, protocols)
    elif cursor.protocols != protocols:
        items += protocol_rows(session, actor)
    reached, mark = cursor.change_seq, cursor.mark
    if reached < last or not mark:
        news, reached = _news_after(session, actor, cursor, last, limit, not_from)
        brought = _subjects_brought(session, actor, cursor, reached, not_from)
        items += _items_of(session, actor, news, brought)
        mark = mark_of(session, actor.tenant_id, actor.person_id, reached)
    following = Cursor(epoch, reached, mark, cursor.rows_seq, protocols)
    return Changes(epoch, write_cursor(following), reached < last, is_reset, items)


def has_news(session: Session, tenant_id: str, person_id: str, stream_id: str, since: int) -> bool:
    """Whether a device had better ask for changes: a hint, the cursor decides."""
    if store.has_entry_of_other_stream(session, tenant_id, person_id, stream_id, since):
        return True
    return bool(changes_concerning(session, tenant_id, person_id, since, LAST_SEQ, limit=1))


def _valid_cursor(session: Session, actor: Actor, epoch: str, last: int, text: str) -> Cursor | None:
    """None where the device must begin anew: another epoch, another item there, or she may read less or more."""
    cursor = read_cursor(text)
    if cursor is None or cursor.epoch != epoch or cursor.change_seq > last:
        return None
    if cursor.mark != mark_of(session, actor.tenant_id, actor.person_id, cursor.change_seq):
        return None
    since = max(cursor.change_seq, cursor.rows_seq)
    if since < last and has_other_rights(session, actor.tenant_id, actor.person_id, since, last):
        return None
    return cursor


def _news_after(
    session: Session, actor: Actor, cursor: Cursor, last: int, limit: int, not_from: str | None
) -> tuple[list[StoredEntry | Noted], int]:
    """The next `limit` candidates, and the number up to which there is nothing else."""
    at, tenant_id, person_id = cursor.change_seq, actor.tenant_id, actor.person_id
    entries = store.read_of_author(session, person_id, tenant_id, at, last, limit + 1, not_from)
    changes = changes_concerning(session, tenant_id, person_id, at, last, limit + 1)
    merged: list[StoredEntry | Noted] = sorted([*entries, *changes], key=lambda each: each.change_seq)
    page = merged[:limit]
    reached = page[-1].change_seq if len(merged) > limit else last
    return [each for each in page if not _is_in_rows(each, cursor)], reached


def _subjects_brought(
    session: Session, actor: Actor, cursor: Cursor, reached: int, not_from: str | None
) -> set[str]:
    """Of which the device itself has sent something since: it may have to hide that again."""
    if not_from is None:
        return set()
    tenant_id, person_id = actor.tenant_id, actor.person_id
    return store.subjects_by_stream(session, tenant_id, person_id, not_from, cursor.change_seq, reached)


def _items_of(
    session: Session, actor: Actor, news: list[StoredEntry | Noted], brought: set[str]
) -> list[Item]:
    if not news and not brought:
        return []
    history = history_of(actor.person_id, actor.tenant_id)
    return Handout(session, actor, history, now()).items_of(news, brought)


def _is_in_rows(each: StoredEntry | Noted, cursor: Cursor) -> bool:
    """The rows were handed out whole, later than this change of them."""
    return isinstance(each, Noted) and each.what != "accepted" and each.change_seq <= cursor.rows_seq
