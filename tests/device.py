"""A tablet without a screen for tests of the server: it makes bodies, signs requests and pushes what it is told to."""

import base64
import gzip
import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from noticing.accounts.people import actor_of
from noticing.clock import make_id, make_random_id, now
from noticing.entry_log.entry import SALT_BYTES, make_body
from noticing.protocols.loader import latest
from noticing.sync.enrol import enrol
from noticing.sync.wire import Enrolment, PublicKey
from school import School

PUSH, HELLO, STREAMS = "/api/v1/sync/push", "/api/v1/sync/hello", "/api/v1/sync/streams"


class Device:
    """Of one person. `next_seq` is what the device believes; a test may push from any other number."""

    def __init__(self, app: Flask, person_id: str, *, is_enrolled: bool = True) -> None:
        self.app, self.person_id = app, person_id
        self.stream_id, self.clock_session_id = make_id(), make_random_id()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.client: FlaskClient = app.test_client()
        self.began = now().astimezone()
        self.next_seq = 1
        if is_enrolled:
            with app.app_context():
                enrol(actor_of(person_id), Enrolment(self.stream_id, self.public_key(), "test"))

    def public_key(self) -> PublicKey:
        numbers = self.key.public_key().public_numbers()
        return PublicKey("EC", "P-256", write(numbers.x.to_bytes(32)), write(numbers.y.to_bytes(32)))

    def body(
        self,
        subject_id: str,
        kind: str,
        payload: Any,
        item_key: str | None = None,
        minute: float = 0,
        **other: Any,
    ) -> str:
        """An entry of `minute` minutes after the device was made, as the text that is hashed and sent."""
        at = (self.began + timedelta(minutes=minute)).isoformat(timespec="milliseconds")
        body = make_body(
            entry_id=make_id(),
            author_id=self.person_id,
            subject_id=subject_id,
            kind=kind,
            item_key=item_key,
            payload=payload,
            at=at,
            elapsed_ms=int(minute * 60_000),
            clock_session_id=self.clock_session_id,
            app_version="0.1.0",
            salt=secrets.token_bytes(SALT_BYTES),
        )
        return (
            json.dumps(json.loads(body) | other, ensure_ascii=False, separators=(",", ":")) if other else body
        )

    def push(self, bodies: Sequence[str], from_seq: int | None = None) -> dict[str, Any]:
        """Push and expect an answer that is none of the Problems."""
        first = self.next_seq if from_seq is None else from_seq
        response = self.post(self.content(bodies, first))
        assert response.status_code == 200, response.get_data(as_text=True)
        answer: dict[str, Any] = response.get_json()
        if answer["fork"] is None:
            self.next_seq = max(self.next_seq, first + len(bodies))
        return answer

    def push_sealed(
        self, bodies: Sequence[str], from_seq: int | None = None, profile_key: bytes | None = None
    ) -> TestResponse:
        """As a locked device does, to the key that hello hands out."""
        first = self.next_seq if from_seq is None else from_seq
        sent = {"stream_id": self.stream_id, "from_seq": first, "sealed": self.seal(bodies, profile_key)}
        return self.post(gzip.compress(json.dumps(sent).encode()))

    def seal(self, bodies: Sequence[str], profile_key: bytes | None = None) -> dict[str, Any]:
        """The bodies under a profile key, which is sealed to the organisation."""
        key, own = self.hello()["organisation_key"], profile_key or secrets.token_bytes(32)
        public = rsa.RSAPublicNumbers(*(int.from_bytes(read(key["jwk"][name])) for name in "en")).public_key()
        padding = OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), label=None)
        return {
            "key_id": key["key_id"],
            "sealed_key": base64.b64encode(public.encrypt(own, padding)).decode(),
            "bodies": [seal_body(own, body.encode()) for body in bodies],
        }

    def hello(self, receipt: str = "") -> dict[str, Any]:
        answer = self.client.get(
            HELLO, query_string={"receipt": receipt}, headers=self.signed("GET", HELLO, b"")
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        said: dict[str, Any] = answer.get_json()
        return said

    def save(self, *contents: bytes) -> dict[str, Any]:
        """A rescue file of these pushes."""
        form = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        pushes = [
            {
                "path": PUSH,
                "headers": form | self.signed("POST", PUSH, content),
                "body": base64.b64encode(content).decode(),
            }
            for content in contents
        ]
        return {"noticing_rescue": 1, "made_at": now().isoformat(), "pushes": pushes}

    def save_loose(self, bodies: Sequence[str], *, sealed: bool = False) -> dict[str, Any]:
        """A rescue file of entries that are in no stream of this device: in one that is made for the file."""
        own_id, file_id = self.stream_id, make_id()
        enrolment = msgspec.json.encode(Enrolment(file_id, self.public_key(), "test"))
        vouched = {
            "path": STREAMS,
            "headers": {"Content-Type": "application/json"} | self.signed("POST", STREAMS, enrolment),
            "body": base64.b64encode(enrolment).decode(),
        }
        said = {"sealed": self.seal(bodies)} if sealed else {"bodies": list(bodies)}
        self.stream_id = file_id
        content = gzip.compress(json.dumps({"stream_id": file_id, "from_seq": 1} | said).encode())
        saved = self.save(content) | {"streams": [vouched]}
        self.stream_id = own_id
        return saved

    def content(self, bodies: Sequence[str], from_seq: int) -> bytes:
        clock = {
            "device_wall": now().astimezone().isoformat(timespec="milliseconds"),
            "device_elapsed_ms": 1000,
            "clock_session_id": self.clock_session_id,
            "round_trip_ms": None,
        }
        sent = {"stream_id": self.stream_id, "from_seq": from_seq, "clock": clock, "bodies": list(bodies)}
        return gzip.compress(json.dumps(sent).encode())

    def post(self, body: bytes, path: str = PUSH, **headers: str) -> TestResponse:
        sent = {"Content-Type": "application/json", "Content-Encoding": "gzip"} | self.signed(
            "POST", path, body
        )
        return self.client.post(path, data=body, headers=sent | headers)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.signed("GET", path, b""))

    def signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        nonce = secrets.token_urlsafe(12)
        text = f"{method}\n{path}\n{nonce}\n{hashlib.sha256(body).hexdigest()}".encode()
        r, s = decode_dss_signature(self.key.sign(text, ec.ECDSA(hashes.SHA256())))
        signature = write(r.to_bytes(32) + s.to_bytes(32))
        return {
            "Noticing-Stream": self.stream_id,
            "Noticing-Nonce": nonce,
            "Noticing-Signature": signature,
        }


