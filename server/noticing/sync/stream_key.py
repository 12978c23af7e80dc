"""Recognises the device that signed a request: ECDSA on P-256 over method, path, nonce and the body as it was sent."""

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from flask import Request, g
from werkzeug.datastructures import Headers

from noticing.accounts.policy import Device
from noticing.database import db
from noticing.entry_log.entry import is_uuid
from noticing.entry_log.streams import StreamState, find_stream
from noticing.problems import Problem
from noticing.sync.request_body import read_bytes
from noticing.sync.wire import PublicKey

MAX_NONCE_LENGTH = 128
SIGNATURE_BYTES = 64  # r and s, 32 bytes each


def recognise(request: Request) -> Device | None:
    """The device that signed; None where a request does not claim to be signed. Raises Problem otherwise."""
    if "Noticing-Signature" not in request.headers:
        return None
    stream = find_signer(request.method, request.path, request.headers, read_bytes(request))
    g.signing_stream = stream
    return Device(stream.tenant_id, stream.person_id, is_signed=True)


def find_signer(method: str, path: str, headers: Mapping[str, str] | Headers, body: bytes) -> StreamState:
    """The stream whose key signed this. Raises Problem `signature-wrong` or `stream-unknown`."""
    nonce, stream_id = headers.get("Noticing-Nonce", ""), headers.get("Noticing-Stream", "")
    if not (0 < len(nonce) <= MAX_NONCE_LENGTH and is_uuid(stream_id)):
        raise Problem("signature-wrong")
    stream = find_stream(db.session(), stream_id)
    if stream is None:
        raise Problem("stream-unknown")
    signature, signed = headers.get("Noticing-Signature", ""), text_to_sign(method, path, nonce, body)
    if stream.public_key is None or not is_signed(stream.public_key, signature, signed):
        raise Problem("signature-wrong")
    return stream


def signing_stream() -> StreamState | None:
    """The stream whose key signed this request, as it stood then, or None where a session vouches for it."""
    found: StreamState | None = g.get("signing_stream")
    return found


def signing_stream_id() -> str | None:
    signer = signing_stream()
    return signer.stream_id if signer else None


def text_to_sign(method: str, path: str, nonce: str, body: bytes) -> bytes:
    return f"{method}\n{path}\n{nonce}\n{hashlib.sha256(body).hexdigest()}".encode()


def is_on_curve(key: PublicKey) -> bool:
    """Whether a JWK is a point of P-256 at all."""
    try:
        _load(key.x, key.y)
    except ValueError:
        return False
    return True


def is_signed(public_key: dict[str, str], signature: str, text: bytes) -> bool:
    """Whether the key of this JWK signed `text`; `signature` is base64url of r and s."""
    try:
        raw = _decode(signature)
        if len(raw) != SIGNATURE_BYTES:
            return False
        r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
        key = _load(public_key["x"], public_key["y"])
        key.verify(encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=4096)
def _load(x: str, y: str) -> ec.EllipticCurvePublicKey:
    point = ec.EllipticCurvePublicNumbers(
        int.from_bytes(_decode(x)), int.from_bytes(_decode(y)), ec.SECP256R1()
    )
    return point.public_key()


def _decode(text: str) -> bytes:
    """base64url without padding; ValueError for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
