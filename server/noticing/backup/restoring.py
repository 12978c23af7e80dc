"""Puts a backup in the place of the database: first beside it, and only when everything is done, in its place."""

import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from noticing import migrating
from noticing.accounts import people, set_up
from noticing.backup import data_lock, postgres_dump, sqlite_file
from noticing.backup.fault import CannotRestore, NotPutBack
from noticing.backup.making import LEDGERS, Say, keys_beside
from noticing.backup.manifest import Manifest, assert_sound, describe_part, read_manifest
from noticing.backup.photos import FOLDER as PHOTOS
from noticing.backup.photos import copy_photos
from noticing.backup.replay import Replayed, begin_again, lines_since, replay
from noticing.clock import now
from noticing.config import Config
from noticing.database import db, writing
from noticing.disk import make_folder, write_synced
from noticing.feed.counter import read_server_epoch, renew_server_epoch, suspend, tenant_ids
from noticing.ledger.acts import file_of
from noticing.organisation_keys.files import FOLDER as KEYS
from noticing.organisation_keys.keys import missing_keys

UNFINISHED = "restore-unfinished"
MakeApp = Callable[[Config], Flask]


@dataclass
class Restored:
    """What came of it. `former`: where what was there before is kept."""

    former: str | None = None
    is_suspended: bool = False
    acts: int = 0
    awaited: int = 0
    without_password: list[str] = field(default_factory=list)  # e-mail addresses
    missing_keys: int = 0
    missing_photos: list[str] = field(default_factory=list)


def restore(
    backup: Path, config: Config, make_app: MakeApp, say: Say, *, keys: Path | None, may_replace: bool
) -> Restored:
    """Raises CannotRestore; then what was there is there."""
    manifest = read_manifest(backup)
    url = sa.make_url(config.database_url)
    if manifest.database_kind != url.get_backend_name():
        raise CannotRestore(
            f"This backup is of {manifest.database_kind}, the database is {url.get_backend_name()}."
        )
    with _alone(config, url):
        if not may_replace and _has_people(url):
            raise CannotRestore(
                "There is data already. To put the backup in its place, say --yes: it is kept aside."
            )
        say("Checking the backup …")
        for part in (manifest.database, *manifest.ledgers):
            assert_sound(backup, part)
        _restore_keys(backup, manifest, keys, config, say)
        done = Restored(missing_photos=_restore_photos(backup, manifest, config, say))
        with _marked_unfinished(config):
            if url.get_backend_name() == "sqlite":
                _restore_sqlite(backup, manifest, config, make_app, done, say)
            else:
                _restore_postgres(backup, manifest, config, make_app, done, say)
    return done


def is_unfinished(config: Config) -> bool:
    """Whether a restore was cut off: the database may be older than its epoch says. Restore again."""
    return (config.data_dir / UNFINISHED).exists()


def _restore_sqlite(
    backup: Path, manifest: Manifest, config: Config, make_app: MakeApp, done: Restored, say: Say
) -> None:
    place = Path(str(sa.make_url(config.database_url).database))
    draft = place.with_name(f".{place.name}.restoring")
    for ending in ("", *sqlite_file.BESIDE):
        draft.with_name(draft.name + ending).unlink(missing_ok=True)
    write_synced(draft, (backup / manifest.database.name).read_bytes())
    _bring_up_to_date(
        backup, manifest, replace(config, database_url=f"sqlite:///{draft}"), make_app, done, say
    )
    sqlite_file.finish_copy(draft)
    aside = config.data_dir / f"former-{_stamp()}"
    done.former = str(aside) if sqlite_file.put_in_place(draft, place, aside) else None


def _restore_postgres(
    backup: Path, manifest: Manifest, config: Config, make_app: MakeApp, done: Restored, say: Say
) -> None:
    url = sa.make_url(config.database_url)
    former = postgres_dump.load_dump(url, backup / manifest.database.name, _stamp().lower())
    try:
        _bring_up_to_date(backup, manifest, config, make_app, done, say)
    except BaseException:
        postgres_dump.put_back(url, former)
        raise
    done.former = f"the schema {former} of the database"