class Visit:
    """One observation on a device: bodies in the order in which a coach makes them."""

    def __init__(self, device: Device, school: School, slug: str = "lesson-clarity", **said: Any) -> None:
        self.device, self.school, self.observation_id = device, school, make_id()
        protocol = latest(slug)
        assert protocol
        context = {
            "tenant_id": school.tenant_id,
            "school_id": school.school_id,
            "class_id": school.class_id,
            "observed_id": school.people["rivera"],
            "pairing_id": school.pairing_id,
            "channel": "coaching",
            "protocol_slug": protocol.slug,
            "protocol_version": protocol.version,
            "protocol_hash": protocol.hash,
            "agreed_items": ["goal_visible"],
            "students_present": 22,
            "purpose": "",
        }
        self.start = self.body("observation.started", context | said)

    def body(self, kind: str, payload: Any, item_key: str | None = None, **other: Any) -> str:
        return self.device.body(self.observation_id, kind, payload, item_key, **other)

    def mark(self, item_key: str = "goal_visible", minute: float = 1) -> str:
        return self.body("item.marked", {}, item_key, minute=minute)

    def line(self, text: str, minute: float = 1) -> str:
        return self.body("script.written", {"text": text, "speaker": "T"}, "heard", minute=minute)

    def finish(self, minute: float = 30) -> str:
        covers = [
            {"clock_session_id": self.device.clock_session_id, "through_ms": int(minute * 60_000), "count": 1}
        ]
        ended_at = (self.device.began + timedelta(minutes=minute)).isoformat(timespec="milliseconds")
        return self.body("observation.finished", {"ended_at": ended_at, "covers": covers}, minute=minute)

    def share(
        self, evidence: Sequence[str], strength: str = "3 of 3 students could say it.", version: int = 1
    ) -> str:
        feedback = {
            "version": version,
            "strengths": [{"text": strength, "evidence": list(evidence)}],
            "step": {
                "text": "Wait three seconds before calling on a student.",
                "try_when": "period 2",
                "see_hear": "more students finish a thought",
                "students_will": "explain their picture",
                "rehearsal": "",
                "look_again_on": None,
            },
            "questions": ["Is this what you thought was happening?"],
            "evidence": list(evidence),
            "protocol_title": "Lesson clarity",
        }
        return self.body("feedback.shared", feedback, minute=40)


def id_of(body: str) -> str:
    return str(json.loads(body)["entry_id"])


def changed(body: str, **other: Any) -> str:
    return json.dumps(json.loads(body) | other)


def running_hash(bodies: Sequence[str]) -> str:
    """As docs/sync-api.md says it, written once more and independently."""
    running = bytes(32)
    for body in bodies:
        running = hashlib.sha256(running + hashlib.sha256(body.encode()).digest()).digest()
    return running.hex()


def seal_body(key: bytes, body: bytes) -> str:
    iv = secrets.token_bytes(12)
    return base64.b64encode(iv + AESGCM(key).encrypt(iv, body, None)).decode()


def read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
