"""What the commands of the `noticing` command do, and what they say."""

import argparse
from collections.abc import Callable
from functools import wraps
from urllib.parse import urljoin

from flask import Flask

from noticing import demo, journal, migrating
from noticing import serve as server
from noticing.accounts import pairings, people, places, set_up
from noticing.app import create_app
from noticing.config import Config
from noticing.database import db
from noticing.welcome import describe

FIRST_TENANT = "Our schools"
Command = Callable[[argparse.Namespace], int | None]


class CannotDo(Exception):
    """Said to the person at the terminal, in a sentence."""


def serve(options: argparse.Namespace) -> int:
    """Prepare the database, say where everything is, and serve until told to stop."""
    if bool(options.tls_cert) != bool(options.tls_key):
        raise CannotDo("TLS needs both --tls-cert and --tls-key.")
    host = "0.0.0.0" if options.lan else options.host  # noqa: S104 - --lan asks for it
    place = server.Place(host, options.port, options.tls_cert, options.tls_key, max(1, options.workers))
    server.assert_free(place)
    journal.set_up_logging()
    config = Config.from_environment(
        options.data, is_demo=options.demo, **({"is_behind_tls": True} if options.tls_cert else {})
    )
    app = create_app(config)
    with app.app_context():
        migrating.migrate()
        link = _fill(app, config, options)
        lines = describe(place, config, link)
        db.session.remove()
        db.engine.dispose()  # the workers are forked: no connection may be shared with them
    _say(*lines)
    return server.run(place, config)


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


def _in_database(command: Command) -> Command:
    """Run a command with the database brought up to date, as `serve` does."""

    @wraps(command)
    def run(options: argparse.Namespace) -> int | None:
        app = create_app(Config.from_environment(options.data))
        with app.app_context():
            migrating.migrate()
            try:
                return command(options)
            finally:
                db.session.remove()
                db.engine.dispose()

    return run


@_in_database
def migrate(_options: argparse.Namespace) -> None:
    _say("The database has the tables of this version.")


@_in_database
def draft_migration(options: argparse.Namespace) -> None:
    migrating.draft_migration(options.message)


@_in_database
def add_school(options: argparse.Namespace) -> None:
    places.add_school(_tenant_id(), options.name)
    _say(f"Added {options.name}.")


@_in_database
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
    _say(f"Added {options.title}.")


@_in_database
def add_person(options: argparse.Namespace) -> None:
    school_id = _school_id(options.school) if options.school else None
    teachers = [_person_id(email) for email in options.coach_of]
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


@_in_database
def renew_link(options: argparse.Namespace) -> None:
    _say_link(_person_id(options.email), options.url)


@_in_database
def pair(options: argparse.Namespace) -> None:
    pairings.pair(_person_id(options.coach), _person_id(options.teacher))
    _say("They work together from now on.")


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


def _say_link(person_id: str, url: str) -> None:
    _say("Hand over this link. It works once, for seven days:", urljoin(url, set_up.make_link(person_id)))


def _say(*lines: str) -> None:
    print("\n".join(lines), flush=True)
