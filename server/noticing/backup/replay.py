"""Does again what was ended, revoked or issued after a backup was made. Doing it twice changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from noticing.accounts import pairings, passwords, people
from noticing.backup.fault import CannotRestore
from noticing.clock import now
from noticing.database import db
from noticing.disk import sync_folder, write_synced
from noticing.entry_log.store import entries_with_ids
from noticing.entry_log.streams import revoke_again
from noticing.ledger.acts import ACTS, LOST, file_of, replaying
from noticing.ledger.lines import Line, append_lines, read_lines
from noticing.problems import Problem


@dataclass
class Replayed:
    """`awaited`: feedback that was issued and is not in the backup: (entry_id, body_hash)."""

    acts: int = 0
    awaited: list[tuple[str, str]] = field(default_factory=list)
    without_password: set[str] = field(default_factory=set)  # person_id


def lines_since(tenant_id: str, backup_id: str) -> list[Line] | None:
    """What was noted since that backup; None where nobody can know: no ledger, an older one, or a changed one."""
    try:
        reading = read_lines(file_of(tenant_id))
    except FileNotFoundError:
        return None
    places = [
        place
        for place, line in enumerate(reading.lines)
        if line.act == "backup.made" and line.said["backup_id"] == backup_id
    ]
    if not places or reading.is_broken:
        return None
    since = reading.lines[places[0] + 1 :]
    return None if any(line.act == LOST for line in since) else since


def begin_again(kept: Path, place: Path) -> None:
    """Let the ledger go on from what a backup holds of it; that it is not all of it stands in it from then on."""
    draft = place.with_name(f".{place.name}.restoring")
    write_synced(draft, kept.read_bytes())
    append_lines(draft, now().isoformat(), [(LOST, {})])
    draft.replace(place)
    sync_folder(place.parent)


def replay(tenant_id: str, lines: Sequence[Line]) -> Replayed:
    """Raises CannotRestore where a line speaks of what this version does not know."""
    done = Replayed()
    with replaying():
        for line in lines:
            if line.act not in ACTS:
                raise CannotRestore(
                    f"The ledger says “{line.act}”, which this version cannot do again. Install the newer one."
                )
            if line.act in _DOINGS:
                with suppress(
                    Problem
                ):  # of a person or pairing that came after the backup, and is gone with it
                    _DOINGS[line.act](tenant_id, line.said)
                    done.acts += 1
            if line.act == "password.chosen":
                done.without_password.add(line.said["person_id"])
            if line.act == "feedback.issued" and not _is_in_log(tenant_id, line.said):
                done.awaited.append((line.said["entry_id"], line.said["body_hash"]))
    return done


def _is_in_log(tenant_id: str, said: Mapping[str, Any]) -> bool:
    found = entries_with_ids(db.session(), tenant_id, [said["entry_id"]])
    return any(each.body_hash.hex() == said["body_hash"] and each.set_aside_code is None for each in found)


def _close_person(_tenant_id: str, said: Mapping[str, Any]) -> None:
    people.deactivate_person(said["person_id"], _at(said))


def _end_role(_tenant_id: str, said: Mapping[str, Any]) -> None:
    people.end_role(said["person_id"], said["role"], said["school_id"], at=_at(said))


def _end_pairing(_tenant_id: str, said: Mapping[str, Any]) -> None:
    pairings.end_pairing(said["pairing_id"], _at(said))


def _end_sessions(_tenant_id: str, said: Mapping[str, Any]) -> None:
    people.raise_session_mark_to(said["person_id"], said["session_mark"])


def _forget_password(_tenant_id: str, said: Mapping[str, Any]) -> None:
    passwords.forget_password(said["person_id"])


def _revoke_stream(tenant_id: str, said: Mapping[str, Any]) -> None:
    revoke_again(tenant_id, said["stream_id"], _at(said), said["through"])


def _at(said: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(said["at"])


_DOINGS: Mapping[str, Callable[[str, Mapping[str, Any]], None]] = {
    "person.closed": _close_person,
    "role.ended": _end_role,
    "pairing.ended": _end_pairing,
    "sessions.ended": _end_sessions,
    "password.chosen": _forget_password,
    "stream.revoked": _revoke_stream,
}
