"""A school day of one coach as her tablet holds it in the evening: four or five visits, 200 to 400 entries."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from noticing.entry_log.entry import SALT_BYTES, make_body
from noticing.protocols.kinds import is_evidence, is_register
from noticing.protocols.loader import Protocol, latest
from proof.load.district import Enrolled, Partner
from proof.load.ids import make_id_at, make_random_id

PROTOCOLS = ("lesson-clarity", "engagement-sweep", "selective-script", "responses-and-feedback")
SAMPLES = Path(__file__).parents[3] / "protocols"
VISITS, VISIT_ENTRIES = (4, 5), (48, 78)
SHARED, UNDONE = 0.4, 0.04  # of the visits; of the evidence
BETWEEN_VISITS = timedelta(minutes=75)
FIRST_VISIT_BEFORE = timedelta(hours=7)  # the tablets come back


@dataclass
class _Visit:
    """One observation while it is told."""

    tablet: Enrolled
    began: datetime
    chance: Random
    observation_id: str
    clock_session_id: str
    at: datetime
    bodies: list[bytes] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    shown: dict[str | None, str] = field(default_factory=dict)  # the latest value of each register

    def note(self, kind: str, payload: Any, item_key: str | None = None) -> str:
        entry_id = make_id_at(self.at, self.chance)
        replaces = [self.shown[item_key]] if is_register(kind) and item_key in self.shown else []
        body = make_body(
            entry_id=entry_id,
            author_id=self.tablet.person_id,
            subject_id=self.observation_id,
            kind=kind,
            item_key=item_key,
            payload=payload,
            replaces=replaces,
            at=self.at.isoformat(timespec="milliseconds"),
            elapsed_ms=round((self.at - self.began).total_seconds() * 1000),
            clock_session_id=self.clock_session_id,
            app_version="0.1.0",
            salt=self.chance.randbytes(SALT_BYTES),
        )
        self.bodies.append(body.encode())
        if is_register(kind):
            self.shown[item_key] = entry_id
        return entry_id

    def pass_time(self, most_seconds: float) -> None:
        self.at += timedelta(milliseconds=round(self.chance.uniform(900, most_seconds * 1000)))


def make_day(tablet: Enrolled, evening: datetime, chance: Random) -> list[bytes]:
    """The bodies of a day in the order in which they were made; all of them are accepted."""
    bodies: list[bytes] = []
    for number in range(chance.randint(*VISITS)):
        began = evening - FIRST_VISIT_BEFORE + number * BETWEEN_VISITS
        bodies += _tell_visit(tablet, began, chance)
    return bodies


def _tell_visit(tablet: Enrolled, began: datetime, chance: Random) -> list[bytes]:
    visit = _Visit(tablet, began, chance, make_id_at(began, chance), make_random_id(chance), began)
    slug, partner = chance.choice(PROTOCOLS), chance.choice(tablet.partners)
    protocol = latest(slug)
    assert protocol, slug
    visit.note("observation.started", _context(tablet, partner, protocol))
    drafts = _evidence_of(slug)
    for _ in range(chance.randint(*VISIT_ENTRIES)):
        visit.pass_time(60)
        kind, item_key, payload = chance.choice(drafts)
        entry_id = visit.note(kind, _vary(payload, chance), item_key)
        if is_register(kind):
            continue
        if chance.random() < UNDONE:
            visit.note("entry.retracted", {"entry_id": entry_id, "reason": "undo"})
        else:
            visit.evidence.append(entry_id)
    visit.pass_time(60)
    visit.note("observation.finished", _finish(visit))
    if chance.random() < SHARED:
        _share(visit, protocol)
    return visit.bodies


def _context(tablet: Enrolled, partner: Partner, protocol: Protocol) -> dict[str, Any]:
    return {
        "tenant_id": tablet.tenant_id,
        "school_id": partner.school_id,
        "class_id": partner.class_id,
        "observed_id": partner.teacher_id,
        "pairing_id": partner.pairing_id,
        "channel": "coaching",
        "protocol_slug": protocol.slug,
        "protocol_version": protocol.version,
        "protocol_hash": protocol.hash,
        "agreed_items": [],
        "students_present": 22,
        "purpose": "",
    }


def _finish(visit: _Visit) -> dict[str, Any]:
    through_ms = round((visit.at - visit.began).total_seconds() * 1000)
    covers = [
        {"clock_session_id": visit.clock_session_id, "through_ms": through_ms, "count": len(visit.bodies)}
    ]
    return {"ended_at": visit.at.isoformat(timespec="milliseconds"), "covers": covers}


def _share(visit: _Visit, protocol: Protocol) -> None:
    visit.pass_time(1200)
    strength = "3 of 3 students could say the goal in their own words."
    visit.note("draft.written", {"value": [{"text": strength, "evidence": []}]}, "strengths")
    visit.pass_time(600)
    step = {
        "text": "Wait three seconds before calling on a student.",
        "try_when": "period 2",
        "see_hear": "more students finish a thought",
        "students_will": "explain their picture",
        "rehearsal": "",
        "look_again_on": None,
    }
    evidence = visit.evidence[:3]
    feedback = {
        "version": 1,
        "strengths": [{"text": strength, "evidence": evidence}],
        "step": step,
        "questions": ["Is this what you thought was happening?"],
        "evidence": evidence,
        "protocol_title": protocol.title,
    }
    visit.note("feedback.shared", feedback)


@cache
def _evidence_of(slug: str) -> list[tuple[str, str | None, dict[str, Any]]]:
    """What coaches tap and write with a protocol, in the proportion of its own sample."""
    entries = json.loads((SAMPLES / slug / "sample.entries.json").read_text("utf-8"))
    return [
        (each["kind"], each["item_key"], each["payload"]) for each in entries if is_evidence(each["kind"])
    ]


def _vary(payload: dict[str, Any], chance: Random) -> dict[str, Any]:
    """The same words over and over would be squeezed to nothing: their order is new each time."""
    if not isinstance(payload.get("text"), str):
        return payload
    words = payload["text"].split(" ")
    return payload | {"text": " ".join(chance.sample(words, len(words)))}
