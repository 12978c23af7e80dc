"""Takes a photo in parts: on the disk before each answer, under the own stream only, verified by its hash at the end.

A photo that came by another stream is none to this one, so that nobody learns what somebody else has sent.
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
from noticing.entry_log.streams import StreamState, is_charged
from noticing.photos import holdings, partials
from noticing.photos.partials import Partial
from noticing.photos.shelf import shelf
from noticing.problems import Problem

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_CHUNK_BYTES = 256 * 1024
STALE_AFTER = timedelta(days=30)

journey = logging.getLogger("noticing.journey")


@dataclass(frozen=True)
class Standing:
    """How far a photo has come in a stream; `length` once it is known."""

    state: Literal["complete", "partial", "none"]
    offset: int = 0
    length: int | None = None


class OffsetWrong(Exception):
    """The device believes that another part has come; `standing` says what has."""

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self.standing = standing


def look(stream: StreamState, sha256: str) -> Standing:
    """Where the photo stands. One that is whole, but was cut off before it was settled, is settled now."""
    with _kept():
        complete = _find_complete(stream, sha256)
        folder = _folder_of(stream)
        if complete or not folder.is_dir():
            return complete or Standing("none")
        with partials.locked(folder):
            partial = partials.find(folder, sha256)
            if partial is None:
                return Standing("none")
            if not partial.is_whole:
                return Standing("partial", partial.offset, partial.length)
            try:
                return _settle(stream, sha256, partial)
            except Problem:
                return Standing("none")


def take_chunk(stream: StreamState, sha256: str, offset: int, length: int, chunk: bytes) -> Standing:
    """Append a chunk. Raises OffsetWrong, and Problem `photo-differs` where all has come and is something else."""
    with _kept():
        complete = _find_complete(stream, sha256)
        if complete:
            return complete
        _assert_welcome(stream, sha256)
        folder = _folder_of(stream)
        with partials.locked(folder):
            partial = _partial_for(folder, sha256, offset, length)
            if chunk:
                partials.append(partial, chunk)
            if partial.is_whole:
                return _settle(stream, sha256, partial)
            return Standing("partial", partial.offset, length)


def _assert_welcome(stream: StreamState, sha256: str) -> None:
    """A device taken out of use, or of a closed account, brings no photo but those of entries that count."""
    session = db.session()
    is_limited = is_charged(session, stream, stream.revoked_through + 1)
    if is_limited and not holdings.is_wanted(session, stream.tenant_id, stream.person_id, sha256):
        raise Problem("not-allowed-here")


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


def _partial_for(folder: Path, sha256: str, offset: int, length: int) -> Partial:
    partial = partials.find(folder, sha256)
    if partial is not None and partial.length != length:  # one hash has one length, so one of both is wrong
        partials.remove(partial)
        partial = None
    standing = Standing("partial", partial.offset, partial.length) if partial else Standing("none")
    if standing.offset != offset:
        raise OffsetWrong(standing)
    return partial or partials.begin(folder, sha256, length)


def _settle(stream: StreamState, sha256: str, partial: Partial) -> Standing:
    """The whole has come: onto the shelf, then into the database, and only then is the part given up."""
    content = partial.file.read_bytes()
    if len(content) != partial.length or hashlib.sha256(content).hexdigest() != sha256:
        partials.remove(partial)
        raise Problem("photo-differs")
    shelf().put(stream.tenant_id, sha256, content)
    with writing(stream.tenant_id) as session:
        holdings.note_complete(session, stream, sha256, len(content))
    partials.remove(partial)
    journey.info("step=5 receive photo stream=%s bytes=%d", stream.stream_id, len(content))
    return Standing("complete", len(content), len(content))


def _find_complete(stream: StreamState, sha256: str) -> Standing | None:
    """The database says so and the shelf has it: after a restore the one may know more than the other."""
    size = holdings.size_brought(db.session(), stream.stream_id, sha256)
    if size is None:
        return None
    if shelf().size_of(stream.tenant_id, sha256) == size:
        return Standing("complete", size, size)
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
