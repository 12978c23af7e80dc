"""The rows that a device holds for use without a network: places, people, protocols."""

import hashlib
from contextlib import suppress

from sqlalchemy.orm import Session

from noticing.accounts import rows
from noticing.accounts.policy import Actor
from noticing.entry_log import store
from noticing.entry_log.entry import Unreadable
from noticing.protocols.loader import Protocol, latest, load_all
from noticing.sync.wire import RowItem


def all_rows(session: Session, actor: Actor) -> list[RowItem]:
    found = [RowItem(room, ref_id, row) for room, ref_id, row in rows.rows_for(actor)]
    return found + protocol_rows(session, actor)


def row_item(actor: Actor, room: str, ref_id: str) -> RowItem | None:
    """One row, if she may hold it now."""
    row = rows.row_for(actor, room, ref_id)
    return RowItem(room, ref_id, row) if row is not None else None


def protocol_rows(session: Session, actor: Actor) -> list[RowItem]:
    """The latest version of each protocol, and those that her own observations were made with."""
    everything = load_all()
    wanted = {(slug, newest.version) for slug, _ in everything if (newest := latest(slug))}
    for start in store.starts_of_author(session, actor.tenant_id, actor.person_id):
        with suppress(Unreadable):  # spoilt since it came
            said = start.parse().payload
            wanted.add((str(said.get("protocol_slug")), str(said.get("protocol_version"))))
    return [_protocol_row(everything[key]) for key in sorted(wanted) if key in everything]


def protocols_mark() -> str:
    """Names the set of protocols that the server has: a device with another gets them again."""
    hashes = sorted(protocol.hash for protocol in load_all().values())
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]


def _protocol_row(protocol: Protocol) -> RowItem:
    row = {
        "slug": protocol.slug,
        "version": protocol.version,
        "hash": protocol.hash,
        "document": protocol.document,
    }
    return RowItem("protocol", f"{protocol.slug}/{protocol.version}", row)
