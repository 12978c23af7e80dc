"""A tablet without a screen: makes entries, signs and pushes them through the same door as every other."""

import base64
import gzip
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from flask import Flask

from noticing import __version__
from noticing.accounts.people import actor_of
from noticing.clock import make_id, make_random_id
from noticing.entry_log.entry import SALT_BYTES, make_body
from noticing.sync.enrol import enrol
from noticing.sync.stream_key import text_to_sign
from noticing.sync.wire import Enrolment, PublicKey

PUSH = "/api/v1/sync/push"


class DemoTablet:
    """Of one person. `begin` opens a page life; `note` makes an entry; `push` sends what was made."""

    def __init__(self, app: Flask, person_id: str) -> None:
        self.app, self.person_id = app, person_id
        self.stream_id = make_id()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.bodies: list[str] = []
        self.acknowledged_through = 0
        self.clock_session_id = make_random_id()
        self.began: datetime | None = None
        enrol(actor_of(person_id), Enrolment(self.stream_id, self._public_key(), "Demo tablet"))

    def begin(self, at: datetime) -> None:
        self.clock_session_id, self.began = make_random_id(), at

    def note(
        self,
        at: datetime,
        subject_id: str,
        kind: str,
        payload: Mapping[str, Any],
        item_key: str | None = None,
        replaces: Sequence[str] = (),
    ) -> str:
        """Make an entry of what happened `at`; returns its id."""
        entry_id = make_id_at(at)
        body = make_body(
            entry_id=entry_id,
            author_id=self.person_id,
            subject_id=subject_id,
            kind=kind,
            item_key=item_key,
            payload=payload,
            replaces=replaces,
            at=at.isoformat(timespec="milliseconds"),
            elapsed_ms=self.elapsed_ms(at),
            clock_session_id=self.clock_session_id,
            app_version=__version__,
            salt=secrets.token_bytes(SALT_BYTES),
        )
        self.bodies.append(body)
        return entry_id

    def elapsed_ms(self, at: datetime) -> int:
        return round((at - (self.began or at)).total_seconds() * 1000)

    def push(self) -> dict[str, Any]:
        """Send everything that has no check yet; raises if the server does not take it as it is."""
        sent = self.bodies[self.acknowledged_through :]
        content = {"stream_id": self.stream_id, "from_seq": self.acknowledged_through + 1, "bodies": sent}
        body, nonce = gzip.compress(msgspec.json.encode(content)), secrets.token_urlsafe(12)
        response = self.app.test_client().post(
            PUSH,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
                "Noticing-Stream": self.stream_id,
                "Noticing-Nonce": nonce,
                "Noticing-Signature": self._sign(text_to_sign("POST", PUSH, nonce, body)),
            },
        )
        answer: dict[str, Any] = response.get_json(force=True)
        if response.status_code != 200 or answer["set_aside"]:
            raise RuntimeError(f"the demo's entries were not accepted: {answer}")
        self.acknowledged_through = answer["acknowledged_through"]
        return answer

    def _public_key(self) -> PublicKey:
        numbers = self.key.public_key().public_numbers()
        return PublicKey("EC", "P-256", _write(numbers.x.to_bytes(32)), _write(numbers.y.to_bytes(32)))

    def _sign(self, text: bytes) -> str:
        r, s = decode_dss_signature(self.key.sign(text, ec.ECDSA(hashes.SHA256())))
        return _write(r.to_bytes(32) + s.to_bytes(32))


def make_id_at(at: datetime) -> str:
    """A UUIDv7 of an earlier time, as the tablet would have made it then."""
    milliseconds = round(at.timestamp() * 1000)
    digits = f"{milliseconds:012x}7{secrets.randbits(12):03x}{0b10 << 62 | secrets.randbits(62):016x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
