"""Registers with more than one unreplaced value. Twin of pwa/src/observation/conflicts.ts."""

from collections.abc import Mapping, Sequence
from typing import Any

Conflict = dict[str, Any]


def conflict_of(field: str, versions: Sequence[dict[str, Any]], of: str | None = None) -> list[Conflict]:
    """`of` names the entry that the versions are about."""
    if len(versions) < 2:
        return []
    about = {} if of is None else {"of": of}
    return [{"field": field, **about, "entry_ids": sorted(entry["entry_id"] for entry in versions)}]


def conflicts_about(field: str, about: Mapping[str, Sequence[dict[str, Any]]]) -> list[Conflict]:
    return [conflict for of, versions in about.items() for conflict in conflict_of(field, versions, of)]


def item_conflicts(items: Mapping[str, dict[str, Any]]) -> list[Conflict]:
    return [
        {"item_key": key, "entry_ids": sorted(one["entry_id"] for one in item["versions"])}
        for key, item in sorted(items.items())
        if len(item.get("versions", ())) > 1
    ]
