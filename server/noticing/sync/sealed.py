"""Opens what a locked device sends: bodies under its profile key, and that key sealed to the organisation.

What comes out are the very bytes that the device hashed, so that a retry in the clear is the same entry.
"""

import base64
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from noticing.entry_log.entry import read_claimed_author
from noticing.organisation_keys.keys import CannotOpen, open_profile_key
from noticing.problems import Problem
from noticing.sync.wire import Push, Sealed, SealedPieces

IV_BYTES = 12


@dataclass(frozen=True)
class Opened:
    """The bodies before the first that did not open, and the numbers of all that did not."""

    bodies: list[bytes]
    unsealable: list[int]


def open_bodies(tenant_id: str, person_id: str, push: Push) -> Opened:
    """What a push of this person carries, sealed or not. Raises Problem `seal-unknown` where the profile key does
    not open. What somebody else made is not opened for her: she may have it sealed from wherever it lay."""
    if push.sealed is None:
        return Opened([body.encode() for body in push.bodies or []], [])
    cipher = AESGCM(_profile_key(tenant_id, push.sealed))
    opened = [_open_text(cipher, person_id, body) for body in push.sealed.bodies]
    closed = [push.from_seq + place for place, body in enumerate(opened) if body is None]
    before = opened[: closed[0] - push.from_seq] if closed else opened
    return Opened([body for body in before if body is not None], closed)


def open_pieces(tenant_id: str, person_id: str, sealed: SealedPieces, raw: bytes) -> bytes | None:
    """The same of one body that came in pieces. None: it does not open, or is not hers."""
    return _open(AESGCM(_profile_key(tenant_id, sealed)), person_id, raw)


def _profile_key(tenant_id: str, sealed: Sealed | SealedPieces) -> bytes:
    try:
        return open_profile_key(tenant_id, sealed.key_id, base64.b64decode(sealed.sealed_key, validate=True))
    except (CannotOpen, ValueError):
        raise Problem("seal-unknown") from None


def _open_text(cipher: AESGCM, person_id: str, body: str) -> bytes | None:
    try:
        return _open(cipher, person_id, base64.b64decode(body, validate=True))
    except ValueError:
        return None


def _open(cipher: AESGCM, person_id: str, raw: bytes) -> bytes | None:
    try:
        opened = cipher.decrypt(raw[:IV_BYTES], raw[IV_BYTES:], None)
    except (InvalidTag, ValueError):  # ValueError: too short
        return None
    return opened if read_claimed_author(opened) in (None, person_id) else None
