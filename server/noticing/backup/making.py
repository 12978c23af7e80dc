"""Makes a backup beside a running server: a folder with database, ledgers and manifest; photos and keys beside it."""

import io
import os
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

from flask import current_app

from noticing import __version__
from noticing.backup import postgres_dump, sqlite_file
from noticing.backup.fault import CannotBackUp
from noticing.backup.manifest import FILE as MANIFEST
from noticing.backup.manifest import VERSION, Manifest, Part, describe_part, write_manifest
from noticing.backup.photos import FOLDER as PHOTOS
from noticing.backup.photos import copy_photos, names_of_photos
from noticing.clock import make_random_id, now
from noticing.config import Config
from noticing.database import db, writing
from noticing.disk import make_folder, sync_folder, write_synced
from noticing.feed.counter import tenant_ids
from noticing.ledger.acts import folder_of_ledgers, note_act
from noticing.organisation_keys.files import folder_of_keys

LEDGERS = "ledger"
KEYS_ENDING = "-keys.tar"
NAMES = r"noticing-\d{8}T\d{6}Z(-\d+)?"  # as name_backup gives them
CUT_OFF_SECONDS = 24 * 3600
Say = Callable[[str], object]


def make_backup(folder: Path, say: Say) -> list[str]:
    """Back up into a folder of its own in `folder`, which is made if need be; returns what is not as it should be.

    Whatever was acknowledged before this began is in it. Raises CannotBackUp.
    """
    target = name_backup(folder)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _drop_cut_off(target)
        make_folder(draft)
        warnings = _fill(draft, target, say)
        draft.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise CannotBackUp(f"{error.filename or target}: {error.strerror}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    say(f"Made {target}")
    return warnings


def name_backup(folder: Path) -> Path:
    """Where it goes. Raises CannotBackUp where no backups can lie."""
    if (folder / MANIFEST).exists():
        raise CannotBackUp(
            f"{folder} is a backup itself. Name a folder for backups: each becomes a folder in it."
        )
    if folder.exists() and not folder.is_dir():
        raise CannotBackUp(f"{folder} is a file. Name a folder for backups; it is made where there is none.")
    name, count = f"noticing-{now():%Y%m%dT%H%M%SZ}", 1
    target = folder.resolve() / name
    while target.exists():
        count += 1
        target = target.with_name(f"{name}-{count}")
    return target


def _drop_cut_off(target: Path) -> None:
    """What backups that were killed have left, which was under way for longer than any of them takes."""
    name = re.compile(rf"\.{NAMES}\.\d+")
    for draft in target.parent.glob(".*"):
        if name.fullmatch(draft.name) and now().timestamp() - draft.stat().st_mtime > CUT_OFF_SECONDS:
            shutil.rmtree(draft, ignore_errors=True)


def keys_beside(backup: Path) -> Path:
    return backup.with_name(backup.name + KEYS_ENDING)


def _fill(draft: Path, target: Path, say: Say) -> list[str]:
    backup_id, made_at, config = make_random_id(), now(), _config()
    _mark_ledgers(backup_id)  # first: what is noted after this mark may be missing from the copy
    say("Database …")
    database, said, counts = _copy_database(draft)
    say(f"Database: {counts.get('log_entry', 0)} entries, {counts.get('person', 0)} people")
    ledgers = _copy_ledgers(draft)
    photos, warnings = _copy_photos(config, target.parent, say)
    keys = _write_keys(target, say)
    manifest = Manifest(
        noticing_backup=VERSION,
        backup_id=backup_id,
        made_at=made_at.isoformat(),
        app_version=__version__,
        database=database,
        counts=counts,
        ledgers=ledgers,
        photos=photos,
        keys=keys,
        **said,
    )
    write_manifest(draft, manifest)
    return warnings


def _mark_ledgers(backup_id: str) -> None:
    """Inside `writing()`: no act can be on its way between ledger and database while the mark is set."""
    for tenant_id in tenant_ids(db.session()):
        with writing(tenant_id) as session:
            note_act(session, tenant_id, "backup.made", backup_id=backup_id)


def _copy_database(draft: Path) -> tuple[Part, dict[str, str], dict[str, int]]:
    kind = db.engine.dialect.name
    if kind == "sqlite":
        name = "database.sqlite"
        counts = sqlite_file.copy_database(_sqlite_path(), draft / name)
        said = {
            "server_epoch": sqlite_file.read_one(draft / name, "SELECT epoch FROM server_epoch"),
            "schema_revision": sqlite_file.read_one(draft / name, "SELECT version_num FROM alembic_version"),
        }
    else:
        name = "database.dump"
        counts, said = postgres_dump.dump_database(db.engine, draft / name)
    return describe_part(draft, name), said | {"database_kind": kind}, counts


def _sqlite_path() -> Path:
    found = db.engine.url.database
    if not found:
        raise CannotBackUp("The database lies in memory.")
    return Path(found)


def _copy_ledgers(draft: Path) -> list[Part]:
    names = []
    for file in sorted(folder_of_ledgers().glob("*.jsonl")):
        names.append(f"{LEDGERS}/{file.name}")
        write_synced(draft / names[-1], file.read_bytes())
    return [describe_part(draft, name) for name in names]


def _copy_photos(config: Config, folder: Path, say: Say) -> tuple[list[str], list[str]]:
    if config.photos_url:
        say(
            "Photos: not copied, for they lie in NOTICING_PHOTOS_URL. Let that place keep versions of its own."
        )
        return [], []
    source = config.data_dir / PHOTOS
    names = names_of_photos(source)
    copied, unsound = copy_photos(source, folder / PHOTOS, names)
    say(f"Photos: {len(names)}, of which {copied} are new in {folder / PHOTOS}")
    return names, [f"The photo {name} is damaged in the data folder and was not copied." for name in unsound]


def _write_keys(target: Path, say: Say) -> Part | None:
    files = sorted(folder_of_keys().rglob("*.pem"))
    if not files:
        return None
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for file in files:
            tar.add(file, str(file.relative_to(folder_of_keys())))
    place = keys_beside(target)
    write_synced(place, content.getvalue())
    say(f"Keys: {place}")
    say("KEEP THE KEYS APART from the backup: who has both can read what locked tablets send.")
    return describe_part(place.parent, place.name)


def _config() -> Config:
    found: Config = current_app.config["NOTICING"]
    return found
