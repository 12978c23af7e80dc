"""One entry: reading a body and checking its shape. Pure; nothing here asks a database or a clock."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeGuard
from uuid import UUID

import msgspec

from noticing.instants import is_instant

ENTRY_SCHEMA = 1
MAX_PAYLOAD_BYTES = 32 * 1024
SALT_BYTES = 8
MAX_BODY_BYTES = MAX_PAYLOAD_BYTES + 4 * 1024
MAX_DEPTH = 32  # of lists and objects in a payload; ours have 4, and recursion ends somewhere past 900

Uuid = Annotated[
    str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", min_length=36, max_length=36)
]
KindName = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=64)]
Word = Annotated[str, msgspec.Meta(pattern="^[a-z_]+$", max_length=32)]
Short = Annotated[str, msgspec.Meta(max_length=200)]


class Entry(msgspec.Struct, frozen=True):
    """One immutable, timed piece of evidence or a correction of one. Times are the device's wall clock."""

    entry_id: Uuid
    author_id: Uuid
    subject_kind: Word
    subject_id: Uuid
    kind: KindName
    item_key: Short | None
    payload: dict[str, Any]
    replaces: list[Uuid]
    occurred_at: Short
    entered_at: Short
    elapsed_ms: int
    clock_session_id: Uuid
    app_version: Short
    entry_schema: int
    salt: Short


class Unreadable(Exception):
    """The body is text, but not an entry; `code` is the set-aside code that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Lost(msgspec.Struct):
    """What a device sends in the place of an entry that it can no longer read."""

    lost: Literal[True]
    stream_seq: Annotated[int, msgspec.Meta(ge=1)]
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None  # None: not even that is known


class _Claim(msgspec.Struct):
    """What an unreadable body still tells about itself."""

    entry_id: Uuid


class _Author(msgspec.Struct):
    author_id: Uuid


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_decode_entry = msgspec.json.Decoder(Entry).decode
_decode_claim = msgspec.json.Decoder(_Claim).decode
_decode_author = msgspec.json.Decoder(_Author).decode
_decode_lost = msgspec.json.Decoder(_Lost).decode
_UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError)  # ValueError: numbers of thousands of digits


def parse_body(body: bytes) -> Entry:
    """The entry in a body; raises Unreadable."""
    if len(body) > MAX_BODY_BYTES:
        raise Unreadable("too-long")
    try:
        entry = _decode_entry(body)
    except _UNREADABLE as fault:
        raise Unreadable("lost-on-device" if _is_lost(body) else "not-an-entry") from fault
    if entry.entry_schema != ENTRY_SCHEMA:
        raise Unreadable("newer-entry-schema")
    if not (is_instant(entry.occurred_at) and is_instant(entry.entered_at)):
        raise Unreadable("time-unreadable")
    if len(body) > MAX_PAYLOAD_BYTES and len(msgspec.json.encode(entry.payload)) > MAX_PAYLOAD_BYTES:
        raise Unreadable("too-long")
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deeper(entry.payload, MAX_DEPTH):
        raise Unreadable("too-deep")
    return entry


def _is_lost(body: bytes) -> bool:
    try:
        _decode_lost(body)
    except _UNREADABLE:
        return False
    return True


def _is_deeper(value: Any, most: int) -> bool:
    layer = [value]
    for _ in range(most):
        nested = [each for each in layer if isinstance(each, (list, dict))]
        layer = [inner for each in nested for inner in (each.values() if isinstance(each, dict) else each)]
    return any(isinstance(each, (list, dict)) for each in layer)


def make_body(
    *,
    entry_id: str,
    author_id: str,
    subject_id: str,
    kind: str,
    payload: Mapping[str, Any],
    at: str,
    clock_session_id: str,
    app_version: str,
    salt: bytes,
    elapsed_ms: int = 0,
    item_key: str | None = None,
    replaces: Sequence[str] = (),
) -> str:
    """The body of an entry about an observation, entered when it happened. The only maker on this side of the wire."""
    entry = Entry(
        entry_id=entry_id,
        author_id=author_id,
        subject_kind="observation",
        subject_id=subject_id,
        kind=kind,
        item_key=item_key,
        payload=dict(payload),
        replaces=list(replaces),
        occurred_at=at,
        entered_at=at,
        elapsed_ms=elapsed_ms,
        clock_session_id=clock_session_id,
        app_version=app_version,
        entry_schema=ENTRY_SCHEMA,
        salt=base64.urlsafe_b64encode(salt).decode().rstrip("="),
    )
    return msgspec.json.encode(entry).decode()


def read_claimed_id(body: bytes) -> str | None:
    """The entry_id that a body gives itself, where it has a readable one."""
    try:
        return _decode_claim(body).entry_id
    except _UNREADABLE:
        return None


def read_claimed_author(body: bytes) -> str | None:
    """The author whom a body names, where it names one readably."""
    try:
        return _decode_author(body).author_id
    except _UNREADABLE:
        return None


def is_uuid(value: Any) -> TypeGuard[str]:
    """Whether a value is an id in its canonical, lower-case text: the only form that the database takes."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def hash_body(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def make_stand_in_id(person_id: str, body_hash: bytes) -> str:
    """An id for a body whose own cannot be taken: always the same for the same account and bytes."""
    digest = hashlib.sha256(person_id.encode() + body_hash).digest()
    return str(UUID(bytes=digest[:16]))
