"""How a server notices that it is an older copy of itself: docs/decisions/0008-receipts.md.

`noticing restore` begins a new epoch. A database that was copied back by hand does not; but devices show a
receipt of what was acknowledged. One that only this server can have written, within this very epoch, and whose
mark is above ours, proves that something was taken back: then a new epoch begins, once, for receipts of the
former epoch count no more. A device that lies has no such receipt.
"""

import hashlib
import hmac
import logging

from flask import current_app

from noticing.database import db, writing
from noticing.entry_log.streams import StreamState
from noticing.feed.counter import read_server_epoch, renew_server_epoch

_PURPOSE = b"noticing receipt 1"


def write_receipt(epoch: str, stream_id: str, through: int) -> str:
    """`<mark>.<mac>`: that this server has said, in this epoch, that the stream is on its disk so far."""
    return f"{through}.{_mac(epoch, stream_id, through)}"


def notice_older_copy(stream: StreamState, receipt: str) -> bool:
    """Begin a new epoch if the receipt proves that the stream was further than it is. Says whether it did."""
    through, _dot, mac = receipt.partition(".")
    if not (through.isascii() and through.isdigit() and len(through) < 20):
        return False
    if int(through) <= stream.acknowledged_through:
        return False
    epoch = read_server_epoch(db.session())
    if not hmac.compare_digest(_mac(epoch, stream.stream_id, int(through)).encode(), mac.encode()):
        return False
    with writing(stream.tenant_id) as session:
        is_new = renew_server_epoch(session, epoch)
    logging.getLogger(__name__).warning(
        "this database is older than what was acknowledged from it: a new epoch begins, tablets send again"
    )
    return is_new


def _mac(epoch: str, stream_id: str, through: int) -> str:
    key = hmac.digest(current_app.config["SECRET_KEY"].encode(), _PURPOSE, hashlib.sha256)
    return hmac.new(key, f"{epoch}\n{stream_id}\n{through}".encode(), hashlib.sha256).hexdigest()
