"""One entry: reading a body and checking its shape. Pure; nothing here asks a database or a clock."""

import hashlib
import re
from datetime import datetime
from typing import Annotated, Any, TypeGuard
from uuid import UUID

import msgspec

ENTRY_SCHEMA = 1
MAX_PAYLOAD_BYTES = 32 * 1024
MAX_BODY_BYTES = MAX_PAYLOAD_BYTES + 4 * 1024

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


class _Claim(msgspec.Struct):
    """What an unreadable body still tells about itself."""

    entry_id: Uuid


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_decode_entry = msgspec.json.Decoder(Entry).decode
_decode_claim = msgspec.json.Decoder(_Claim).decode
_UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError)  # ValueError: numbers of thousands of digits


def parse_body(body: bytes) -> Entry:
    """The entry in a body; raises Unreadable."""
    if len(body) > MAX_BODY_BYTES:
        raise Unreadable("too-long")
    try:
        entry = _decode_entry(body)
    except _UNREADABLE as fault:
        raise Unreadable("not-an-entry") from fault
    if entry.entry_schema != ENTRY_SCHEMA:
        raise Unreadable("newer-entry-schema")
    if not (_is_time(entry.occurred_at) and _is_time(entry.entered_at)):
        raise Unreadable("time-unreadable")
    if len(body) > MAX_PAYLOAD_BYTES and len(msgspec.json.encode(entry.payload)) > MAX_PAYLOAD_BYTES:
        raise Unreadable("too-long")
    return entry


def read_claimed_id(body: bytes) -> str | None:
    """The entry_id that a body gives itself, where it has a readable one."""
    try:
        return _decode_claim(body).entry_id
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


def read_instant(text: str) -> datetime:
    """The instant of a device's time such as "2026-11-12T09:05:12.345-05:00"; ValueError if it is none."""
    if not _TIME.fullmatch(text):
        raise ValueError("not a time of the form 2026-11-12T09:05:12.345-05:00")
    return datetime.fromisoformat(text)


# Years from 1000 to 2999: a wrong clock is welcome, but its time must lie in the calendar in UTC too.
_TIME = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _is_time(text: str) -> bool:
    try:
        read_instant(text)
    except ValueError:
        return False
    return True
