"""The shapes of the conversation. `docs/sync-api.md` tells it; tests/wire/*.json hold both languages to it."""

from typing import Annotated, Any, Literal

import msgspec

from noticing.entry_log.entry import Short, Uuid

MAX_ENTRIES = 1000
MAX_COMPRESSED_BYTES = 256 * 1024  # what a device aims at; the door itself takes up to 4 MB
LAST_SEQ = 2**53 - 1
VERSIONS = [1]

Seq = Annotated[int, msgspec.Meta(ge=1, le=LAST_SEQ)]
Coordinate = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$")]
Range = Annotated[list[int], msgspec.Meta(min_length=2, max_length=2)]  # first and last, both included


class PublicKey(msgspec.Struct, frozen=True):
    """A JWK of an ECDSA key on P-256; other members are not kept."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate


class Enrolment(msgspec.Struct, frozen=True):
    stream_id: Uuid
    public_key: PublicKey
    device_label: Short = ""


class Enrolled(msgspec.Struct, frozen=True):
    stream_id: str


class Me(msgspec.Struct, frozen=True):
    person_id: str
    display_name: str
    tenant_id: str
    tenant_name: str
    roles: list[str]
    csrf_token: str
    server_epoch: str
    server_time: str


class Limits(msgspec.Struct, frozen=True):
    max_entries: int = MAX_ENTRIES
    max_bytes: int = MAX_COMPRESSED_BYTES


class Hello(msgspec.Struct, frozen=True):
    server_time: str
    server_epoch: str
    versions: list[int]
    limits: Limits
    acknowledged_through: int
    acknowledged_hash: str


class ClockSample(msgspec.Struct, frozen=True):
    """The device's two clocks at the moment of sending."""

    device_wall: Short
    device_elapsed_ms: int | float
    clock_session_id: Short
    round_trip_ms: int | float | None = None


class Push(msgspec.Struct, frozen=True):
    """`bodies[i]` is entry `from_seq + i` of the stream, as the text that was made and hashed."""

    stream_id: Uuid
    from_seq: Seq
    bodies: list[str]
    clock: ClockSample | None = None


class SetAside(msgspec.Struct, frozen=True):
    stream_seq: int
    entry_id: str
    code: str
    text: str


class Fork(msgspec.Struct, frozen=True):
    stream_seq: int


class PushAnswer(msgspec.Struct, frozen=True):
    acknowledged_through: int
    acknowledged_hash: str
    ranges_beyond: list[Range]
    set_aside: list[SetAside]
    fork: Fork | None
    wanted_photos: list[str]
    changes_waiting: bool
    server_epoch: str
    server_time: str


class EntryItem(msgspec.Struct, frozen=True, tag_field="what", tag="entry"):
    stream_id: str
    stream_seq: int
    body: str


class RowItem(msgspec.Struct, frozen=True, tag_field="what", tag="row"):
    room: str
    id: str
    row: dict[str, Any]


class GrantedItem(msgspec.Struct, frozen=True, tag_field="what", tag="granted"):
    subject_kind: str
    subject_id: str


class WithdrawnItem(msgspec.Struct, frozen=True, tag_field="what", tag="withdrawn"):
    """Agreed but not sent by this release, whose answer to a withdrawal is `reset`; devices understand it already."""

    subject_kind: str
    subject_id: str


class SetAsideItem(msgspec.Struct, frozen=True, tag_field="what", tag="set_aside"):
    stream_id: str
    stream_seq: int
    entry_id: str
    code: str
    text: str


Item = EntryItem | RowItem | GrantedItem | WithdrawnItem | SetAsideItem


class Changes(msgspec.Struct, frozen=True):
    server_epoch: str
    cursor: str
    more: bool
    reset: bool
    items: list[Item]


class ProblemShape(msgspec.Struct, frozen=True):
    """RFC 9457; `code` is permanent."""

    type: str
    code: str
    status: int
    title: str
    detail: str
    errors: dict[str, list[str]] | None = None


ProblemShape.__name__ = "Problem"
