"""What the commands of the `noticing` command do, and what they say."""

import argparse
import contextlib
import logging
import os
from collections.abc import Callable
from functools import wraps
from typing import IO, Any
from urllib.parse import urljoin

from flask import Flask, current_app

from noticing import demo, journal, migrating
from noticing import serve as server
from noticing.accounts import pairings, people, places, set_up
from noticing.accounts.hosts import is_only_here
from noticing.app import create_app
from noticing.backup import data_lock
from noticing.backup.restoring import is_unfinished
from noticing.config import Config
from noticing.database import db
from noticing.feed.counter import tenant_ids
from noticing.observations import projection, rebuilding
from noticing.organisation_keys.files import folder_of_keys
from noticing.organisation_keys.keys import missing_keys, newest_key
from noticing.photos.upload import drop_stale
from noticing.problems import CATALOGUE
from noticing.progress import Progress
from noticing.protocols.loader import find_broken
from noticing.sync.reconsider import reprocess as reprocess_tenant
from noticing.welcome import describe, where_sent

FIRST_TENANT = "Our schools"
Command = Callable[[argparse.Namespace], int | None]


class CannotDo(Exception):
    """Said to the person at the terminal, in a sentence."""


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
    lock = share_data(config)
    app = create_app(config)
    with app.app_context():
        migrating.migrate()
        drop_stale(config)
        link = _fill(app, config, options)
        lines = [*describe(place, config, link), *_look_again(), *_look_at_keys()]
        db.session.remove()
        db.engine.dispose()  # the workers are forked: no connection may be shared with them
    server.leave_address(place, config)
    say(*lines)
    with lock:
        code = server.run(place, config)
    if code == 0:
        _say_stopped(config)
    return code


def read_config(options: argparse.Namespace, **settings: Any) -> Config:
    try:
        config = Config.from_environment(options.data, **settings)
    except OSError as error:
        raise CannotDo(
            f"The data cannot lie in {error.filename or options.data}: {error.strerror}. "
            "Choose another place with --data DIR."
        ) from None
    if not os.access(config.data_dir, os.W_OK | os.X_OK):
        raise CannotDo(f"{config.data_dir} cannot be written to. Choose another place with --data DIR.")
    return config


def share_data(config: Config) -> IO[bytes]:
    """While this is held, by the server until its last worker has ended, no restore begins."""
    if is_unfinished(config):
        raise CannotDo("A restore was cut off. Run it again: noticing restore … --yes")
    lock = data_lock.share(config.data_dir)
    if lock is None:
        raise CannotDo("A restore is at work on this data. Wait until it is done.")
    return lock


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


def _look_again() -> list[str]:
    """Let this version's kinds and protocols judge and fold what an earlier start could not. What to say of it."""
    changed = 0
    for tenant_id in tenant_ids(db.session()):
        changed += reprocess_tenant(tenant_id, Progress("entries that lay aside"))
        projection.fold_with_known_protocols(tenant_id)
        projection.catch_up(tenant_id)
    lines = [_words_of_changed(changed), ""] if changed else []
    broken = find_broken()
    return [*lines, *([f"WARNING: {CATALOGUE['protocol-broken'].sentence}", *broken, ""] if broken else [])]


def _words_of_changed(changed: int) -> str:
    return f"Entries that lay aside and are judged otherwise now: {changed}"


def in_database(command: Command) -> Command:
    """Run a command with the database brought up to date, as `serve` does."""

    @wraps(command)
    def run(options: argparse.Namespace) -> int | None:
        config = read_config(options)
        app = create_app(config)
        with share_data(config), app.app_context():
            migrating.migrate()
            try:
                return command(options)
            finally:
                db.session.remove()
                db.engine.dispose()

    return run


@in_database
def migrate(_options: argparse.Namespace) -> None:
    say("The database has the tables of this version.")


@in_database
def draft_migration(options: argparse.Namespace) -> None:
    migrating.draft_migration(options.message)


@in_database
def reprocess(_options: argparse.Namespace) -> None:
    """Judge what lies aside again, as every start of the server does."""
    tell = Progress("entries that lay aside")
    say(_words_of_changed(sum(reprocess_tenant(each, tell) for each in tenant_ids(db.session()))))


@in_database
def rebuild(options: argparse.Namespace) -> int:
    """Make all views anew, or with --check only compare them. Pages go on showing what is there meanwhile."""
    work = rebuilding.find_differing if options.check else rebuilding.rebuild
    found: list[str] = []
    for tenant_id in tenant_ids(db.session()):
        found += work(tenant_id, Progress("visits"))
    if not options.check:
        say(f"Every visit was folded again from its entries. Views that were otherwise before: {len(found)}")
        return 0
    say(*(f"{each} is not what its entries say." for each in found))
    say("Mend them with: noticing rebuild" if found else "Every view is what its entries say.")
    return 1 if found else 0


