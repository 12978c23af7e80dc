"""`noticing serve`: all that is done before the server answers, and what the terminal shows of it."""

import argparse
import contextlib
import logging
import os
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy.exc import DBAPIError

from noticing import demo, journal, migrating
from noticing import serve as server
from noticing.accounts import places, set_up
from noticing.app import create_app
from noticing.config import Config
from noticing.database import db, is_disk_full
from noticing.feed.counter import tenant_ids
from noticing.observations import projection
from noticing.organisation_keys.files import folder_of_keys
from noticing.organisation_keys.keys import missing_keys, newest_key
from noticing.photos.upload import drop_stale
from noticing.problems import CATALOGUE
from noticing.progress import Progress
from noticing.protocols.loader import find_broken
from noticing.sync.reprocessing import reprocess
from noticing.terminal.command import CannotDo, read_config, say, share_data
from noticing.terminal.named import FIRST_TENANT
from noticing.terminal.upkeep import words_of_changed
from noticing.welcome import describe, where_sent


def serve(options: argparse.Namespace) -> int:
    """Prepare the database, say where everything is, and serve until told to stop."""
    host = "0.0.0.0" if options.lan else options.host  # noqa: S104 - --lan asks for it
    place = server.Place(host, options.port, options.tls_cert, options.tls_key, max(1, options.workers))
    server.assert_usable(place)
    journal.set_up_logging(logging.WARNING)  # what the demo does must not hide where to open it
    config = read_config(
        options,
        is_demo=options.demo,
        **({"is_behind_tls": True} if options.tls_cert else {}),
        **({"public_url": options.url.rstrip("/")} if options.url else {}),
    )
    _assert_whole_address(config.public_url)
    lock = share_data(config)
    app = create_app(config)
    with app.app_context():
        migrating.migrate()
        drop_stale(config)
        link = _fill(app, config, options)
        lines = [*describe(place, config, link), *_look_again_if_there_is_room(), *_look_at_keys()]
        db.session.remove()
        db.engine.dispose()  # the workers are forked: no connection may be shared with them
    server.leave_address(place, config)
    say(*lines)
    with lock:
        code = server.run(place, config)
    if code == 0:
        _say_stopped(config)
    return code


def _assert_whole_address(url: str) -> None:
    """It goes into links and letters."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise CannotDo(f"{url} is no whole address. It goes into links: https://noticing.school.example")


def _look_at_keys() -> list[str]:
    """Every tenant has a key to seal to when the doors open; what to say of those that are gone."""
    for tenant_id in tenant_ids(db.session()):
        newest_key(tenant_id)
    lost = len(missing_keys())
    if not lost:
        return []
    return [
        f"WARNING: {lost} of the organisation's keys are missing in {folder_of_keys()}.",
        "         What locked tablets sealed to them comes when they are unlocked. Copy them from the backup's keys.",
        "",
    ]


def _say_stopped(config: Config) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone; then nothing may wait in a buffer either
        os.write(1, f"\nStopped. What was sent is in {where_sent(config)}.\n".encode())


def _fill(app: Flask, config: Config, options: argparse.Namespace) -> str | None:
    """Give a new database its first contents. Returns the first administrator's link where one is due."""
    tenant_id = places.first_tenant_id()
    unfinished = config.data_dir / "demo-unfinished"
    if options.demo and tenant_id is None:
        unfinished.touch()
        demo.fill(app)
        unfinished.unlink()
    if unfinished.exists():
        raise CannotDo(
            f"The demo school was interrupted while it was made. Delete {config.data_dir} and start again: "
            "nothing but a part of the demo is in it."
        )
    if not demo.is_there():
        return set_up.first_administrators_link(tenant_id or places.add_tenant(FIRST_TENANT))
    if options.empty:
        raise CannotDo(
            "The demo school is in this place already, with passwords that everybody knows. "
            "Choose another place with --data DIR."
        )
    return None


def _look_again_if_there_is_room() -> list[str]:
    """On a full disk the doors open all the same: what is there can be read, and tablets are told to wait."""
    try:
        return _look_again()
    except DBAPIError as fault:
        if not is_disk_full(fault):
            raise
        return [
            "WARNING: The server's disk is full. Nothing new is taken in: it waits on the tablets, which try again.",
            "         Make room, then start Noticing again.",
            "",
        ]


def _look_again() -> list[str]:
    """Let this version's kinds and protocols judge and fold what an earlier start could not. What to say of it."""
    changed = 0
    for tenant_id in tenant_ids(db.session()):
        changed += reprocess(tenant_id, Progress("entries that lay aside"))
        projection.fold_with_known_protocols(tenant_id)
        projection.catch_up(tenant_id)
    lines = [words_of_changed(changed), ""] if changed else []
    broken = find_broken()
    return [*lines, *([f"WARNING: {CATALOGUE['protocol-broken'].sentence}", *broken, ""] if broken else [])]
