"""Does a payload fit its kind and its item? Pure. Answers with codes of sync/set_aside.py, which has the sentences."""

from collections.abc import Callable, Mapping
from typing import Any

from noticing.instants import is_instant
from noticing.protocols.kinds import KINDS
from noticing.protocols.payload_shapes import (
    is_alt,
    is_covers,
    is_filled,
    is_id,
    is_id_or_null,
    is_present_count,
    is_sha256,
    is_step,
    is_strengths,
    is_text,
    is_texts,
    is_value,
    is_whole,
)
from noticing.protocols.validation import answers_of

MAX_EVIDENCE_LINES = 12

Payload = Mapping[str, Any]
Item = Mapping[str, Any]


CORRECTABLE: dict[str, Callable[[Any], bool]] = {
    "observed_id": is_id,
    "class_id": is_id,
    "school_id": is_id,
    "pairing_id": is_id_or_null,
    "students_present": is_present_count,
}

FIELDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "observation.started": CORRECTABLE
    | {
        "tenant_id": is_id,
        "channel": lambda value: value in ("coaching", "walkthrough"),
        "protocol_slug": is_filled,
        "protocol_version": is_filled,
        "protocol_hash": is_filled,
        "agreed_items": is_texts,
        "purpose": is_text,
    },
    "observation.corrected": {"reason": is_text},
    "observation.finished": {"ended_at": is_instant, "covers": is_covers},
    "item.marked": {},
    "item.not_seen": {},
    "rating.given": {"level": is_whole},
    "count.added": {"code": lambda value: value is None or is_filled(value)},
    "sweep.taken": {"n": is_whole, "of": is_whole},
    "script.written": {"text": is_filled, "speaker": lambda value: value in ("T", "S", "O")},
    "tags.chosen": {"codes": is_texts},
    "answer.given": {"value": lambda value: value in ("yes", "no", "na")},
    "value.given": {"value": is_value},
    "photo.intended": {},
    "photo.taken": {
        "sha256": is_sha256,
        "alt": is_alt,
        "names_covered": lambda value: isinstance(value, bool),
    },
    "entry.tagged": {"entry_id": is_id, "tags": is_texts},
    "entry.amended": {
        "entry_id": is_id,
        "payload": lambda value: isinstance(value, dict),
        "reason": is_text,
    },
    "entry.retracted": {"entry_id": is_id, "reason": is_text},
    "draft.written": {"value": lambda value: True},
    "feedback.shared": {
        "version": lambda value: is_whole(value) and value > 0,
        "strengths": is_strengths,
        "step": is_step,
        "questions": is_texts,
        "evidence": lambda value: is_texts(value) and len(value) <= MAX_EVIDENCE_LINES,
        "protocol_title": is_text,
    },
    "feedback.replied": {"feedback_entry_id": is_id, "text": is_filled},
}


def check_payload(kind: str, item: Item | None, payload: Any) -> str | None:
    """The set-aside code when the payload does not fit, else None. Without an item only the shape is judged."""
    if kind not in KINDS:
        return "kind-unknown"
    if not isinstance(payload, dict):
        return "payload-wrong"
    if not all(name in payload and has_form(payload[name]) for name, has_form in FIELDS[kind].items()):
        return "payload-wrong"
    return _check_values(kind, payload) or (_check_item(kind, item, payload) if item else None)


def has_to_name_item(kind: str) -> bool:
    """Evidence names an item of its protocol; a script line may stand alone."""
    return kind in KINDS and KINDS[kind].role == "evidence" and kind != "script.written"


def _check_values(kind: str, payload: Payload) -> str | None:
    if kind == "sweep.taken" and (payload["of"] == 0 or payload["n"] > payload["of"]):
        return "sweep-over-total"
    if kind == "observation.corrected":
        named = [name for name in CORRECTABLE if name in payload]
        if not named:
            return "nothing-corrected"
        if not all(CORRECTABLE[name](payload[name]) for name in named):
            return "payload-wrong"
    return None


def _check_item(kind: str, item: Item, payload: Payload) -> str | None:
    types = KINDS[kind].item_types
    if types and item["type"] not in types:
        return "item-of-other-type"
    if kind == "rating.given":
        levels = {level["level"] for level in item["levels"]}
        return None if payload["level"] in levels else "level-unknown"
    codes = _codes_of(kind, item, payload)
    return None if not codes or codes <= answers_of(item) else "choice-unknown"


def _codes_of(kind: str, item: Item, payload: Payload) -> set[Any]:
    """The codes in a payload that have to be among the item's."""
    if kind == "tags.chosen":
        return set(payload["codes"])
    if kind == "count.added":
        return {payload["code"]} - {None}
    if kind == "answer.given" or (kind == "value.given" and item["type"] == "choice"):
        return {payload["value"]}
    return set()
