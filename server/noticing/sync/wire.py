"""The shapes of the conversation. `docs/sync-api.md` tells it; tests/wire/*.json hold both languages to it."""

from typing import Annotated, Any, Literal

import msgspec

from noticing.entry_log.entry import Short, Uuid

MAX_ENTRIES = 1000
MAX_COMPRESSED_BYTES = 256 * 1024  # what a device aims at; the door itself takes up to 4 MB
MAX_CHUNK_BYTES = 8 * 1024
MAX_CHUNKED_BYTES = 4 * 1024 * 1024
LAST_SEQ = 2**53 - 1
VERSIONS = [1]

Seq = Annotated[int, msgspec.Meta(ge=1, le=LAST_SEQ)]
Coordinate = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$")]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]
Size = Annotated[int, msgspec.Meta(ge=0, le=MAX_CHUNKED_BYTES)]
Range = Annotated[list[int], msgspec.Meta(min_length=2, max_length=2)]  # first and last, both included


Reading = Literal["open", "ended"]  # ended: the device forgets what it may read, and goes on delivering


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


class OrganisationKey(msgspec.Struct, frozen=True):
    """The public key to which devices seal: RSA-OAEP with SHA-256."""

    key_id: str
    jwk: dict[str, str]


class Enrolled(msgspec.Struct, frozen=True):
    stream_id: str
    organisation_key: OrganisationKey


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
    reading: Reading
    organisation_key: OrganisationKey


class ClockSample(msgspec.Struct, frozen=True, omit_defaults=True):
    """The device's two clocks at the moment of sending, and the last exchange of the same clock session.

    `server_time`: as the last answer said it; `asked_*`: the clocks when its request was sent; `round_trip_ms`: from
    then until the answer was there. Before 0.2 only the round trip was told.
    """

    device_wall: Short
    device_elapsed_ms: int | float
    clock_session_id: Short
    round_trip_ms: int | float | None = None
    server_time: Short | None = None
    asked_wall: Short | None = None
    asked_elapsed_ms: int | float | None = None


class Sealed(msgspec.Struct, frozen=True):
    """The same bodies under a profile key: base64 of iv and AES-256-GCM each; the key sealed to `key_id`."""

    key_id: Uuid
    sealed_key: str
    bodies: list[str]


class Push(msgspec.Struct, frozen=True, omit_defaults=True):
    """`bodies[i]` is entry `from_seq + i` of the stream, as the text that was made and hashed; or all are sealed."""

    stream_id: Uuid
    from_seq: Seq
    bodies: list[str] | None = None
    clock: ClockSample | None = None
    sealed: Sealed | None = None
    repairs: bool = False  # compare with what is stored byte for byte, and mend that

    def __post_init__(self) -> None:
        if (self.bodies is None) == (self.sealed is None):
            raise ValueError("either bodies or sealed - at `$.bodies`")

    def count(self) -> int:
        return len(self.sealed.bodies if self.sealed else self.bodies or [])


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
    reading: Reading
    unsealable: list[int]  # sealed bodies that did not open; nothing from the first of them on was appended
    receipt: str  # sync/receipts.py: the device shows it at its next hello


class RangeHeld(msgspec.Struct, frozen=True):
    """What a device has of its entries from … through: how many, and the XOR of the SHA-256 of each body, in hex."""

    from_seq: Seq
    through_seq: Seq
    count: Annotated[int, msgspec.Meta(ge=0)]
    xor: Sha256


class Verify(msgspec.Struct, frozen=True):
    stream_id: Uuid
    ranges: list[RangeHeld] = []
    photos: list[Sha256] = []


class RangeFound(msgspec.Struct, frozen=True):
    from_seq: int
    through_seq: int
    count: int
    xor: str
    agrees: bool


class PhotoFound(msgspec.Struct, frozen=True):
    sha256: str
    is_here: bool


class Verified(msgspec.Struct, frozen=True):
    server_epoch: str
    ranges: list[RangeFound]
    photos: list[PhotoFound]


class SealedPieces(msgspec.Struct, frozen=True):
    """The key as in `Sealed`. `sha256` is that of the sealed bytes: iv and AES-256-GCM, no base64."""

    key_id: Uuid
    sealed_key: str
    sha256: Sha256


class Chunk(msgspec.Struct, frozen=True, omit_defaults=True):
    """The bytes from `offset` of an entry that does not get through whole. `sha256` and `size` are its body's; of one
    that lies sealed they are those of the sealed bytes, and the hash stands in `sealed`."""

    stream_id: Uuid
    stream_seq: Seq
    size: Size
    offset: Size
    chunk: Annotated[bytes, msgspec.Meta(max_length=MAX_CHUNK_BYTES)]
    sha256: Sha256 | None = None
    sealed: SealedPieces | None = None

    def __post_init__(self) -> None:
        if (self.sha256 is None) == (self.sealed is None):
            raise ValueError("either sha256 or sealed - at `$.sha256`")

    def whole_hash(self) -> bytes:
        return bytes.fromhex(self.sealed.sha256 if self.sealed else str(self.sha256))


class ChunkAnswer(msgspec.Struct, frozen=True):
    received_through: int
    push: PushAnswer | None


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
    """What the device itself made of it is to be shown no more; the rest it does not have, after the `reset`."""

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
