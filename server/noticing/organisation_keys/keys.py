"""Making, handing out and using the key pairs. The newest is handed out; the older ones still open."""

import base64
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import cast

import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP

from noticing.clock import make_id
from noticing.database import db, writing
from noticing.organisation_keys.files import file_of, read_private, write_private
from noticing.organisation_keys.models import OrganisationKey

BITS = 3072
PROFILE_KEY_BYTES = 32
MOST_CACHED = 512  # profile keys; a push an hour of a thousand tablets opens none of them twice a minute


_keys = cast("sa.Table", OrganisationKey.__table__)
_NEWEST_FIRST = (
    sa.select(_keys.c.key_id, _keys.c.jwk)
    .where(_keys.c.tenant_id == sa.bindparam("tenant_id"))
    .order_by(_keys.c.key_id.desc())
)


class CannotOpen(Exception):
    """There is no such key here, or it does not open what was sealed."""


@dataclass(frozen=True)
class PublicPart:
    """What a device seals to: `jwk` is RSA-OAEP with SHA-256."""

    key_id: str
    jwk: dict[str, str]


def newest_key(tenant_id: str) -> PublicPart:
    """The key to seal to; one is made where there is none whose private part is here. Not inside `writing()`.

    Two processes that find none make one each: both open, the newer one is handed out.
    """
    return _newest_usable(tenant_id) or add_key(tenant_id)


def add_key(tenant_id: str) -> PublicPart:
    """A further pair, which is handed out from now on. What was sealed to the older ones can still be opened."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    part = PublicPart(make_id(), _jwk_of(pair.public_key()))
    write_private(
        tenant_id, part.key_id, pair
    )  # first: a key without its row harms nobody, a row without it does
    with writing(tenant_id) as session:
        session.add(OrganisationKey(key_id=part.key_id, tenant_id=tenant_id, jwk=part.jwk))
    return part


def missing_keys() -> list[tuple[str, str]]:
    """(tenant_id, key_id) of those whose private part is not here: what was sealed to them cannot be opened."""
    rows = db.session.execute(sa.select(OrganisationKey.tenant_id, OrganisationKey.key_id))
    return [(row.tenant_id, row.key_id) for row in rows if read_private(row.tenant_id, row.key_id) is None]


def open_profile_key(tenant_id: str, key_id: str, sealed: bytes) -> bytes:
    """The profile key that a device sealed; raises CannotOpen. The last few hundred are remembered."""
    place = (tenant_id, key_id, hashlib.sha256(sealed).digest())
    with _lock:
        if place in _opened:
            _opened.move_to_end(place)
            return _opened[place]
    profile_key = _open(tenant_id, key_id, sealed)
    with _lock:
        _opened[place] = profile_key
        while len(_opened) > MOST_CACHED:
            _opened.popitem(last=False)
    return profile_key


_opened: OrderedDict[tuple[str, str, bytes], bytes] = OrderedDict()
_lock = Lock()


def _open(tenant_id: str, key_id: str, sealed: bytes) -> bytes:
    row = db.session.get(OrganisationKey, key_id)
    private = read_private(tenant_id, key_id) if row and row.tenant_id == tenant_id else None
    if private is None:
        raise CannotOpen
    try:
        opened = private.decrypt(sealed, OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), label=None))
    except ValueError:
        raise CannotOpen from None
    if len(opened) != PROFILE_KEY_BYTES:
        raise CannotOpen
    return opened


def _newest_usable(tenant_id: str) -> PublicPart | None:
    for key_id, jwk in db.session.execute(_NEWEST_FIRST, {"tenant_id": tenant_id}):
        if file_of(tenant_id, key_id).is_file():
            return PublicPart(key_id, jwk)
    return None


def _jwk_of(key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {
        "kty": "RSA",
        "alg": "RSA-OAEP-256",
        "n": _write(numbers.n),
        "e": _write(numbers.e),
    }


def _write(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
