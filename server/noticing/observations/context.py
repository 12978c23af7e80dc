"""Whom, where and with what: the start and its corrections. Twin of pwa/src/observation/context.ts."""

from collections.abc import Callable, Sequence
from typing import Any

from noticing.observations.conflicts import conflict_of
from noticing.observations.registers import Entry, unreplaced
from noticing.observations.shapes import text_of, texts_of, whole_of
from noticing.protocols.payloads import CORRECTABLE


def fold_context(
    start: Entry, corrections: Sequence[Entry], is_live: Callable[[Entry], bool]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The context and its conflicts. Each correctable field is a register; the start is its first version."""
    everything = [start, *corrections]
    fields: dict[str, Any] = {}
    conflicts: list[dict[str, Any]] = []
    for field in sorted(CORRECTABLE):
        about = [start, *(entry for entry in corrections if field in entry["payload"])]
        versions = unreplaced(about, is_live, through=everything)
        fields[field] = versions[-1]["payload"].get(field)
        conflicts += conflict_of(field, versions)
    return _context_of(start, fields), conflicts


def _context_of(start: Entry, fields: dict[str, Any]) -> dict[str, Any]:
    said = start["payload"]
    return {
        "tenant_id": text_of(said.get("tenant_id")),
        "school_id": text_of(fields["school_id"]),
        "class_id": text_of(fields["class_id"]),
        "observed_id": text_of(fields["observed_id"]),
        "pairing_id": text_of(fields["pairing_id"]),
        "channel": text_of(said.get("channel")),
        "protocol_slug": text_of(said.get("protocol_slug")),
        "protocol_version": text_of(said.get("protocol_version")),
        "protocol_hash": text_of(said.get("protocol_hash")),
        "agreed_items": texts_of(said.get("agreed_items")),
        "students_present": whole_of(fields["students_present"]),
        "purpose": text_of(said.get("purpose")),
        "started_at": start["occurred_at"],
    }
