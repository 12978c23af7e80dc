"""Commands for people: their links, roles and pairings, and the end of an account."""

import argparse
from urllib.parse import urljoin

from flask import current_app

from noticing import serve as server
from noticing.accounts import pairings, people, set_up
from noticing.accounts.hosts import is_only_here
from noticing.config import Config
from noticing.terminal.command import CannotDo, in_database, say
from noticing.terminal.named import find_holder_id, find_person_id, find_school_id, find_tenant_id


@in_database
def add_person(options: argparse.Namespace) -> None:
    """Add a person with her roles and pairings, and print her link. `--coach-of` needs teachers who are there."""
    school_id = find_school_id(options.school) if options.school else None
    teachers = [find_holder_id(email, "teacher") for email in options.coach_of]
    if teachers and "coach" not in options.role:
        raise CannotDo("--coach-of needs --role coach.")
    roles = [(role, school_id) for role in options.role]
    try:
        person_id = people.add_person(find_tenant_id(), options.name, options.email, roles)
    except people.EmailTaken:
        raise CannotDo("Somebody has this address already.") from None
    for teacher_id in teachers:
        pairings.pair(person_id, teacher_id)
    _say_link(person_id, options.url)


@in_database
def renew_link(options: argparse.Namespace) -> None:
    """Print a new link; the older ones of this person open nothing any more."""
    _say_link(find_person_id(options.email), options.url)


@in_database
def pair(options: argparse.Namespace) -> None:
    """Let a coach and a teacher work together from now on."""
    pairings.pair(find_holder_id(options.coach, "coach"), find_holder_id(options.teacher, "teacher"))
    say("They work together from now on.")


@in_database
def unpair(options: argparse.Namespace) -> None:
    """End that from now on."""
    pairing_id = pairings.pairing_between(find_person_id(options.coach), find_person_id(options.teacher))
    if pairing_id is None:
        raise CannotDo("These two do not work together now.")
    pairings.end_pairing(pairing_id)
    say("They no longer work together. The teacher keeps her notes; the coach cannot open them any more.")


@in_database
def grant_role(options: argparse.Namespace) -> None:
    """One more role, in a school or everywhere."""
    person_id, place = find_person_id(options.email), _place(options)
    if place in people.roles_held([person_id])[person_id]:
        raise CannotDo("This person holds that role there already.")
    people.grant_role(person_id, *place)
    say(f"{options.email} is {options.role} from now on.")


@in_database
def end_role(options: argparse.Namespace) -> None:
    """End a role where it was given, unless nobody would be administrator then."""
    person_id, place = find_person_id(options.email), _place(options)
    if place not in people.roles_held([person_id])[person_id]:
        raise CannotDo("This person does not hold that role there.")
    if options.role == "admin":
        _assert_another_administrator(person_id)
    people.end_role(person_id, *place)
    say(f"{options.email} is no longer {options.role} there.")


@in_database
def sign_out(options: argparse.Namespace) -> None:
    """End every session of a person."""
    people.end_sessions(find_person_id(options.email))
    say(f"{options.email} is signed out everywhere.")


@in_database
def close(options: argparse.Namespace) -> None:
    """End roles, pairings and sessions of a person, unless nobody would be administrator then."""
    person_id = find_person_id(options.email)
    _assert_another_administrator(person_id)
    people.deactivate_person(person_id)
    say(f"The account {options.email} is closed. What it recorded stays; its tablets can still deliver.")


def _place(options: argparse.Namespace) -> tuple[str, str | None]:
    return options.role, find_school_id(options.school) if options.school else None


def _assert_another_administrator(person_id: str) -> None:
    if people.administrators_of(find_tenant_id()) == {person_id}:
        raise CannotDo("This is the only administrator. Give somebody else that role first.")


def _say_link(person_id: str, url: str | None) -> None:
    if not people.find_person(person_id).is_active:
        raise CannotDo("This account is closed.")
    config: Config = current_app.config["NOTICING"]
    base = url or config.public_url or server.find_address(config) or "http://localhost:8000"
    say("Hand over this link. It works once, for seven days:", urljoin(base, set_up.make_link(person_id)))
    if is_only_here(base):
        say("It opens on this machine only. For others, say how they reach the server: --url https://…")
