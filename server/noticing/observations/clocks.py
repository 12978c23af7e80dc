"""A visit by the server's clock: when its entries happened, and the view of one whose tablet's clock was wrong.

Nothing of this is stored. It follows from the log and the samples that are there now, so a better sample needs no
second run, and the view in the table stays the fold of the raw entries.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from noticing.database import db
from noticing.entry_log import store
from noticing.entry_log.clock_samples import Timed, correct_times
from noticing.entry_log.corrected_times import CorrectedTime, is_shown
from noticing.entry_log.entry import Unreadable
from noticing.entry_log.store import StoredEntry
from noticing.instants import is_instant, read_instant
from noticing.observations.fold import fold
from noticing.protocols.loader import load_all

View = dict[str, Any]
MINUTE_MS = 60_000
SHOWN_BOUND_MS = 1_000  # a time that is known better has nothing beside it


def times_of(tenant_id: str, observation_id: str) -> dict[str, CorrectedTime]:
    """entry_id -> corrected time with its bound, of all that counts in a visit. Asks no policy."""
    return _correct(store.entries_of(db.session(), tenant_id, [observation_id]))


def bounds_of(tenant_id: str, observation_id: str) -> dict[str, int]:
    """entry_id -> how far its time can be off, in ms, where that is more than a second."""
    bounds = {entry_id: time.bound_ms for entry_id, time in times_of(tenant_id, observation_id).items()}
    return {entry_id: bound for entry_id, bound in bounds.items() if bound and bound > SHOWN_BOUND_MS}


def set_right(tenant_id: str, view: View) -> tuple[View, int]:
    """The view as it would be had the tablet's clock been right, and by how many minutes that was ahead.

    Up to two minutes nothing is changed: then the times are those that the tablet showed, and the minutes are 0.
    """
    stored = store.entries_of(db.session(), tenant_id, [view["observation_id"]])
    wrong = {entry_id: time for entry_id, time in _correct(stored).items() if is_shown(time.ahead_ms)}
    if not wrong:
        return view, 0
    entries = [json.loads(each.body) for each in stored]
    minutes = {entry_id: round(time.ahead_ms / MINUTE_MS) for entry_id, time in wrong.items()}
    said = view["context"] or {}
    protocol = load_all().get((said.get("protocol_slug") or "", said.get("protocol_version") or ""))
    right = fold(
        [_shift(entry, minutes.get(entry["entry_id"], 0)) for entry in entries],
        protocol.document if protocol else None,
    )
    own = [
        minutes[entry["entry_id"]]
        for entry in entries
        if entry["author_id"] == view["observer_id"] and entry["entry_id"] in minutes
    ]
    return right, max(own, key=abs, default=0)


def _correct(stored: list[StoredEntry]) -> dict[str, CorrectedTime]:
    timed = []
    for each in stored:
        try:
            timed.append(Timed(each.parse(), each.stream_id, each.author_id, each.received_at))
        except Unreadable:  # spoilt since it was accepted
            continue
    return correct_times(db.session(), timed)


def _shift(entry: Mapping[str, Any], minutes: int) -> dict[str, Any]:
    """Whole minutes: what is shown must not change with each better sample."""
    shifted = {name: _earlier(entry[name], minutes) for name in ("occurred_at", "entered_at")}
    payload = entry["payload"]
    if entry["kind"] == "observation.finished" and is_instant(payload.get("ended_at")):
        shifted["payload"] = payload | {"ended_at": _earlier(payload["ended_at"], minutes)}
    return {**entry, **shifted}


def _earlier(text: str, minutes: int) -> str:
    try:
        return (read_instant(text) - timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError):
        return text
