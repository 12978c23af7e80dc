"""The observer's entries, with what she took back and said later. Twin of observer_log.ts in the app."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from noticing.observations.registers import Entry, group_by, unreplaced
from noticing.observations.shapes import covers_of, object_of, text_of
from noticing.protocols.kinds import can_be_retracted, is_evidence


class ObserverLog:
    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.by_id = {entry["entry_id"]: entry for entry in entries}
        self.retracted = self._find_retracted()
        self.amendments = self._about_evidence(
            "entry.amended", lambda payload: object_of(payload.get("payload")) is not None
        )
        self.taggings = self._about_evidence("entry.tagged", lambda payload: True)
        finishes = self.of_kind("observation.finished")
        self.has_finish = bool(finishes)
        self.covers = [cover for entry in finishes for cover in covers_of(entry["payload"].get("covers"))]

    def is_live(self, entry: Entry) -> bool:
        return entry["entry_id"] not in self.retracted

    def of_kind(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry["kind"] == kind]

    def evidence(self) -> list[Entry]:
        return [entry for entry in self.entries if is_evidence(entry["kind"])]

    def _target(self, entry: Entry) -> Entry | None:
        return self.by_id.get(text_of(entry["payload"].get("entry_id")) or "")

    def _find_retracted(self) -> set[str]:
        targets = [self._target(entry) for entry in self.of_kind("entry.retracted")]
        return {target["entry_id"] for target in targets if target and can_be_retracted(target["kind"])}

    def _about_evidence(
        self, kind: str, has_shape: Callable[[dict[str, Any]], bool]
    ) -> dict[str, list[Entry]]:
        """Live evidence by id, each with the unreplaced entries of `kind` about it."""

        def evidence_id(entry: Entry) -> str | None:
            target = self._target(entry)
            is_meant = target and is_evidence(target["kind"]) and self.is_live(target)
            return str(target["entry_id"]) if target and is_meant else None

        shaped = [entry for entry in self.of_kind(kind) if has_shape(entry["payload"])]
        current = {of: unreplaced(group, self.is_live) for of, group in group_by(shaped, evidence_id).items()}
        return {of: versions for of, versions in sorted(current.items()) if versions}


def is_covered(entry: Entry, covers: Iterable[dict[str, Any]]) -> bool:
    return any(
        cover["clock_session_id"] == entry["clock_session_id"] and entry["elapsed_ms"] <= cover["through_ms"]
        for cover in covers
    )
