"""Judges entries: accepted, or set aside and why. Nothing is refused here, and nothing is forgotten.

Pure: what the judgement rests on is read before and handed in as `Grounds`; `accept` changes nothing else.
The first reason found is the one that is said.
"""

import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from noticing.accounts import policy
from noticing.entry_log.entry import Entry, is_uuid
from noticing.instants import read_instant
from noticing.protocols import payloads
from noticing.protocols.kinds import KINDS, is_evidence
from noticing.protocols.loader import Protocol
from noticing.sync.standing import Came, Standing

CLOCK_TOLERANCE = timedelta(minutes=2)  # a pairing begins by the server's clock, an entry by the tablet's

Check = Callable[[Mapping[str, Any], str], list[tuple[str, str]]]


class Past(typing.Protocol):
    """What one person could do at any time: accounts.history.History."""

    def stretch_at(self, at: datetime) -> int: ...
    def moments_between(self, first: datetime, last: datetime) -> Sequence[datetime]: ...
    def actor_at(self, at: datetime) -> policy.Actor: ...
    def coaches_at(self, teacher_id: str, at: datetime) -> bool: ...


@dataclass
class Grounds:
    """What one author's entries are judged by. `standings` and `accepted` grow as entries are accepted."""

    person_id: str
    tenant_id: str
    history: Past
    standings: dict[str, Standing]
    protocols: Mapping[tuple[str, str], Protocol]
    classes: Mapping[str, Mapping[str, Any]]  # class_id -> row, of those that are named
    school_ids: frozenset[str]  # of the tenant
    checks: Mapping[str, Check] = field(default_factory=dict)  # of later rooms, by kind
    is_revoked: bool = False
    accepted: dict[str, Entry] = field(default_factory=dict)  # what amendments may name, by entry_id
    permitted: dict[tuple[str, str, int, int], bool] = field(default_factory=dict)  # what was asked already
    happened: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)  # corrected times, by entry_id


def judge(entry: Entry, came: Came, grounds: Grounds) -> str | None:
    """The set-aside code of an entry, or None: accepted."""
    for step in _STEPS_OF_EVIDENCE if is_evidence(entry.kind) else _STEPS:
        code = step(entry, came, grounds)
        if code is not None:
            return code
    return None


def accept(entry: Entry, came: Came, grounds: Grounds) -> None:
    """Let later entries stand on this one."""
    standing = grounds.standings.get(entry.subject_id)
    if standing is None:
        standing = grounds.standings[entry.subject_id] = Standing(entry.subject_id)
    standing.add(entry, came)
    grounds.accepted[entry.entry_id] = entry


def _judge_sender(entry: Entry, _came: Came, grounds: Grounds) -> str | None:
    if grounds.is_revoked:
        return "device-revoked"
    return None if entry.author_id == grounds.person_id else "not-your-entry"


def _judge_shape(entry: Entry, _came: Came, _grounds: Grounds) -> str | None:
    if entry.subject_kind != "observation" or entry.kind not in KINDS:
        return "kind-unknown"
    if is_evidence(entry.kind):
        return None  # _judge_item asks, together with the item
    return payloads.check_payload(entry.kind, None, entry.payload)


def _judge_observation(entry: Entry, _came: Came, grounds: Grounds) -> str | None:
    standing = grounds.standings.get(entry.subject_id)
    if entry.kind == "observation.started":
        return None if standing is None or standing.start is None else "observation-started-twice"
    if standing is None or standing.start is None:
        return "observation-unknown"
    if entry.kind == "feedback.replied":
        return None  # _judge_reply asks the policy, for the observed teacher
    return None if standing.start.author_id == grounds.person_id else "not-your-observation"


def _judge_start(entry: Entry, _came: Came, grounds: Grounds) -> str | None:
    if entry.kind != "observation.started":
        return None
    said = entry.payload
    if not _is_pairing_or_none(said["pairing_id"]):
        return "payload-wrong"
    if said["tenant_id"] != grounds.tenant_id:
        return "wrong-place"
    protocol = grounds.protocols.get((said["protocol_slug"], said["protocol_version"]))
    if protocol is None:
        return "protocol-unknown"
    if protocol.hash != said["protocol_hash"]:
        return "protocol-differs"
    return _judge_place(said["class_id"], said["school_id"], said["observed_id"], grounds)


def _judge_correction(entry: Entry, came: Came, grounds: Grounds) -> str | None:
    standing = grounds.standings.get(entry.subject_id)
    is_taken_back = (
        entry.kind == "entry.retracted" and standing and standing.is_correction(entry.payload["entry_id"])
    )
    if standing is None or not (is_taken_back or entry.kind == "observation.corrected"):
        return None
    if standing.is_shared_before(came):
        return "already-shared"
    if is_taken_back:
        return None
    if not _is_pairing_or_none(entry.payload.get("pairing_id")):
        return "payload-wrong"
    class_id, school_id, observed_id = (
        standing.field(name, entry) for name in ("class_id", "school_id", "observed_id")
    )
    return _judge_place(class_id, school_id, observed_id, grounds)