@in_database
def add_school(options: argparse.Namespace) -> None:
    places.add_school(_tenant_id(), options.name)
    say(f"Added {options.name}.")


@in_database
def add_class(options: argparse.Namespace) -> None:
    places.add_class(
        _school_id(options.school),
        _person_id(options.teacher),
        options.title,
        grade=options.grade,
        subject=options.subject,
        room=options.room,
        head_count=options.students,
    )
    say(f"Added {options.title}.")


@in_database
def add_person(options: argparse.Namespace) -> None:
    school_id = _school_id(options.school) if options.school else None
    teachers = [_holder_id(email, "teacher") for email in options.coach_of]
    if teachers and "coach" not in options.role:
        raise CannotDo("--coach-of needs --role coach.")
    roles = [(role, school_id) for role in options.role]
    try:
        person_id = people.add_person(_tenant_id(), options.name, options.email, roles)
    except people.EmailTaken:
        raise CannotDo("Somebody has this address already.") from None
    for teacher_id in teachers:
        pairings.pair(person_id, teacher_id)
    _say_link(person_id, options.url)


@in_database
def renew_link(options: argparse.Namespace) -> None:
    _say_link(_person_id(options.email), options.url)


@in_database
def pair(options: argparse.Namespace) -> None:
    pairings.pair(_holder_id(options.coach, "coach"), _holder_id(options.teacher, "teacher"))
    say("They work together from now on.")


@in_database
def unpair(options: argparse.Namespace) -> None:
    pairing_id = pairings.pairing_between(_person_id(options.coach), _person_id(options.teacher))
    if pairing_id is None:
        raise CannotDo("These two do not work together now.")
    pairings.end_pairing(pairing_id)
    say("They no longer work together. The teacher keeps her notes; the coach cannot open them any more.")


@in_database
def grant_role(options: argparse.Namespace) -> None:
    person_id, place = _person_id(options.email), _place(options)
    if place in people.roles_held([person_id])[person_id]:
        raise CannotDo("This person holds that role there already.")
    people.grant_role(person_id, *place)
    say(f"{options.email} is {options.role} from now on.")


@in_database
def end_role(options: argparse.Namespace) -> None:
    person_id, place = _person_id(options.email), _place(options)
    if place not in people.roles_held([person_id])[person_id]:
        raise CannotDo("This person does not hold that role there.")
    if options.role == "admin":
        _assert_another_administrator(person_id)
    people.end_role(person_id, *place)
    say(f"{options.email} is no longer {options.role} there.")


@in_database
def sign_out(options: argparse.Namespace) -> None:
    people.end_sessions(_person_id(options.email))
    say(f"{options.email} is signed out everywhere.")


@in_database
def close(options: argparse.Namespace) -> None:
    person_id = _person_id(options.email)
    _assert_another_administrator(person_id)
    people.deactivate_person(person_id)
    say(f"The account {options.email} is closed. What it recorded stays; its tablets can still deliver.")


def _place(options: argparse.Namespace) -> tuple[str, str | None]:
    return options.role, _school_id(options.school) if options.school else None


def _tenant_id() -> str:
    return places.first_tenant_id() or places.add_tenant(FIRST_TENANT)


def _school_id(name: str) -> str:
    schools = {title.casefold(): school_id for school_id, title in places.schools_of(_tenant_id()).items()}
    if name.casefold() not in schools:
        raise CannotDo(f"There is no school {name}. Add it first: noticing school add --name '{name}'")
    return schools[name.casefold()]


def _person_id(email: str) -> str:
    person = people.person_of_email(email)
    if person is None:
        raise CannotDo(f"Nobody has the address {email}.")
    return person.person_id


def _holder_id(email: str, role: str) -> str:
    person_id = _person_id(email)
    if role not in people.actor_of(person_id).roles:
        raise CannotDo(
            f"{email} is no {role}. First: noticing person grant-role --email {email} --role {role}"
        )
    return person_id


def _assert_another_administrator(person_id: str) -> None:
    if people.administrators_of(_tenant_id()) == {person_id}:
        raise CannotDo("This is the only administrator. Give somebody else that role first.")


def _say_link(person_id: str, url: str | None) -> None:
    if not people.find_person(person_id).is_active:
        raise CannotDo("This account is closed.")
    config: Config = current_app.config["NOTICING"]
    base = url or config.public_url or server.find_address(config) or "http://localhost:8000"
    say("Hand over this link. It works once, for seven days:", urljoin(base, set_up.make_link(person_id)))
    if is_only_here(base):
        say("It opens on this machine only. For others, say how they reach the server: --url https://…")


def say(*lines: str) -> None:
    print("\n".join(lines), flush=True)
