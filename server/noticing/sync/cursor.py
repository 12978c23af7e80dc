"""Where a reader stands in the feed: it names the epoch, the person and the item it stands on.

Sealed by the server's key: the numbers in it would tell how much everybody else enters.
"""

import base64
import hashlib
import os
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy.orm import Session

from noticing.entry_log import store
from noticing.feed.listing import change_at

PURPOSE = b"noticing: where a reader stands in the feed"
IV_BYTES = 12
BLOCK = 64  # its length tells nothing either


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    epoch: str
    change_seq: int
    mark: str  # of the item with that number, as this person's
    rows_seq: int  # rows were handed out whole when the feed ended here
    protocols: str  # of the protocols that the device was given


def write_cursor(cursor: Cursor) -> str:
    """As a device keeps it: sealed with a key of this server, base64url. No two are the same."""
    text, iv = msgspec.json.encode(cursor), os.urandom(IV_BYTES)
    sealed = _cipher().encrypt(iv, text + b" " * (-len(text) % BLOCK), PURPOSE)
    return base64.urlsafe_b64encode(iv + sealed).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """None for what is no cursor of ours."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.json.decode(_cipher().decrypt(raw[:IV_BYTES], raw[IV_BYTES:], PURPOSE), type=Cursor)
    except (InvalidTag, ValueError, RecursionError):
        return None
    is_sound = all(0 <= each < 2**63 for each in (cursor.change_seq, cursor.rows_seq))
    return cursor if is_sound else None


def _cipher() -> AESGCM:
    return _cipher_of(current_app.config["SECRET_KEY"])


@lru_cache(maxsize=4)
def _cipher_of(secret_key: str) -> AESGCM:
    key = HKDF(SHA256(), length=32, salt=None, info=PURPOSE)
    return AESGCM(key.derive(secret_key.encode()))


def mark_of(session: Session, tenant_id: str, person_id: str, change_seq: int) -> str:
    """Names the item with this number: after a restore another may stand there."""
    body_hash = store.hash_at(session, tenant_id, change_seq)
    change = change_at(session, tenant_id, change_seq) if body_hash is None else None
    if body_hash is not None:
        item = body_hash.hex()
    elif change is not None:
        item = f"{change.what}:{change.room}:{change.ref_id}"
    else:
        item = "start" if change_seq == 0 else "nothing"
    return hashlib.sha256(f"{tenant_id}:{person_id}:{change_seq}:{item}".encode()).hexdigest()[:16]
