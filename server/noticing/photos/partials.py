"""Photos of which a part has come. Each is a file `<stream_id>/<name>.<length>`; its size is how far it has come.

The name is the photo's SHA-256, and where it comes sealed `<sha256>-<seal>`: the two are collected apart.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from noticing.disk import make_folder, sync_folder

MAX_OPEN = 32  # in one stream


@dataclass(frozen=True)
class Partial:
    file: Path
    length: int  # what it will be

    @property
    def offset(self) -> int:
        return self.file.stat().st_size

    @property
    def is_whole(self) -> bool:
        return self.offset >= self.length


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One request after another in a stream's folder, whichever worker it came to."""
    make_folder(folder)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def find(folder: Path, name: str) -> Partial | None:
    return next((_partial(file) for file in folder.glob(f"{name}.*")), None)


def begin(folder: Path, name: str, length: int) -> Partial:
    """A new one. Where a stream has too many, the one that has waited longest gives way and is sent anew."""
    started = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    for file in started[: max(0, len(started) + 1 - MAX_OPEN)]:
        file.unlink()
    partial = Partial(folder / f"{name}.{length}", length)
    partial.file.touch(mode=0o600)
    sync_folder(folder)
    return partial


def append(partial: Partial, chunk: bytes) -> None:
    """Put a chunk behind what is there, onto the disk; or, where that fails, nothing."""
    before = partial.offset
    with partial.file.open("ab", buffering=0) as file:
        try:
            if file.write(chunk) != len(chunk):
                raise OSError("only a part was written")
            os.fsync(file.fileno())
        except OSError:
            file.truncate(before)
            raise


def remove(partial: Partial) -> None:
    partial.file.unlink(missing_ok=True)


def remove_all(folder: Path, sha256: str) -> None:
    """Every part of this photo, sealed or not."""
    for file in folder.glob(f"{sha256}*"):
        file.unlink(missing_ok=True)


def remove_stale(root: Path, before: datetime) -> int:
    """Forget what nothing was added to since `before`; returns how many."""
    stale = [file for file in root.glob("*/*") if file.stat().st_mtime < before.timestamp()]
    for file in stale:
        file.unlink(missing_ok=True)
    return len(stale)


def _partial(file: Path) -> Partial:
    return Partial(file, int(file.suffix[1:]))
