"""What a tablet does with a photo: sends it in parts under its stream, and names it in an entry."""

import hashlib
from typing import Any
from urllib.parse import unquote

from werkzeug.test import TestResponse

from device import Device, Visit

CHUNK = 256 * 1024
JPEG = b"\xff\xd8\xff\xe0" + b"a wall of children's work, " * 30_000  # 0.8 MB, so that it needs four parts
ITEM = "work_shown"


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def path_of(sha256: str) -> str:
    return f"/api/v1/sync/photos/{sha256}"


def ask(device: Device, sha256: str) -> TestResponse:
    path = path_of(sha256)
    return device.client.head(path, headers=device.signed("HEAD", unquote(path), b""))


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


def take(visit: Visit, content: bytes = JPEG, minute: float = 2, **said: Any) -> str:
    """The entry that names a photo."""
    payload = {"sha256": sha256_of(content), "alt": "Four posters on a wall", "names_covered": True}
    return visit.body("photo.taken", payload | said, ITEM, minute=minute)
