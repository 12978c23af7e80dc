"""What a tablet does with a photo: sends it in parts under its stream, and names it in an entry."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from flask import Flask
from werkzeug.test import TestResponse

from device import Device, Visit, seal_body
from noticing.config import Config
from noticing.photos.shelf import shelf
from school import School

CHUNK = 256 * 1024
JPEG = b"\xff\xd8\xff\xe0" + b"a wall of children's work, " * 30_000  # 0.8 MB, so that it needs four parts
ITEM = "work_shown"
SHA = hashlib.sha256(JPEG).hexdigest()


def config_of(app: Flask) -> Config:
    config: Config = app.config["NOTICING"]
    return config


def partials_of(app: Flask, device: Device) -> list[Path]:
    return sorted((config_of(app).data_dir / "photos-partial" / device.stream_id).glob("*"))


def stored(app: Flask, school: School, sha256: str = SHA) -> bytes | None:
    with app.app_context():
        return shelf().read(school.tenant_id, sha256)


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def path_of(sha256: str) -> str:
    return f"/api/v1/sync/photos/{sha256}"


def ask(device: Device, sha256: str, **headers: str) -> TestResponse:
    path = path_of(sha256)
    return device.client.head(path, headers=device.signed("HEAD", unquote(path), b"") | headers)


def send_part(device: Device, content: bytes, offset: int, size: int = CHUNK, **headers: str) -> TestResponse:
    """A part of `content`, announced under its own hash unless `sha256` is among the headers."""
    path = path_of(headers.pop("sha256", sha256_of(content)))
    chunk = content[offset : offset + size]
    said = {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
        "Upload-Length": str(len(content)),
    }
    sent = said | device.signed("PATCH", unquote(path), chunk) | headers
    return device.client.patch(path, data=chunk, headers=sent)


def send(device: Device, content: bytes) -> TestResponse:
    """The whole of it, from where the server stands; the last answer."""
    answer = ask(device, sha256_of(content))
    while answer.headers["Noticing-Photo"] != "complete":
        answer = send_part(device, content, int(answer.headers["Upload-Offset"]))
        assert answer.status_code == 204, answer.text
    return answer


@dataclass(frozen=True)
class SealedPhoto:
    """A photo as it lies on a tablet: its bytes and the entry that names it under one profile key."""

    sha256: str
    lies: bytes
    headers: Mapping[str, str]


def seal(device: Device, content: bytes, entry: str, key: bytes = b"k" * 32) -> SealedPhoto:
    sealed = device.seal([entry], key)
    headers = {
        "Noticing-Key-Id": sealed["key_id"],
        "Noticing-Sealed-Key": sealed["sealed_key"],
        "Noticing-Sealed-Entry": sealed["bodies"][0],
    }
    return SealedPhoto(sha256_of(content), base64.b64decode(seal_body(key, content)), headers)


def send_sealed(device: Device, photo: SealedPhoto) -> TestResponse:
    """The whole of it, from where the server stands; the last answer."""
    answer = ask(device, photo.sha256, **photo.headers)
    while answer.status_code < 300 and answer.headers["Noticing-Photo"] != "complete":
        offset = int(answer.headers["Upload-Offset"])
        answer = send_part(device, photo.lies, offset, sha256=photo.sha256, **photo.headers)
    return answer


def save_photo(device: Device, content: bytes, sha256: str | None = None, **headers: str) -> dict[str, Any]:
    """As a rescue file carries it: whole, and signed at once."""
    path = path_of(sha256 or sha256_of(content))
    said = device.signed("PATCH", path, content) | headers
    return {"path": path, "headers": said, "body": base64.b64encode(content).decode()}


def declare_lost(device: Device, sha256: str) -> TestResponse:
    path = f"{path_of(sha256)}/lost"
    return device.client.post(path, headers=device.signed("POST", path, b""))


def take(visit: Visit, content: bytes = JPEG, minute: float = 2, **said: Any) -> str:
    """The entry that names a photo."""
    payload = {"sha256": sha256_of(content), "alt": "Four posters on a wall", "names_covered": True}
    return visit.body("photo.taken", payload | said, ITEM, minute=minute)
