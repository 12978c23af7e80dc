"""A device that compares its entries with the server's, and a hand that spoils the server's copy."""

import gzip
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask

from device import Device
from noticing.database import db

VERIFY, CHUNK = "/api/v1/sync/verify", "/api/v1/sync/chunk"


def xor_of(bodies: Sequence[str]) -> str:
    """As docs/sync-api.md says it, written once more and independently."""
    mixed = bytes(32)
    for body in bodies:
        digest = hashlib.sha256(body.encode()).digest()
        mixed = bytes(one ^ other for one, other in zip(mixed, digest, strict=True))
    return mixed.hex()


def held(bodies: Sequence[str], from_seq: int = 1) -> dict[str, Any]:
    through = from_seq + len(bodies) - 1
    return {"from_seq": from_seq, "through_seq": through, "count": len(bodies), "xor": xor_of(bodies)}


def ask(device: Device, path: str, **content: Any) -> dict[str, Any]:
    sent = {"stream_id": device.stream_id} | content
    response = device.post(gzip.compress(json.dumps(sent).encode()), path)
    return dict(response.get_json()) | {"status": response.status_code}


def verify(device: Device, *ranges: dict[str, Any], **other: Any) -> list[dict[str, Any]]:
    answer = ask(device, VERIFY, ranges=list(ranges), **other)
    assert answer["status"] == 200, answer
    found: list[dict[str, Any]] = answer["ranges"]
    return found


def agrees(device: Device, bodies: Sequence[str]) -> bool:
    return bool(verify(device, held(bodies))[0]["agrees"])


def repair(device: Device, bodies: Sequence[str], from_seq: int = 1) -> dict[str, Any]:
    sent = json.loads(gzip.decompress(device.content(bodies, from_seq))) | {"repairs": True}
    response = device.post(gzip.compress(json.dumps(sent).encode()))
    assert response.status_code == 200, response.get_data(as_text=True)
    answer: dict[str, Any] = response.get_json()
    return answer


def spoil(app: Flask, statement: str, **values: Any) -> None:
    """Change the database behind the server's back."""
    with app.app_context(), db.engine.begin() as connection:
        assert connection.execute(sa.text(statement), values).rowcount == 1, statement


def read(app: Flask, statement: str, **values: Any) -> list[Any]:
    with app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(sa.text(statement), values))
