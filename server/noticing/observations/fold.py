"""Step 6: the visit as its entries tell it.

Pure; the same for any order, batching and repetition, and the same as pwa/src/observation/fold.ts
(tests/wire/fold-cases.json and protocols/<slug>/sample.view.json). The shape: pwa/src/observation/view.ts.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from noticing.observations.conflicts import conflict_of, conflicts_about, item_conflicts
from noticing.observations.context import fold_context
from noticing.observations.feedback import by_version, has_news, reply_of, shared_of
from noticing.observations.instants import timed
from noticing.observations.items import fold_items
from noticing.observations.observer_log import ObserverLog
from noticing.observations.registers import Entry, group_by, unreplaced
from noticing.observations.shapes import text_of
from noticing.observations.timeline import fold_timeline

View = dict[str, Any]


def fold(entries: Iterable[Entry], protocol: Mapping[str, Any] | None) -> View:
    """Entries of one observation, as parsed bodies, to its view. `protocol` is the protocol's document."""
    everything = _unique_by_id(entries)
    start = next((entry for entry in everything if entry["kind"] == "observation.started"), None)
    if start is None:
        return _empty_view(everything)
    log = ObserverLog([entry for entry in everything if entry["author_id"] == start["author_id"]])
    context, conflicts = fold_context(start, log.of_kind("observation.corrected"), log.is_live)
    finishes = unreplaced(log.of_kind("observation.finished"), log.is_live)
    timeline = fold_timeline(log)
    items = fold_items(timeline, protocol)
    drafts = _fold_drafts(log)
    feedback = sorted(log.of_kind("feedback.shared"), key=by_version)
    return {
        "observation_id": start["subject_id"],
        "observer_id": start["author_id"],
        "status": "shared" if feedback else "finished" if finishes else "capturing",
        "context": context,
        "context_conflicts": [conflict["field"] for conflict in conflicts],
        "started_at": start["occurred_at"],
        "ended_at": _end_of(finishes[-1]) if finishes else None,
        "items": items,
        "timeline": timeline,
        "retracted": sorted(log.retracted),
        "late": [line["entry_id"] for line in timeline if line["is_late"]],
        "conflicts": [
            *item_conflicts(items),
            *conflicts,
            *conflict_of("ended_at", finishes),
            *(conflict for field, versions in drafts.items() for conflict in conflict_of(field, versions)),
            *conflicts_about("amendment", log.amendments),
            *conflicts_about("tags", log.taggings),
        ],
        "drafts": {field: _draft_of(versions) for field, versions in drafts.items()},
        "feedback": [shared_of(entry) for entry in feedback],
        "has_new_evidence_since_feedback": has_news(log, timeline, feedback[-1] if feedback else None),
        "replies": [reply_of(entry) for entry in _replies(everything, context["observed_id"])],
        "entry_count": len(everything),
    }


def _replies(everything: Sequence[Entry], observed_id: str | None) -> list[Entry]:
    replies = [entry for entry in everything if entry["kind"] == "feedback.replied"]
    return sorted((entry for entry in replies if entry["author_id"] == observed_id), key=timed)


def _fold_drafts(log: ObserverLog) -> dict[str, list[Entry]]:
    fields = group_by(log.of_kind("draft.written"), lambda entry: text_of(entry["item_key"]))
    current = {field: unreplaced(versions, log.is_live) for field, versions in sorted(fields.items())}
    return {field: versions for field, versions in current.items() if versions}


def _draft_of(versions: Sequence[Entry]) -> View:
    return {
        "versions": [
            {"entry_id": entry["entry_id"], "value": entry["payload"].get("value")} for entry in versions
        ]
    }


def _end_of(finish: Entry) -> str:
    return text_of(finish["payload"].get("ended_at")) or str(finish["occurred_at"])


def _unique_by_id(entries: Iterable[Entry]) -> list[Entry]:
    """One of each id, in order of id. Of two with one id, which the server never accepts, the lesser salt."""
    by_id: dict[str, Entry] = {}
    for entry in entries:
        other = by_id.get(entry["entry_id"])
        if other is None or entry["salt"] < other["salt"]:
            by_id[entry["entry_id"]] = entry
    return [by_id[entry_id] for entry_id in sorted(by_id)]


def _empty_view(everything: Sequence[Entry]) -> View:
    return {
        "observation_id": min((entry["subject_id"] for entry in everything), default=""),
        "observer_id": None,
        "status": "unknown",
        "context": None,
        "context_conflicts": [],
        "started_at": None,
        "ended_at": None,
        "items": {},
        "timeline": [],
        "retracted": [],
        "late": [],
        "conflicts": [],
        "drafts": {},
        "feedback": [],
        "has_new_evidence_since_feedback": False,
        "replies": [],
        "entry_count": len(everything),
    }
