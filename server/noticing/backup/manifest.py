"""What lies in a backup, with the hash of each part, in one file that carries its own hash."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from noticing.backup.fault import CannotRestore
from noticing.disk import hash_file, write_synced

FILE = "manifest.json"
VERSION = 1


@dataclass(frozen=True)
class Part:
    """A file of the backup, named from its folder."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    noticing_backup: int
    backup_id: str
    made_at: str
    app_version: str
    schema_revision: str
    server_epoch: str
    database_kind: str  # sqlite, postgresql
    database: Part
    counts: dict[str, int]  # rows of each table
    ledgers: list[Part]
    photos: list[str]  # from the folder `photos` beside the backup; each ends with the hash of its content
    keys: Part | None  # beside the backup, and to be kept apart from it


def describe_part(folder: Path, name: str) -> Part:
    file = folder / name
    return Part(name, hash_file(file), file.stat().st_size)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    content = asdict(manifest)
    text = json.dumps(content | {"hash": _hash(content)}, indent=1, ensure_ascii=False)
    write_synced(folder / FILE, text.encode())


def read_manifest(folder: Path) -> Manifest:
    """Raises CannotRestore where there is none, it was changed, or it is of a later kind."""
    try:
        content = json.loads((folder / FILE).read_bytes())
        said = content.pop("hash")
    except (OSError, ValueError, KeyError, AttributeError):
        raise CannotRestore(f"{folder} is no backup: its {FILE} cannot be read.") from None
    if said != _hash(content):
        raise CannotRestore(f"{folder / FILE} was changed or damaged. Take another backup.")
    if content["noticing_backup"] != VERSION:
        raise CannotRestore("This backup was made by a newer version. Install that one and try again.")
    parts = {
        "database": Part(**content["database"]),
        "ledgers": [Part(**each) for each in content["ledgers"]],
    }
    keys = Part(**content["keys"]) if content["keys"] else None
    return Manifest(**(content | parts | {"keys": keys}))


def assert_sound(folder: Path, part: Part) -> None:
    """Raises CannotRestore where a part is missing or is not what was backed up."""
    file = folder / part.name
    if not file.is_file():
        raise CannotRestore(f"{file} is missing.")
    if hash_file(file) != part.sha256:
        raise CannotRestore(f"{file} is damaged: it does not have the hash that it was backed up with.")


def _hash(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
