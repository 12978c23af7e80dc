"""Every kind of entry. Twin of pwa/src/entry/kinds.ts; tests/wire/kinds.json holds both to it.

lifecycle: what the visit is; intent: what may become evidence; evidence: what was seen or heard; revision: a later
word about an entry; private: the author's alone; feedback: between the two people.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`is_register`: names in `replaces` what its author saw. `item_types`: of the items it may name."""

    role: str
    is_register: bool
    item_types: tuple[str, ...]
    can_be_retracted: bool


def _evidence(is_register: bool, *item_types: str) -> Kind:
    return Kind("evidence", is_register, item_types, True)


def _other(role: str, is_register: bool, can_be_retracted: bool) -> Kind:
    return Kind(role, is_register, (), can_be_retracted)


KINDS: dict[str, Kind] = {
    "observation.started": _other("lifecycle", False, False),
    "observation.corrected": _other("lifecycle", True, True),
    "observation.finished": _other("lifecycle", True, False),
    "item.marked": _evidence(False, "check"),
    "item.not_seen": _evidence(False, "check"),
    "rating.given": _evidence(True, "rating"),
    "count.added": _evidence(False, "tally"),
    "sweep.taken": _evidence(False, "sweep"),
    "script.written": _evidence(False, "script"),
    "tags.chosen": _evidence(True, "tags"),
    "answer.given": _evidence(True, "yesno"),
    "value.given": _evidence(True, "choice", "number", "text", "time"),
    "photo.intended": Kind("intent", False, ("photo",), True),
    "photo.taken": _evidence(False, "photo"),
    "entry.tagged": _other("revision", True, True),
    "entry.amended": _other("revision", True, True),
    "entry.retracted": _other("revision", False, False),
    "draft.written": _other("private", True, True),
    "feedback.shared": _other("feedback", False, False),
    "feedback.replied": _other("feedback", False, False),
}


def is_evidence(name: str) -> bool:
    return name in KINDS and KINDS[name].role == "evidence"


def is_register(name: str) -> bool:
    return name in KINDS and KINDS[name].is_register


def can_be_retracted(name: str) -> bool:
    return name in KINDS and KINDS[name].can_be_retracted
