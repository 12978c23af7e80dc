"""Takes a photo in parts: on the disk before each answer, under the own stream only, verified by its hash at the end.

A photo that came by another stream is none to this one, so that nobody learns what somebody else has sent. One that
comes sealed is collected as it comes, opened when it is whole, and kept as what was hashed.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from flask import current_app
from obstore.exceptions import BaseError

from noticing.clock import now
from noticing.config import Config
from noticing.database import db, writing
from noticing.entry_log.streams import StreamState, charge_revoked, is_charged
from noticing.photos import holdings, partials
from noticing.photos.partials import Partial
from noticing.photos.sealed import OVERHEAD_BYTES, Seal, open_bytes
from noticing.photos.shelf import shelf
from noticing.problems import Problem

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_CHUNK_BYTES = 256 * 1024
STALE_AFTER = timedelta(days=30)

journey = logging.getLogger("noticing.journey")


@dataclass(frozen=True)
class PhotoStanding:
    """How far a photo has come in a stream; `length` once it is known."""

    state: Literal["complete", "partial", "none"]
    offset: int = 0
    length: int | None = None


class OffsetWrong(Exception):
    """The device believes that another part has come; `standing` says what has."""

    def __init__(self, standing: PhotoStanding) -> None:
        super().__init__()
        self.standing = standing


def look(stream: StreamState, sha256: str, seal: Seal | None = None) -> PhotoStanding:
    """Where the photo stands. One that is whole, but was cut off before it was settled, is settled now."""
    with _kept():
        complete = _find_complete(stream, sha256)
        folder = _folder_of(stream)
        if complete or not folder.is_dir():
            return complete or PhotoStanding("none")
        with partials.locked(folder):
            partial = partials.find(folder, _name_of(sha256, seal))
            if partial is None:
                return PhotoStanding("none")
            if not partial.is_whole:
                return PhotoStanding("partial", partial.offset, partial.length)
            try:
                return _settle(stream, sha256, partial, seal)
            except Problem as problem:
                if problem.code != "photo-differs":
                    raise
                return PhotoStanding("none")


def take_chunk(
    stream: StreamState, sha256: str, offset: int, length: int, chunk: bytes, seal: Seal | None = None
) -> PhotoStanding:
    """Append a chunk. Raises OffsetWrong, and Problem `photo-differs` where all has come and is something else."""
    with _kept():
        complete = _find_complete(stream, sha256)
        if complete:
            return complete
        is_awaited, folder = _is_awaited(stream, sha256), _folder_of(stream)
        with partials.locked(folder):
            partial = _partial_for(folder, _name_of(sha256, seal), offset, length)
            if chunk and not is_awaited:
                with writing(stream.tenant_id) as session:
                    charge_revoked(session, stream, 0, len(chunk))
            if chunk:
                partials.append(partial, chunk)
            if partial.is_whole:
                return _settle(stream, sha256, partial, seal)
            return PhotoStanding("partial", partial.offset, length)


def take_whole(stream: StreamState, sha256: str, content: bytes, seal: Seal | None = None) -> bool:
    """All of it at once, from where it stands. False: it was here already. Raises the same Problems."""
    if len(content) > most_bytes(seal):
        raise Problem("photo-too-large")
    standing = look(stream, sha256, seal)
    if standing.state == "complete":
        return False
    if standing.length != len(content):
        standing = PhotoStanding("none")
    while standing.state != "complete":
        chunk = content[standing.offset : standing.offset + MAX_CHUNK_BYTES]
        try:
            standing = take_chunk(stream, sha256, standing.offset, len(content), chunk, seal)
        except OffsetWrong as wrong:  # the device itself sends it at the same time
            standing = wrong.standing
    return True


def _is_awaited(stream: StreamState, sha256: str) -> bool:
    """Of a device taken out of use, or of a closed account, only photos of entries that count; the others are kept
    within its limit, as its entries are."""
    session = db.session()
    is_limited = is_charged(session, stream, stream.revoked_through + 1)
    return not is_limited or holdings.is_wanted(session, stream.tenant_id, stream.person_id, sha256)


def drop_stale(config: Config) -> int:
    """At every start: forget parts to which nothing was added for a month."""
    return partials.remove_stale(_root_of(config), now() - STALE_AFTER)


def is_photo_here(tenant_id: str, sha256: str, person_id: str | None = None) -> bool:
    """Whether the stored bytes are there and still have this hash; of a person's own photos, where one is named.

    What is found to be gone or spoilt is wanted again from those who had brought it. Not inside `writing()`.
    """
    if not holdings.is_sha256(sha256):
        return False
    if person_id is not None and not holdings.has_brought(db.session(), tenant_id, person_id, sha256):
        return False
    if shelf().is_sound(tenant_id, sha256):
        return True
    _want_again(tenant_id, sha256)
    return False


def declare_lost(stream: StreamState, sha256: str) -> bool:
    """The device cannot read its photo any more. False: the server has it from her after all."""
    with _kept():
        if is_photo_here(stream.tenant_id, sha256, stream.person_id):
            return False
        if _is_awaited(stream, sha256):
            with writing(stream.tenant_id) as session:
                holdings.note_declared(session, stream, sha256)
    return True


def most_bytes(seal: Seal | None) -> int:
    """Of a whole photo, as it comes."""
    return MAX_PHOTO_BYTES + (OVERHEAD_BYTES if seal else 0)


def _name_of(sha256: str, seal: Seal | None) -> str:
    return f"{sha256}-{seal.name}" if seal else sha256


def _partial_for(folder: Path, name: str, offset: int, length: int) -> Partial:
    partial = partials.find(folder, name)
    if partial is not None and partial.length != length:  # one hash has one length, so one of both is wrong
        partials.remove(partial)
        partial = None
    standing = PhotoStanding("partial", partial.offset, partial.length) if partial else PhotoStanding("none")
    if standing.offset != offset:
        raise OffsetWrong(standing)
    return partial or partials.begin(folder, name, length)


def _settle(stream: StreamState, sha256: str, partial: Partial, seal: Seal | None) -> PhotoStanding:
    """The whole has come: onto the shelf, then into the database, and only then are the parts given up."""
    cipher = seal.open(stream.tenant_id) if seal else None
    sent = partial.file.read_bytes()
    content = open_bytes(cipher, sent) if cipher else sent
    if content is None or len(sent) != partial.length or hashlib.sha256(content).hexdigest() != sha256:
        partials.remove(partial)
        raise Problem("photo-differs")
    shelf().put(stream.tenant_id, sha256, content)
    with writing(stream.tenant_id) as session:
        holdings.note_complete(session, stream, sha256, len(content))
    partials.remove_all(partial.file.parent, sha256)
    journey.info("step=5 receive photo stream=%s bytes=%d", stream.stream_id, len(content))
    return PhotoStanding("complete", len(content), len(content))


def _find_complete(stream: StreamState, sha256: str) -> PhotoStanding | None:
    """The database says so and the shelf has it: after a restore the one may know more than the other."""
    size = holdings.size_brought(db.session(), stream.stream_id, sha256)
    if size is None:
        return None
    if shelf().size_of(stream.tenant_id, sha256) == size:
        return PhotoStanding("complete", size, size)
    _want_again(stream.tenant_id, sha256)
    return None


def _want_again(tenant_id: str, sha256: str) -> None:
    with writing(tenant_id) as session:
        holdings.note_lost(session, tenant_id, sha256)


@contextmanager
def _kept() -> Iterator[None]:
    """A full disk or a store that is away loses nothing: the device still has the photo and tries again."""
    try:
        yield
    except (OSError, BaseError) as fault:
        current_app.logger.error("a photo could not be kept: %s", type(fault).__name__)
        raise Problem("photo-not-kept") from fault


def _folder_of(stream: StreamState) -> Path:
    return _root_of(current_app.config["NOTICING"]) / stream.stream_id


def _root_of(config: Config) -> Path:
    return config.data_dir / "photos-partial"
