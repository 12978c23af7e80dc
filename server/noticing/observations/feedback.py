"""What was shared and answered. Twin of pwa/src/observation/feedback.ts."""

from collections.abc import Sequence
from typing import Any

from noticing.observations.instants import timed
from noticing.observations.observer_log import ObserverLog, is_covered
from noticing.observations.registers import Entry
from noticing.observations.shapes import covers_of, object_of, text_of, texts_of, whole_of


def has_news(log: ObserverLog, timeline: Sequence[dict[str, Any]], latest: Entry | None) -> bool:
    """Is there evidence that the latest feedback's author cannot be known to have had before her eyes?"""
    if latest is None:
        return False
    until_share = {"clock_session_id": latest["clock_session_id"], "through_ms": latest["elapsed_ms"]}
    covers = [*log.covers, until_share, *covers_of(latest["payload"].get("covers"))]
    cited = _cited_in(latest["payload"])
    uncited = [log.by_id[line["entry_id"]] for line in timeline if line["entry_id"] not in cited]
    return any(not is_covered(entry, covers) for entry in uncited)


def _cited_in(payload: dict[str, Any]) -> set[str]:
    strengths = payload.get("strengths")
    cited = texts_of(payload.get("evidence"))
    for strength in strengths if isinstance(strengths, list) else []:
        cited += texts_of((object_of(strength) or {}).get("evidence"))
    return set(cited)


def by_version(entry: Entry) -> tuple[int, tuple[int, str]]:
    """Sort key."""
    return whole_of(entry["payload"].get("version")) or 0, timed(entry)


def shared_of(entry: Entry) -> dict[str, Any]:
    return {**entry["payload"], "entry_id": entry["entry_id"], "occurred_at": entry["occurred_at"]}


def reply_of(entry: Entry) -> dict[str, Any]:
    return {
        "entry_id": entry["entry_id"],
        "author_id": entry["author_id"],
        "occurred_at": entry["occurred_at"],
        "feedback_entry_id": text_of(entry["payload"].get("feedback_entry_id")) or "",
        "text": text_of(entry["payload"].get("text")) or "",
    }
