"""Photos lie under the hash of their content: a backup copies what it does not have yet, and all backups share it."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from noticing.disk import hash_file, make_folder, sync_file, sync_folder

FOLDER = "photos"
_NAME = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/([0-9a-f]{2})/\2[0-9a-f]{62}"
)  # as the shelf names it


def names_of_photos(folder: Path) -> list[str]:
    """Every whole photo of a folder, named from it."""
    found = (file.relative_to(folder).as_posix() for file in folder.rglob("*"))
    return sorted(name for name in found if _NAME.fullmatch(name))


def copy_photos(source: Path, target: Path, names: Iterable[str]) -> tuple[int, list[str]]:
    """Copy what `target` lacks. Returns how many, and the names of those that are missing or damaged."""
    copied, unsound = 0, []
    for name in names:
        if not _NAME.fullmatch(name):
            unsound.append(name)
            continue
        if (target / name).is_file():
            continue
        if not (source / name).is_file() or hash_file(source / name) != Path(name).name:
            unsound.append(name)
            continue
        _copy(source / name, target / name)
        copied += 1
    return copied, unsound


def _copy(source: Path, target: Path) -> None:
    make_folder(target.parent)
    draft = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, draft)
    draft.chmod(0o600)
    sync_file(draft)
    draft.replace(target)
    sync_folder(target.parent)
