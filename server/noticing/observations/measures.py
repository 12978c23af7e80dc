"""What a protocol derives from a view: values with their n, never words. Twin of measures.ts in the app.

A measure: {key, label, rule, of, value, unit, n, detail, reason, sentence_key}. `value` is null exactly where
`reason` says why: nothing_recorded, not_seen, not_finished, nothing_to_divide_by, unsettled, not_applicable.
Nothing is rounded.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from noticing.instants import instant_of

View = Mapping[str, Any]
Measured = dict[str, Any]
Found = dict[str, Any]
MS_PER_MIN = 60_000


def measures_of(view: View, protocol: Mapping[str, Any]) -> list[Measured]:
    """One for each of the protocol's measures, in its order."""
    offered = {item["key"]: item for section in protocol["sections"] for item in section["items"]}
    return [_measure(rule, view, offered) for rule in protocol["measures"]]


def _measure(measure: Mapping[str, Any], view: View, offered: Mapping[str, Any]) -> Measured:
    keys = [measure["of"]] if isinstance(measure["of"], str) else list(measure["of"])
    found = RULES[measure["rule"]](view, [offered[key] for key in keys], measure)
    reason = found.get("reason")
    return {
        "key": measure["key"],
        "label": measure["label"],
        "rule": measure["rule"],
        "of": keys,
        "value": None if reason else found["value"],
        "unit": UNITS[measure["rule"]],
        "n": found.get("n", 0),
        "detail": found.get("detail", {}),
        "reason": reason,
        "sentence_key": f"measure.{reason or measure['rule']}",
    }


def _count_of(view: View, key: str) -> int | None:
    """Times seen, counted or written; null where nothing was recorded for the item."""
    item = view["items"].get(key)
    return None if item is None else int(item.get("seen", item.get("count", item.get("lines", 0))))


def _count(view: View, items: Sequence[Any], measure: Any) -> Found:
    count = _count_of(view, items[0]["key"])
    return {"reason": "nothing_recorded"} if count is None else {"value": count, "n": count}


def _count_by_code(view: View, items: Sequence[Any], measure: Any) -> Found:
    tally = view["items"].get(items[0]["key"])
    if tally is None:
        return {"reason": "nothing_recorded"}
    coded = tally["by_code"]
    detail = {"by_code": _rows(items[0], coded), "uncoded": tally["count"] - sum(coded.values())}
    return {"value": tally["count"], "n": tally["count"], "detail": detail}


def _count_by_tag(view: View, items: Sequence[Any], measure: Any) -> Found:
    lines = [line for line in view["timeline"] if line["item_key"] == items[0]["key"]]
    if not lines:
        return {"reason": "nothing_recorded"}
    tagged = [line for line in lines if line["tags"]]
    counts: dict[str, int] = {}
    for line in tagged:
        for tag in line["tags"]:
            counts[tag] = counts.get(tag, 0) + 1
    detail = {"by_code": _rows(items[0], counts), "uncoded": len(lines) - len(tagged)}
    return {"value": len(tagged), "n": len(lines), "detail": detail}


def _rows(item: Mapping[str, Any], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """In the protocol's order, then what it does not know."""
    labels = {option["code"]: option["label"] for option in item.get("options", ())}
    codes = [*labels, *sorted(code for code in counts if code not in labels)]
    return [{"code": code, "label": labels.get(code, code), "count": counts.get(code, 0)} for code in codes]


def _rate_per_min(view: View, items: Sequence[Any], measure: Any) -> Found:
    count = _count_of(view, items[0]["key"])
    if count is None:
        return {"reason": "nothing_recorded"}
    duration_ms = instant_of(view["ended_at"]) - instant_of(view["started_at"]) if view["ended_at"] else 0
    if duration_ms <= 0:
        return {"reason": "not_finished", "n": count}
    detail = {"count": count, "duration_ms": duration_ms}
    return {"value": count * MS_PER_MIN / duration_ms, "n": count, "detail": detail}


def _weighted_percent(view: View, items: Sequence[Any], measure: Any) -> Found:
    swept = view["items"].get(items[0]["key"])
    if swept is None or swept["of_sum"] == 0:
        return {"reason": "nothing_recorded"}
    detail = {"n_sum": swept["n_sum"], "of_sum": swept["of_sum"]}
    return {"value": 100 * swept["n_sum"] / swept["of_sum"], "n": len(swept["sweeps"]), "detail": detail}


def _first_seen(view: View, items: Sequence[Any], measure: Any) -> Found:
    check = view["items"].get(items[0]["key"])
    if check is None:
        return {"reason": "nothing_recorded"}
    if not check["seen"]:
        return {"reason": "not_seen"}
    first = check["first_seen_at"]
    elapsed_ms = instant_of(first) - instant_of(view["started_at"])
    return {"value": first, "n": check["seen"], "detail": {"elapsed_ms": elapsed_ms, "times": check["times"]}}


def _share(view: View, items: Sequence[Any], measure: Any) -> Found:
    """Of the settled and applicable answers, how many are `code`."""
    answers = [view["items"][item["key"]]["versions"] for item in items if item["key"] in view["items"]]
    settled = [versions[0]["value"] for versions in answers if len(versions) == 1]
    applicable = [value for value in settled if value != "na"]
    hits = sum(value == measure["code"] for value in applicable)
    unsettled = len(answers) - len(settled)
    detail = {"hits": hits, "na": len(settled) - len(applicable), "unsettled": unsettled, "asked": len(items)}
    if applicable:
        return {"value": 100 * hits / len(applicable), "n": len(applicable), "detail": detail}
    reason = "nothing_recorded" if not answers else "unsettled" if unsettled else "not_applicable"
    return {"reason": reason, "detail": detail}


def _ratio(view: View, items: Sequence[Any], measure: Any) -> Found:
    """What was not recorded counts as none, unless neither was."""
    counts = [_count_of(view, item["key"]) for item in items]
    if counts == [None, None]:
        return {"reason": "nothing_recorded"}
    first, second = (count or 0 for count in counts)
    found: Found = {"n": first + second, "detail": {"counts": [first, second]}}
    return found | ({"value": first / second} if second else {"reason": "nothing_to_divide_by"})


RULES: dict[str, Callable[[View, Sequence[Any], Any], Found]] = {
    "count": _count,
    "count_by_code": _count_by_code,
    "count_by_tag": _count_by_tag,
    "rate_per_min": _rate_per_min,
    "weighted_percent": _weighted_percent,
    "first_seen": _first_seen,
    "share": _share,
    "ratio": _ratio,
}

UNITS = {
    "count": "count",
    "count_by_code": "count",
    "count_by_tag": "count",
    "rate_per_min": "per_minute",
    "weighted_percent": "percent",
    "first_seen": "time",
    "share": "percent",
    "ratio": "ratio",
}
