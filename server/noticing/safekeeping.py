"""The commands that keep data safe: backup, restore, resume, rescue, and new keys to seal to."""

import argparse
import sys
from pathlib import Path

from flask import current_app

from noticing.app import create_app
from noticing.backup.fault import CannotBackUp, CannotRestore
from noticing.backup.making import make_backup
from noticing.backup.restoring import Restored
from noticing.backup.restoring import restore as restore_backup
from noticing.database import db, writing
from noticing.feed.counter import is_suspended, suspend, tenant_ids
from noticing.organisation_keys.keys import add_key
from noticing.rescue.importing import MAX_FILE_BYTES, NoRescueFile, bring_in, read_file
from noticing.rescue.pages import say_counts
from noticing.terminal.command import CannotDo, in_database, read_config, read_present_config, say, share_data


def backup(options: argparse.Namespace) -> int:
    """The tables are left as they are: a backup may be wanted just before they change."""
    config = read_present_config(options)
    app = create_app(config)
    with share_data(config), app.app_context():
        try:
            warnings = make_backup(options.place, say)
        except CannotBackUp as fault:
            raise CannotDo(f"No backup was made. {fault}") from None
        finally:
            db.session.remove()
            db.engine.dispose()
    for warning in warnings:
        sys.stderr.write(f"{warning}\n")
    return 1 if warnings else 0


def restore(options: argparse.Namespace) -> int:
    config = read_config(options)
    try:
        done = restore_backup(
            options.backup, config, create_app, say, keys=options.keys, may_replace=options.yes
        )
    except CannotRestore as fault:
        raise CannotDo(f"Nothing was restored. {fault}") from None
    say("", "Restored. A new epoch has begun: tablets send again what the backup does not hold.")
    say(*_words_of_restored(done))
    return 1 if done.missing_photos else 0


@in_database
def resume(_options: argparse.Namespace) -> None:
    """Let everybody sign in again after somebody has looked at who may read what."""
    if not is_suspended(db.session()):
        say("Everybody can sign in already.")
        return
    with writing(tenant_ids(db.session())[0]) as session:
        suspend(session, None)
    say("Everybody can sign in again.")


@in_database
def rescue(options: argparse.Namespace) -> int:
    path: Path = options.file
    base_url = current_app.config["NOTICING_URL"] or "http://localhost"
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CannotDo(f"{path} is larger than 20 MB.")
        counts = bring_in(current_app, read_file(path.read_bytes()), base_url)
    except OSError as error:
        raise CannotDo(f"{path} cannot be read: {error.strerror}.") from None
    except NoRescueFile:
        raise CannotDo(f"{path} is no rescue file. Nothing was taken from it.") from None
    say(*say_counts(counts))
    return 1 if counts.unreadable or counts.differing or counts.photos_refused else 0


@in_database
def renew_key(_options: argparse.Namespace) -> None:
    for tenant_id in tenant_ids(db.session()):
        add_key(tenant_id)
    say(
        "Tablets seal to a new key from their next contact on. The older ones still open what was sealed to them."
    )


def _words_of_restored(done: Restored) -> list[str]:
    said = [f"What was there before is kept: {done.former}"] if done.former else []
    if done.is_suspended:
        said += [
            "",
            "THE LEDGER since this backup is missing: what was ended or revoked after it is open again.",
            "So everybody is signed out, and only administrators can sign in. Close and end again what had been",
            "closed and ended, then let everybody in: noticing resume",
        ]
    if done.without_password:
        said += [
            "",
            "These have chosen a password since. Hand each a new link (noticing person link --email …):",
        ]
        said += [f"    {email}" for email in done.without_password]
    if done.awaited:
        said.append(
            f"Shared notes that the backup does not hold: {done.awaited}. They come from the tablets again."
        )
    if done.missing_keys:
        said.append(
            f"Keys that are missing: {done.missing_keys}. Restore again with --keys FILE, or locked tablets must be "
            "unlocked before they can deliver."
        )
    said += [f"The photo {name} is missing or damaged in the backup." for name in done.missing_photos]
    return said
