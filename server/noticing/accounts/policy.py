"""Who may do what. One function, `can(actor, action, object)`; what no rule names is denied.

Pure: it knows no database and no request. Callers describe the object as one of the small classes below,
at the time that counts (now for reading, `occurred_at` for what a tablet recorded).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

OBSERVER_ROLE = {"coaching": "coach", "walkthrough": "principal"}
PRIVATE_KINDS = frozenset({"draft.written"})
TEACHER_KINDS = frozenset({"feedback.shared", "feedback.replied"})


@dataclass(frozen=True)
class Actor:
    """A person with the roles that she holds at the time that is asked about."""

    person_id: str
    tenant_id: str
    roles: frozenset[str]
    school_ids: frozenset[str] | None  # where she is principal, else where she holds a role; None: everywhere


@dataclass(frozen=True)
class Place:
    """The tenant itself: for doors that concern no single object."""

    tenant_id: str


@dataclass(frozen=True)
class Device:
    tenant_id: str
    owner_id: str
    is_signed: bool = False  # its stream's key asks, not a session


@dataclass(frozen=True)
class Colleague:
    """A person as an observer may see her: name, classes."""

    tenant_id: str
    person_id: str
    school_ids: frozenset[str]
    is_paired: bool  # a pairing with the actor that holds at the time


@dataclass(frozen=True)
class SchoolName:
    """A school as an observer's tablet shows it."""

    tenant_id: str
    school_id: str
    is_partners: bool  # somebody whom the actor coaches has a class there


@dataclass(frozen=True)
class Pair:
    """A pairing that holds."""

    tenant_id: str
    coach_id: str


@dataclass(frozen=True)
class Sitting:
    """An observation as the policy sees it."""

    tenant_id: str
    channel: str
    observer_id: str
    observed_id: str
    school_id: str
    is_pairing_held: bool  # at the time asked about; always False where the channel has no pairing
    is_finished: bool
    is_shared: bool


@dataclass(frozen=True)
class Evidence:
    """One entry of an observation."""

    tenant_id: str
    kind: str
    author_id: str
    sitting: Sitting
    is_for_author_only: bool = False  # a photo on which names can be read


Subject = Place | Device | Colleague | SchoolName | Pair | Sitting | Evidence


def can(actor: Actor, action: str, subject: Subject) -> bool:
    """Whether `actor` may do `action` on `subject`. Other tenants and unknown actions: no."""
    if actor.tenant_id != subject.tenant_id:
        return False
    rule = _RULES.get((action, type(subject)))
    return rule is not None and rule(actor, subject)


def reach_of(grants: Iterable[tuple[str, str | None]]) -> frozenset[str] | None:
    """The `school_ids` of an actor with these (role, school_id or None for the whole tenant). No grant: nowhere."""
    held = list(grants)
    places = [school_id for role, school_id in held if role == "principal"] or [place for _, place in held]
    schools = frozenset(school_id for school_id in places if school_id is not None)
    return None if None in places else schools


def _holds(*roles: str) -> Callable[[Actor, Subject], bool]:
    return lambda actor, _subject: not actor.roles.isdisjoint(roles)


def _always(_actor: Actor, _subject: Subject) -> bool:
    return True


def _is_owner(actor: Actor, device: Device) -> bool:
    return device.owner_id == actor.person_id


def _is_in_reach(actor: Actor, school_ids: frozenset[str]) -> bool:
    return actor.school_ids is None or not actor.school_ids.isdisjoint(school_ids)


def _may_know(actor: Actor, colleague: Colleague) -> bool:
    if colleague.person_id == actor.person_id:
        return True
    if "coach" in actor.roles and colleague.is_paired:
        return True
    return "principal" in actor.roles and _is_in_reach(actor, colleague.school_ids)


def _may_know_school(actor: Actor, school: SchoolName) -> bool:
    """Who has a role there, or works with one of its teachers."""
    if actor.roles and _is_in_reach(actor, frozenset({school.school_id})):
        return True
    return "coach" in actor.roles and school.is_partners


def _is_coach_of(actor: Actor, pair: Pair) -> bool:
    return "coach" in actor.roles and pair.coach_id == actor.person_id


def _may_observe(actor: Actor, sitting: Sitting) -> bool:
    """To begin an observation or add to it: one's own, in a channel of one's role, with the pairing it needs."""
    if sitting.observer_id != actor.person_id or sitting.observed_id == actor.person_id:
        return False
    if OBSERVER_ROLE.get(sitting.channel) not in actor.roles:
        return False
    if sitting.channel == "coaching":
        return sitting.is_pairing_held
    return _is_in_reach(actor, frozenset({sitting.school_id}))


def _may_read_as_observer(actor: Actor, sitting: Sitting) -> bool:
    if sitting.observer_id != actor.person_id or OBSERVER_ROLE.get(sitting.channel) not in actor.roles:
        return False
    return sitting.is_pairing_held if sitting.channel == "coaching" else True


def _may_read_feedback(actor: Actor, sitting: Sitting) -> bool:
    if sitting.observed_id == actor.person_id:
        return sitting.is_shared
    return sitting.is_shared and _may_read_as_observer(actor, sitting)


def _may_reply(actor: Actor, sitting: Sitting) -> bool:
    return sitting.observed_id == actor.person_id and sitting.is_shared


def _may_read_entry(actor: Actor, evidence: Evidence) -> bool:
    """The pairing decides for the observer too: when it has ended, her own marks are hers no more."""
    sitting = evidence.sitting
    if evidence.is_for_author_only and evidence.author_id != actor.person_id:
        return False
    if sitting.observer_id == actor.person_id:
        is_private = evidence.kind in PRIVATE_KINDS and evidence.author_id != actor.person_id
        return _may_read_as_observer(actor, sitting) and not is_private
    if evidence.kind in PRIVATE_KINDS or sitting.observed_id != actor.person_id:
        return False
    return sitting.is_shared if evidence.kind in TEACHER_KINDS else sitting.is_finished


_RULES: dict[tuple[str, type], Callable[..., bool]] = {
    ("app.enter", Place): _holds("coach", "principal"),
    ("account.leave", Place): _always,
    ("notes.list", Place): _holds("coach", "principal", "teacher", "admin"),
    ("people.manage", Place): _holds("admin"),
    ("device.enrol", Device): _is_owner,  # with no role left as well: what was seen before must get through
    ("device.deliver", Device): _is_owner,
    ("changes.read", Place): _holds("coach", "principal"),
    ("tenant.know", Place): _holds("coach", "principal", "teacher", "admin"),
    ("school.know", SchoolName): _may_know_school,
    ("colleague.know", Colleague): _may_know,
    ("pairing.know", Pair): _is_coach_of,
    ("observation.add", Sitting): _may_observe,
    ("entry.read", Evidence): _may_read_entry,
    ("feedback.read", Sitting): _may_read_feedback,
    ("feedback.reply", Sitting): _may_reply,
}
