"""Opens a photo that a locked device sends: under its profile key, which is sealed to the organisation.

With it comes the entry that names the photo, under the same key: it shows whose the photo is. Nothing is opened for
somebody else: she may have it sealed from wherever it lay.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from werkzeug.datastructures import Headers

from noticing.entry_log.entry import is_uuid
from noticing.organisation_keys.keys import CannotOpen, open_profile_key
from noticing.problems import Problem
from noticing.sync.sealed import IV_BYTES

OVERHEAD_BYTES = IV_BYTES + 16  # iv before, tag behind
NAMES_A_PHOTO = "photo.taken"
KEY_ID, SEALED_KEY, SEALED_ENTRY = "Noticing-Key-Id", "Noticing-Sealed-Key", "Noticing-Sealed-Entry"

Said = Mapping[str, str] | Headers


@dataclass(frozen=True)
class Seal:
    """The profile key as the device has it, sealed to the organisation's key `key_id`."""

    key_id: str
    sealed_key: bytes

    @property
    def name(self) -> str:
        """Tells what came under one profile key from what came under another."""
        return hashlib.sha256(self.key_id.encode() + self.sealed_key).hexdigest()[:16]

    def open(self, tenant_id: str) -> AESGCM:
        """Raises Problem `seal-unknown`."""
        try:
            return AESGCM(open_profile_key(tenant_id, self.key_id, self.sealed_key))
        except CannotOpen:
            raise Problem("seal-unknown") from None


def read_seal(headers: Said) -> Seal | None:
    """Under which key a photo comes; None where it comes opened."""
    if KEY_ID not in headers and SEALED_KEY not in headers:
        return None
    key_id = headers.get(KEY_ID, "")
    if not is_uuid(key_id):
        raise Problem("seal-unknown")
    return Seal(key_id, _read_base64(headers, SEALED_KEY))


def read_sealed_entry(headers: Said) -> bytes:
    return _read_base64(headers, SEALED_ENTRY)


class _Naming(msgspec.Struct):
    author_id: str
    kind: str
    payload: dict[str, Any]


def open_bytes(cipher: AESGCM, sealed: bytes) -> bytes | None:
    """None for what this key did not seal, or what was spoilt since."""
    try:
        return cipher.decrypt(sealed[:IV_BYTES], sealed[IV_BYTES:], None)
    except (InvalidTag, ValueError):  # ValueError: too short
        return None


def assert_hers(cipher: AESGCM, sealed_entry: bytes, person_id: str, sha256: str) -> None:
    """Raises Problem `photo-differs` where the entry does not open, or is not one of hers that names this photo.

    Her colleagues' replies lie under the same key, with whatever they wrote into them: an entry of another kind tells
    nothing.
    """
    body = open_bytes(cipher, sealed_entry)
    try:
        said = msgspec.json.decode(body or b"", type=_Naming)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem("photo-differs") from None
    if said.kind != NAMES_A_PHOTO or said.author_id != person_id or said.payload.get("sha256") != sha256:
        raise Problem("photo-differs")


def _read_base64(headers: Said, name: str) -> bytes:
    try:
        return base64.b64decode(headers.get(name, ""), validate=True)
    except ValueError:
        raise Problem("not-understood") from None
