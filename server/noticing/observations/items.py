"""What the lines of the timeline say about each item. Twin of pwa/src/observation/items.ts."""

from collections.abc import Mapping, Sequence
from typing import Any

from noticing.observations.registers import group_by
from noticing.observations.shapes import text_of, whole_of
from noticing.protocols.kinds import KINDS

Line = dict[str, Any]
VALUE_OF = {"rating.given": "level", "tags.chosen": "codes"}


def fold_items(lines: Sequence[Line], protocol: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Lines come in order of time, without what was retracted or replaced."""
    items = {}
    for key, group in sorted(group_by(lines, lambda line: line["item_key"]).items()):
        item_type = _type_of(key, group, protocol)
        fitting = [line for line in group if item_type in KINDS[line["kind"]].item_types]
        if fitting:
            items[key] = _fold_item(item_type, fitting)
    return items


def _type_of(key: str, group: Sequence[Line], protocol: Mapping[str, Any] | None) -> str:
    """Without the protocol, the first of the kinds that were used tells the type."""
    for section in protocol["sections"] if protocol else ():
        for item in section["items"]:
            if item["key"] == key:
                return str(item["type"])
    used = {line["kind"] for line in group}
    return next(kind.item_types[0] for name, kind in KINDS.items() if name in used)


def _fold_item(item_type: str, lines: Sequence[Line]) -> dict[str, Any]:
    if item_type == "check":
        return _fold_check(lines)
    if item_type == "tally":
        return _fold_tally(lines)
    if item_type == "sweep":
        return _fold_sweep(lines)
    if item_type == "script":
        return {"type": item_type, "lines": len(lines)}
    if item_type == "photo":
        return _fold_photo(lines)
    return {"type": item_type, "versions": [_version_of(line) for line in lines]}


def _fold_check(lines: Sequence[Line]) -> dict[str, Any]:
    times = [line["occurred_at"] for line in lines if line["kind"] == "item.marked"]
    return {
        "type": "check",
        "seen": len(times),
        "first_seen_at": times[0] if times else None,
        "times": times,
        "not_seen": not times,
    }


def _fold_tally(lines: Sequence[Line]) -> dict[str, Any]:
    coded = group_by(lines, lambda line: text_of(line["payload"].get("code")))
    by_code = {code: len(group) for code, group in sorted(coded.items())}
    return {"type": "tally", "count": len(lines), "by_code": by_code, "last_at": lines[-1]["occurred_at"]}


def _fold_sweep(lines: Sequence[Line]) -> dict[str, Any]:
    sweeps = []
    for line in lines:
        n, of = whole_of(line["payload"].get("n")), whole_of(line["payload"].get("of"))
        if n is not None and of is not None and 0 <= n <= of:
            when = line["occurred_at"]
            sweeps.append({"entry_id": line["entry_id"], "n": n, "of": of, "occurred_at": when})
    return {
        "type": "sweep",
        "sweeps": sweeps,
        "n_sum": sum(sweep["n"] for sweep in sweeps),
        "of_sum": sum(sweep["of"] for sweep in sweeps),
    }


def _fold_photo(lines: Sequence[Line]) -> dict[str, Any]:
    photos = []
    for line in lines:
        sha256 = text_of(line["payload"].get("sha256"))
        if sha256 is not None:
            alt, when = text_of(line["payload"].get("alt")) or "", line["occurred_at"]
            photos.append({"entry_id": line["entry_id"], "sha256": sha256, "alt": alt, "occurred_at": when})
    return {"type": "photo", "photos": photos}


def _version_of(line: Line) -> dict[str, Any]:
    value = line["payload"].get(VALUE_OF.get(line["kind"], "value"))
    return {"entry_id": line["entry_id"], "value": value, "occurred_at": line["occurred_at"]}
