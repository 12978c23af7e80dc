"""A small school, and a visit that comes in through the push door and is shared: what notes are made of."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from noticing.accounts.pairings import pair
from noticing.accounts.people import add_person, find_person
from noticing.accounts.places import add_class, add_school, add_tenant
from noticing.accounts.sign_in import Account
from noticing.clock import make_id, make_random_id
from noticing.protocols.loader import load_all

SAMPLES = Path(__file__).parents[1] / "protocols"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = timezone(timedelta(hours=-5))
CANARY = "kestrel-private-draft"


@dataclass
class School:
    """People by their word: coach, teacher, other (a coach and a teacher beside the pair), principal, admin."""

    app: Flask
    tenant_id: str
    school_id: str
    class_id: str
    pairing_id: str
    people: Mapping[str, str]
    streams: dict[str, tuple[str, int]] = field(default_factory=dict)

    def client_of(self, who: str) -> FlaskClient:
        """A browser in which this person is signed in."""
        client = self.app.test_client()
        with self.app.app_context():
            account = Account(find_person(self.people[who])).get_id()
        with client.session_transaction() as session:
            session["_user_id"] = account
        return client

    def push(self, who: str, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Send entries as this person's tablet does."""
        client = self.client_of(who)
        token = client.get("/api/v1/me").json["csrf_token"]  # type: ignore[index]
        if who not in self.streams:
            stream_id = make_id()
            enrolment = {"stream_id": stream_id, "public_key": make_key(), "device_label": "tablet"}
            assert client.post(
                "/api/v1/sync/streams", json=enrolment, headers={"X-CSRFToken": token}
            ).status_code in (200, 201)
            self.streams[who] = (stream_id, 1)
        stream_id, from_seq = self.streams[who]
        sent = {
            "stream_id": stream_id,
            "from_seq": from_seq,
            "clock": {
                "device_wall": datetime.now(ZONE).isoformat(timespec="milliseconds"),
                "device_elapsed_ms": 1,
                "clock_session_id": make_random_id(),
                "round_trip_ms": 100,
            },
            "bodies": [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in entries],
        }
        answer = client.post("/api/v1/sync/push", json=sent, headers={"X-CSRFToken": token})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.streams[who] = (stream_id, from_seq + len(entries))
        found: dict[str, Any] = answer.get_json()
        return found


def make_school(app: Flask) -> School:
    with app.app_context():
        tenant_id = add_tenant("Prairie District", paper="A4")
        school_id = add_school(tenant_id, "Cottonwood Elementary")
        roles = {
            "coach": ("Coach Lee", "coach"),
            "teacher": ("Ms Rivera", "teacher"),
            "other_coach": ("Coach Adler", "coach"),
            "other_teacher": ("Mr Okafor", "teacher"),
            "principal": ("Dr Whitfield", "principal"),
            "admin": ("Sam Ito", "admin"),
        }
        people = {
            who: add_person(tenant_id, name, f"{who}@school.test", [(role, school_id)], from_at=LONG_AGO)
            for who, (name, role) in roles.items()
        }
        class_id = add_class(
            school_id,
            people["teacher"],
            "Grade 4 mathematics",
            grade="4",
            subject="mathematics",
            room="12",
            head_count=23,
        )
        pairing_id = pair(people["coach"], people["teacher"], from_at=LONG_AGO)
    return School(app, tenant_id, school_id, class_id, pairing_id, people)