def _is_pairing_or_none(pairing_id: Any) -> bool:
    """Who is paired is asked of the people; the id only has to be one."""
    return pairing_id is None or is_uuid(pairing_id)


def _judge_place(class_id: str, school_id: str, observed_id: str, grounds: Grounds) -> str | None:
    row = grounds.classes.get(class_id)
    if row is None or row["school_id"] not in grounds.school_ids or row["teacher_id"] != observed_id:
        return "class-not-of-teacher"
    return None if row["school_id"] == school_id else "wrong-place"


def _judge_item(entry: Entry, _came: Came, grounds: Grounds) -> str | None:
    if is_evidence(entry.kind):
        return _check_against_item(entry, entry.payload, grounds)
    if entry.kind != "entry.amended":
        return None
    target = grounds.accepted.get(entry.payload["entry_id"])
    if target is None or (target.author_id, target.subject_id) != (entry.author_id, entry.subject_id):
        return "entry-unknown"
    return _check_against_item(target, entry.payload["payload"], grounds)


def _check_against_item(entry: Entry, payload: Mapping[str, Any], grounds: Grounds) -> str | None:
    if entry.item_key is None and not payloads.has_to_name_item(entry.kind):
        return payloads.check_payload(entry.kind, None, payload)
    start = grounds.standings[entry.subject_id].start
    said = start.payload if start else {}
    protocol = grounds.protocols.get((said.get("protocol_slug", ""), said.get("protocol_version", "")))
    if protocol is None:
        return "protocol-unknown"
    item = protocol.item(entry.item_key)
    if item is None:
        return "item-unknown"
    return payloads.check_payload(entry.kind, item, payload)


def _judge_reply(entry: Entry, _came: Came, grounds: Grounds) -> str | None:
    if entry.kind != "feedback.replied":
        return None
    standing = grounds.standings[entry.subject_id]
    if standing.field("observed_id") != grounds.person_id:
        return "not-your-observation"
    if entry.payload["feedback_entry_id"] not in standing.shares:
        return "feedback-unknown"
    return None if _is_permitted("feedback.reply", entry, standing, grounds) else "not-permitted-then"


def _judge_permission(entry: Entry, _came: Came, grounds: Grounds) -> str | None:
    if entry.kind == "feedback.replied":
        return None
    standing = grounds.standings.get(entry.subject_id)
    if standing is None or standing.start is None:
        standing = Standing(entry.subject_id)
        standing.add(entry, Came(0))  # a start stands on itself
    return None if _is_permitted("observation.add", entry, standing, grounds) else "not-permitted-then"


def _is_permitted(action: str, entry: Entry, standing: Standing, grounds: Grounds) -> bool:
    instants = grounds.happened.get(entry.entry_id) or (read_instant(entry.occurred_at),)
    between = grounds.history.moments_between
    moments = [each for at in instants for each in between(at - CLOCK_TOLERANCE, at + CLOCK_TOLERANCE)]
    if entry.kind == "observation.corrected":
        return any(_can_at(moment, action, entry, standing, grounds) for moment in moments)
    if entry.kind == "observation.started":
        return any(_can_at(moment, action, None, standing, grounds) for moment in moments)
    return any(_could_at(moment, action, standing, grounds) for moment in moments)


def _could_at(moment: datetime, action: str, standing: Standing, grounds: Grounds) -> bool:
    """The same as `_can_at` for what is in the log, asked once for each stretch of time."""
    asked = (action, standing.observation_id, standing.version, grounds.history.stretch_at(moment))
    if asked not in grounds.permitted:
        grounds.permitted[asked] = _can_at(moment, action, None, standing, grounds)
    return grounds.permitted[asked]


def _can_at(
    moment: datetime, action: str, proposed: Entry | None, standing: Standing, grounds: Grounds
) -> bool:
    is_held = grounds.history.coaches_at(standing.field("observed_id", proposed), moment)
    sitting = standing.sitting(grounds.tenant_id, is_pairing_held=is_held, proposed=proposed)
    return sitting is not None and policy.can(grounds.history.actor_at(moment), action, sitting)


def _judge_by_other_rooms(entry: Entry, _came: Came, grounds: Grounds) -> str | None:
    check = grounds.checks.get(entry.kind)
    if check is None:
        return None
    start = grounds.standings[entry.subject_id].start
    found = check(entry.payload, str(start.payload.get("channel", "")) if start else "")
    return found[0][0] if found else None


_STEPS = (
    _judge_sender,
    _judge_shape,
    _judge_observation,
    _judge_start,
    _judge_correction,
    _judge_item,
    _judge_reply,
    _judge_permission,
    _judge_by_other_rooms,
)
_STEPS_OF_EVIDENCE = (  # nearly all that comes; the others have nothing to say of it
    _judge_sender,
    _judge_shape,
    _judge_observation,
    _judge_item,
    _judge_permission,
    _judge_by_other_rooms,
)
