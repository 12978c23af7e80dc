"""The evidence, line by line. Twin of pwa/src/observation/timeline.ts."""

from typing import Any

from noticing.instants import instant_of
from noticing.observations.instants import timed
from noticing.observations.observer_log import ObserverLog, is_covered
from noticing.observations.registers import Entry, group_by, unreplaced
from noticing.observations.shapes import object_of, texts_of
from noticing.protocols.kinds import is_register

ADDED_LATER_MS = 120_000


def fold_timeline(log: ObserverLog) -> list[dict[str, Any]]:
    """The evidence without what was retracted or, in a register, replaced."""

    def register_of(entry: Entry) -> tuple[str, str | None] | None:
        return (entry["kind"], entry["item_key"]) if is_register(entry["kind"]) else None

    registers = group_by(log.evidence(), register_of)
    current = [entry for versions in registers.values() for entry in unreplaced(versions, log.is_live)]
    events = [entry for entry in log.evidence() if not is_register(entry["kind"]) and log.is_live(entry)]
    return [_line_of(entry, log) for entry in sorted(events + current, key=timed)]


def _line_of(entry: Entry, log: ObserverLog) -> dict[str, Any]:
    amendments = log.amendments.get(entry["entry_id"])
    amended = object_of(amendments[-1]["payload"]["payload"]) if amendments else None
    taggings = log.taggings.get(entry["entry_id"], [])
    tags = [tag for tagging in taggings for tag in texts_of(tagging["payload"].get("tags"))]
    return {
        "entry_id": entry["entry_id"],
        "kind": entry["kind"],
        "item_key": entry["item_key"],
        "occurred_at": entry["occurred_at"],
        "entered_at": entry["entered_at"],
        "payload": entry["payload"] if amended is None else amended,
        "amended": amended is not None,
        "original_payload": None if amended is None else entry["payload"],
        "is_late": log.has_finish and not is_covered(entry, log.covers),
        "is_added_later": instant_of(entry["entered_at"]) - instant_of(entry["occurred_at"]) > ADDED_LATER_MS,
        "tags": list(dict.fromkeys(tags)),
    }
