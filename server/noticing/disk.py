"""Writing files that must survive a power cut."""

import hashlib
import os
from pathlib import Path

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
BLOCK_BYTES = 1024 * 1024


def write_synced(file: Path, content: bytes) -> None:
    """A file of the server's own account, whole or not there, with its folder, on the disk."""
    make_folder(file.parent)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
    sync_folder(file.parent)


def make_folder(folder: Path) -> None:
    """A folder of the server's own account with those above it, on the disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    sync_folder(folder.parent)


def sync_file(file: Path) -> None:
    """Put what others have written into a file on the disk."""
    _sync(file)


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk."""
    _sync(folder)


def hash_file(file: Path) -> str:
    """The SHA-256 of what is in it."""
    running = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK_BYTES):
            running.update(block)
    return running.hexdigest()


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