def _bring_up_to_date(
    backup: Path, manifest: Manifest, config: Config, make_app: MakeApp, done: Restored, say: Say
) -> None:
    """On the restored database, before any door opens: today's tables, a new epoch, and the ledger."""
    app = make_app(config)
    with app.app_context():
        try:
            migrating.migrate()
            tenants = tenant_ids(db.session())
            for tenant_id in tenants:
                _replay(tenant_id, backup, manifest, done)
            _close_what_was_open(tenants, done)
            done.missing_keys = len(missing_keys())
        finally:
            db.session.remove()
            db.engine.dispose()
    say(
        f"Ledger: {done.acts} acts since the backup were done again"
        if not done.is_suspended
        else "Ledger: missing"
    )


def _replay(tenant_id: str, backup: Path, manifest: Manifest, done: Restored) -> None:
    lines = lines_since(tenant_id, manifest.backup_id)
    if lines is None:
        done.is_suspended = True
        kept = backup / LEDGERS / f"{tenant_id}.jsonl"
        if kept.exists() and not file_of(tenant_id).exists():
            begin_again(kept, file_of(tenant_id))
        return
    _add(done, replay(tenant_id, lines))


def _add(done: Restored, replayed: Replayed) -> None:
    done.acts += replayed.acts
    done.awaited += len(replayed.awaited)
    done.without_password += people.emails_of(replayed.without_password)


def _close_what_was_open(tenants: list[str], done: Restored) -> None:
    """A new epoch; one-time links of then open nothing; without the ledger, no session and no sign-in either."""
    epoch = read_server_epoch(db.session())
    for tenant_id in tenants:
        set_up.end_links(tenant_id)
        if done.is_suspended:
            people.end_all_sessions(tenant_id)
    for tenant_id in tenants[:1]:
        with writing(tenant_id) as session:
            renew_server_epoch(session, epoch)
            suspend(session, now() if done.is_suspended else None)


def _restore_keys(backup: Path, manifest: Manifest, keys: Path | None, config: Config, say: Say) -> None:
    place = keys or keys_beside(backup)
    if manifest.keys is None or (keys is None and not place.exists()):
        return
    if not place.is_file() or describe_part(place.parent, place.name).sha256 != manifest.keys.sha256:
        raise CannotRestore(f"{place} is not the keys' file of this backup.")
    folder = config.data_dir / KEYS
    with tarfile.open(place) as tar:
        for member in tar.getmembers():
            target = (folder / member.name).resolve()
            content = tar.extractfile(member)
            if content and target.is_relative_to(folder.resolve()) and not target.exists():
                write_synced(target, content.read())
    say(f"Keys: from {place}")


def _restore_photos(backup: Path, manifest: Manifest, config: Config, say: Say) -> list[str]:
    if config.photos_url or not manifest.photos:
        return []
    make_folder(config.data_dir / PHOTOS)
    copied, unsound = copy_photos(backup.parent / PHOTOS, config.data_dir / PHOTOS, manifest.photos)
    say(f"Photos: {len(manifest.photos)}, of which {copied} were copied")
    return unsound


@contextmanager
def _alone(config: Config, url: sa.URL) -> Iterator[None]:
    lock = data_lock.take_alone(config.data_dir)
    if lock is None:
        raise CannotRestore("A server runs on this data. Stop it first.")
    with lock:
        if url.get_backend_name() != "sqlite" and postgres_dump.is_in_use(url):
            raise CannotRestore(
                "Somebody is connected to the database. Stop every server that uses it first."
            )
        yield


def _has_people(url: sa.URL) -> bool:
    if url.get_backend_name() == "sqlite":
        return sqlite_file.has_people(Path(str(url.database)))
    return postgres_dump.has_people(url)


@contextmanager
def _marked_unfinished(config: Config) -> Iterator[None]:
    """On the disk until it is done: what a restore that was killed left half-made, no server opens.

    One that fails takes back what it did, and so the mark, unless that was there before.
    """
    mark = config.data_dir / UNFINISHED
    was_unfinished = mark.exists()
    write_synced(mark, b"")
    try:
        yield
    except NotPutBack:
        raise
    except BaseException:
        if not was_unfinished:
            mark.unlink(missing_ok=True)
        raise
    mark.unlink(missing_ok=True)


def _stamp() -> str:
    return f"{now():%Y%m%dT%H%M%S%fZ}"
