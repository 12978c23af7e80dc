"""Holds what the tablets were told against what lies in the database. Reads the tables, asks no verb of the server's.

Acknowledged entries: there, once, byte for byte. Marks: contiguous, with the right running hash. Nothing invented,
nothing set aside (every entry of the load is one that must be accepted), every visit's view complete.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

import sqlalchemy as sa

from noticing.entry_log.models import Envelope, LogEntry, Stream
from noticing.observations.fold import fold
from noticing.observations.models import ObservationView
from noticing.observations.rows import write_canonical
from noticing.protocols.loader import load_all
from proof.load.tablet import Tablet

FOLDED_AGAIN = 100  # views that are compared byte for byte; of all others the number of entries
ENTRIES, ENVELOPES, STREAMS, VIEWS = (
    cast("sa.Table", each.__table__) for each in (LogEntry, Envelope, Stream, ObservationView)
)


@dataclass
class Verdict:
    """Counts of what is wrong; all zero where the promise was kept."""

    tablets: int = 0
    entries: int = 0  # acknowledged to a tablet
    counts: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        return not any(self.counts.values())

    def note(self, what: str, where: str, count: int = 1) -> None:
        self.counts[what] += count
        if len(self.examples) < 20:
            self.examples.append(f"{what}: {where}")

    def sentence(self) -> str:
        wrong = [
            f"{count:,} {what}" for what, count in sorted(self.counts.items()) if count and what != "lost"
        ]
        said = [f"{self.tablets:,} tablets", f"{self.entries:,} entries", f"{self.counts['lost']:,} lost"]
        return ", ".join(said + (wrong or ["0 doubled, 0 invented, 0 set aside", "marks and views right"]))


def check(engine: sa.Engine, tablets: Sequence[Tablet]) -> Verdict:
    verdict = Verdict(len(tablets), sum(tablet.acknowledged for tablet in tablets))
    for tablet in tablets:
        _check_end(tablet, verdict)
    with engine.connect() as connection:
        stored = _check_bodies(connection, tablets, verdict)
        for tablet in tablets:
            _check_stream(connection, tablet, stored, verdict)
        _check_views(connection, tablets, verdict)
    return verdict


def _check_end(tablet: Tablet, verdict: Verdict) -> None:
    name = tablet.enrolled.stream_id
    for fault in tablet.faults:
        verdict.note("faults at a tablet", f"{name}: {fault}")
    if not tablet.is_done and not tablet.faults:
        verdict.note("stalled", f"{name} at {tablet.acknowledged} of {len(tablet.bodies)}")
    if tablet.set_aside:
        verdict.note("set aside", f"{name}: {Counter(tablet.set_aside)}", len(tablet.set_aside))


def _check_bodies(connection: sa.Connection, tablets: Sequence[Tablet], verdict: Verdict) -> dict[int, bytes]:
    """change_seq -> hash of the bytes that lie there."""
    known = {hashlib.sha256(body).digest() for tablet in tablets for body in tablet.bodies}
    stored, count = {}, Counter[bytes]()
    columns = [ENTRIES.c[name] for name in ("change_seq", "body", "body_hash", "set_aside_code")]
    for change_seq, body, body_hash, code in _stream(connection, sa.select(*columns)):
        found = hashlib.sha256(body).digest()
        stored[change_seq] = found
        count[found] += 1
        if found != body_hash:
            verdict.note("differing from their hash", f"entry {change_seq}")
        if found not in known:
            verdict.note("invented", f"entry {change_seq}")
        if code is not None:
            verdict.note("set aside", f"entry {change_seq}: {code}")
    for found, times in count.items():
        if times > 1:
            verdict.note("doubled", found.hex(), times - 1)
    return stored


def _check_stream(
    connection: sa.Connection, tablet: Tablet, stored: dict[int, bytes], verdict: Verdict
) -> None:
    stream_id = tablet.enrolled.stream_id
    places = sa.select(ENVELOPES.c.stream_seq, ENVELOPES.c.change_seq).where(
        ENVELOPES.c.stream_id == stream_id
    )
    there = dict(connection.execute(places).all())
    running = bytes(32)
    for seq, body in enumerate(tablet.bodies, 1):
        body_hash = hashlib.sha256(body).digest()
        if seq <= tablet.acknowledged:
            running = hashlib.sha256(running + body_hash).digest()
            if stored.get(there.get(seq, 0)) != body_hash:
                verdict.note("lost", f"{stream_id} {seq}")
        elif seq in there and stored.get(there[seq]) != body_hash:
            verdict.note("kept with other bytes", f"{stream_id} {seq}")
    for seq in set(there) - set(range(1, len(tablet.bodies) + 1)):
        verdict.note("invented", f"{stream_id} {seq}")
    marks = sa.select(STREAMS.c.acknowledged_through, STREAMS.c.acknowledged_hash)
    through, running_there = connection.execute(marks.where(STREAMS.c.stream_id == stream_id)).one()
    is_behind = through < tablet.acknowledged or not set(range(1, through + 1)) <= set(there)
    if is_behind or (through == tablet.acknowledged and running_there != running):
        verdict.note("wrong marks", f"{stream_id} at {through}, said {tablet.acknowledged}")


def _check_views(connection: sa.Connection, tablets: Sequence[Tablet], verdict: Verdict) -> None:
    """Of every visit of a tablet that has all its checks; of the others' visits there may be more or less."""
    visits: dict[str, list[dict[str, Any]]] = {}
    others: set[str] = set()
    for tablet in tablets:
        for body in tablet.bodies:
            entry = json.loads(body)
            if tablet.acknowledged == len(tablet.bodies):
                visits.setdefault(entry["subject_id"], []).append(entry)
            else:
                others.add(entry["subject_id"])
    views = dict(_stream(connection, sa.select(VIEWS.c.observation_id, VIEWS.c.view)))
    again = set(Random(0).sample(sorted(visits), min(FOLDED_AGAIN, len(visits))))
    for observation_id, entries in visits.items():
        view = views.get(observation_id)
        if view is None or json.loads(view)["entry_count"] != len(entries):
            verdict.note("views incomplete", observation_id)
        elif observation_id in again and view != _fold_here(entries):
            verdict.note("views differing", observation_id)
    for observation_id in set(views) - set(visits) - others:
        verdict.note("views of nothing", observation_id)


def _fold_here(entries: list[dict[str, Any]]) -> str:
    said = entries[0]["payload"]
    protocol = load_all()[said["protocol_slug"], said["protocol_version"]]
    return write_canonical(fold(reversed(entries), protocol.document))


def _stream(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[Any]:
    yield from connection.execution_options(yield_per=5000).execute(statement)
