"""The rows of the views: each is the fold of one observation's entries in the log, and of nothing else."""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.entry_log import store
from noticing.instants import instant_of
from noticing.observations.fold import fold
from noticing.observations.models import ObservationView
from noticing.protocols.loader import Protocol, load_all

View = dict[str, Any]
Row = dict[str, Any]

_BATCH = 500
_CONTEXT = ("observed_id", "class_id", "school_id", "pairing_id")
_views = cast("sa.Table", ObservationView.__table__)
_decode = msgspec.json.Decoder().decode
_SPOILT = (msgspec.DecodeError, RecursionError, ValueError)


def fold_rows(session: Session, tenant_id: str, observation_ids: Iterable[str]) -> dict[str, Row | None]:
    """The row of each of these observations, from their entries in the log; None where it is to have none."""
    by_observation: dict[str, list[dict[str, Any]]] = {each: [] for each in sorted(observation_ids)}
    for subject_id, change_seq, body in store.bodies_of(session, tenant_id, by_observation):
        entry = _read_calmly(change_seq, body)
        if entry is not None:
            by_observation[subject_id].append(entry)
    return {each: _row_calmly(tenant_id, each, entries) for each, entries in by_observation.items()}


def put_rows(session: Session, tenant_id: str, rows: Mapping[str, Row | None]) -> None:
    """Inside `writing()`: readers see what was there before, or all of this."""
    listed = list(rows)
    for start in range(0, len(listed), _BATCH):
        of_batch = _views.c.observation_id.in_(listed[start : start + _BATCH])
        session.execute(sa.delete(_views).where(_views.c.tenant_id == tenant_id, of_batch))
    if present := [row for row in rows.values() if row]:
        session.execute(sa.insert(_views), present)


def write_canonical(view: View) -> str:
    """The one text of a view: equal views are equal byte for byte."""
    return json.dumps(view, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _read_calmly(change_seq: int, body: bytes) -> dict[str, Any] | None:
    """None where the bytes were spoilt on the disk: the rest of the visit is shown until they are mended."""
    try:
        entry: dict[str, Any] = _decode(body)
    except _SPOILT:
        logging.getLogger(__name__).error("entry %d of the log is spoilt", change_seq)
        return None
    return entry


def _row_calmly(tenant_id: str, observation_id: str, entries: list[dict[str, Any]]) -> Row | None:
    """One observation that we fail to fold must not close the pages of all others; its entries stay in the log."""
    if not entries:
        return None
    try:
        return _row_of(tenant_id, observation_id, entries)
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is said and the others go on
        logging.getLogger(__name__).error("%s: %s could not be folded", observation_id, type(fault).__name__)
        return None


def _row_of(tenant_id: str, observation_id: str, entries: list[dict[str, Any]]) -> Row:
    protocol = _protocol_of(entries)
    view = fold(entries, protocol.document if protocol else None)
    context = view["context"] or {}
    return {
        "observation_id": observation_id,
        "tenant_id": tenant_id,
        "observer_id": view["observer_id"],
        **{name: context.get(name) for name in _CONTEXT},
        "channel": context.get("channel"),
        "status": view["status"],
        "protocol_slug": context.get("protocol_slug"),
        "protocol_version": context.get("protocol_version"),
        "started_at": view["started_at"],
        "started_instant": instant_of(view["started_at"]) if view["started_at"] else None,
        "view": write_canonical(view),
        "folded_with": protocol.hash if protocol else None,
    }


def _protocol_of(entries: list[dict[str, Any]]) -> Protocol | None:
    for entry in entries:
        if entry["kind"] == "observation.started":
            said = entry["payload"]
            return load_all().get((str(said.get("protocol_slug")), str(said.get("protocol_version"))))
    return None
