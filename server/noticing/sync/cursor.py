"""Where a reader stands in the feed. Opaque to devices: it names the epoch, the person and the item it stands on."""

import base64
import hashlib

import msgspec
from sqlalchemy.orm import Session

from noticing.entry_log import store
from noticing.feed.listing import change_at


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    epoch: str
    change_seq: int
    mark: str  # of the item with that number, as this person's
    rows_seq: int  # rows were handed out whole when the feed ended here
    protocols: str  # of the protocols that the device was given


def write_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """None for what is no cursor of ours."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.json.decode(raw, type=Cursor)
    except (ValueError, RecursionError):
        return None
    is_sound = all(0 <= each < 2**63 for each in (cursor.change_seq, cursor.rows_seq))
    return cursor if is_sound else None


def mark_of(session: Session, tenant_id: str, person_id: str, change_seq: int) -> str:
    """Names the item with this number: after a restore another may stand there."""
    entry = store.entry_at(session, tenant_id, change_seq)
    change = None if entry else change_at(session, tenant_id, change_seq)
    if entry is not None:
        item = entry.body_hash.hex()
    elif change is not None:
        item = f"{change.what}:{change.room}:{change.ref_id}"
    else:
        item = "start" if change_seq == 0 else "nothing"
    return hashlib.sha256(f"{tenant_id}:{person_id}:{change_seq}:{item}".encode()).hexdigest()[:16]
