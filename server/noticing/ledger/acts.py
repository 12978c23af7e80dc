"""Noting acts in the transaction that does them. They are on the disk before it commits.

So whatever was committed stands here. What stands here may, after a crash in between, not have been committed:
replaying it ends or revokes something that somebody was about to end or revoke.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from noticing.clock import now
from noticing.database import db
from noticing.ledger.lines import append_lines

# act -> what is said of it. A ledger may be read years later: names are never changed or used again.
LOST = "ledger.lost"
ACTS = {
    "backup.made": ("backup_id",),
    "person.closed": ("person_id", "at"),
    "role.ended": ("person_id", "role", "school_id", "at"),
    "pairing.ended": ("pairing_id", "at"),
    "sessions.ended": ("person_id", "session_mark"),
    "password.chosen": ("person_id",),
    "stream.revoked": ("stream_id", "at", "through"),
    "feedback.issued": ("entry_id", "body_hash", "subject_id", "author_id", "audience"),
    LOST: (),  # what was noted between the line above and this one is not known
}
_NOTED = "noticing.ledger.noted"
_SILENT = "noticing.ledger.silent"


def note_act(session: Session, tenant_id: str, act: str, **said: Any) -> None:
    """Inside `writing()`: the act is written down before the commit, or the commit fails."""
    assert tuple(said) == ACTS[act], act
    if not session.info.get(_SILENT):
        session.info.setdefault(_NOTED, []).append((tenant_id, act, said))


@contextmanager
def replaying() -> Iterator[None]:
    """What is done inside the block stands in the ledger already."""
    session = db.session()
    session.info[_SILENT] = True
    try:
        yield
    finally:
        del session.info[_SILENT]


def folder_of_ledgers() -> Path:
    """Where they lie: NOTICING_LEDGER (best on another disk; one for several machines), or in the data folder."""
    folder: Path = current_app.config["NOTICING"].ledger_folder
    return folder


def file_of(tenant_id: str) -> Path:
    return folder_of_ledgers() / f"{tenant_id}.jsonl"


def hold_commits() -> None:
    """Hold every commit back until what was noted is on the disk."""
    for name, listen in (("before_commit", _write_down), ("after_rollback", _forget)):
        if not event.contains(db.session, name, listen):
            event.listen(db.session, name, listen)


def _write_down(session: Session) -> None:
    noted = session.info.pop(_NOTED, [])
    if not noted:
        return
    session.flush()  # what the database refuses is not written down
    for tenant_id in dict.fromkeys(tenant_id for tenant_id, _act, _said in noted):
        acts = [(act, said) for of, act, said in noted if of == tenant_id]
        append_lines(file_of(tenant_id), now().isoformat(), acts)


def _forget(session: Session) -> None:
    session.info.pop(_NOTED, None)