class Visit:
    """A visit of an observer to Ms Rivera; `entries` are what the tablet made of it so far."""

    def __init__(
        self, school: School, who: str = "coach", slug: str = "lesson-clarity", **context: Any
    ) -> None:
        self.school, self.who, self.observation_id = school, who, make_id()
        self.at = datetime(2026, 3, 12, 9, 2, tzinfo=ZONE)
        self.began, self.clock_session_id = self.at, make_random_id()
        self.entries: list[dict[str, Any]] = []
        protocol = load_all()[(slug, "1.0.0")]
        self.add(
            "observation.started",
            {
                "tenant_id": school.tenant_id,
                "school_id": school.school_id,
                "class_id": school.class_id,
                "observed_id": school.people["teacher"],
                "pairing_id": school.pairing_id if who == "coach" else None,
                "channel": "coaching" if who == "coach" else "walkthrough",
                "protocol_slug": slug,
                "protocol_version": "1.0.0",
                "protocol_hash": protocol.hash,
                "agreed_items": ["goal_in_student_words", "close_returns_to_goal"],
                "students_present": 22,
                "purpose": "",
                **context,
            },
        )

    def add(self, kind: str, payload: Mapping[str, Any], item: str | None = None, **other: Any) -> str:
        """One more entry, a minute later; returns its id."""
        entry_id = make_id()
        at = self.at.isoformat(timespec="milliseconds")
        self.entries.append(
            {
                "entry_id": entry_id,
                "author_id": self.school.people[self.who],
                "subject_kind": "observation",
                "subject_id": self.observation_id,
                "kind": kind,
                "item_key": item,
                "payload": dict(payload),
                "replaces": [],
                "occurred_at": at,
                "entered_at": at,
                "elapsed_ms": int((self.at - self.began).total_seconds() * 1000),
                "clock_session_id": self.clock_session_id,
                "app_version": "0.1.0",
                "entry_schema": 1,
                "salt": base64.urlsafe_b64encode(entry_id.encode())[-11:].decode(),
                **other,
            }
        )
        self.at += timedelta(minutes=1)
        return entry_id

    def see_lesson(self) -> list[str]:
        """What a coach taps and writes in ten minutes; returns the ids that she picks."""
        said = self.add("item.marked", {}, "goal_in_student_words")
        heard = self.add(
            "script.written", {"text": "Which half is bigger, and how do you know?", "speaker": "T"}, "heard"
        )
        answer = self.add(
            "script.written", {"text": "They are the same, I folded it.", "speaker": "S"}, "heard"
        )
        self.add("draft.written", {"value": [{"text": CANARY, "evidence": []}]}, "strengths")
        self.add("value.given", {"value": "yes"}, "student_1")
        self.add("item.not_seen", {}, "example_and_non_example")
        return [said, heard, answer]

    def finish(self) -> None:
        through_ms = int((self.at - self.began).total_seconds() * 1000)
        covers = [
            {"clock_session_id": self.clock_session_id, "through_ms": through_ms, "count": len(self.entries)}
        ]
        self.add(
            "observation.finished", {"ended_at": self.at.isoformat(timespec="milliseconds"), "covers": covers}
        )

    def share(self, evidence: Sequence[str], version: int = 1, **changes: Any) -> str:
        feedback = {
            "version": version,
            "strengths": [
                {"text": "You asked how they knew, and 3 of 3 students told.", "evidence": list(evidence[:2])}
            ],
            "step": {
                "text": "After each open question, wait three seconds before calling on a student.",
                "try_when": "first ten minutes, period 2",
                "see_hear": "more students finishing a thought",
                "students_will": "explain their picture to a partner",
                "rehearsal": "",
                "look_again_on": "2026-03-19",
            },
            "questions": ["Is this what you thought was happening?"],
            "evidence": list(evidence),
            "protocol_title": "Lesson clarity",
            **changes,
        }
        return self.add("feedback.shared", feedback)

    def push(self) -> dict[str, Any]:
        answer = self.school.push(self.who, self.entries)
        assert not answer["set_aside"], answer["set_aside"]
        self.entries = []
        return answer

    @property
    def url(self) -> str:
        return f"/notes/{self.observation_id}"


def share_visit(school: School, who: str = "coach", **changes: Any) -> Visit:
    """A whole visit with its feedback, on the server."""
    visit = Visit(school, who)
    picked = visit.see_lesson()
    visit.finish()
    visit.share(picked, **changes)
    visit.push()
    return visit


def make_key() -> dict[str, str]:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    encoded = (
        base64.urlsafe_b64encode(one.to_bytes(32)).rstrip(b"=").decode() for one in (numbers.x, numbers.y)
    )
    return {"kty": "EC", "crv": "P-256", **dict(zip("xy", encoded, strict=True))}


def csrf_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert found
    return found[1]
