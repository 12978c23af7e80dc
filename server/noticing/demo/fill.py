"""Fills an empty database with the demo school."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Flask

from noticing.accounts import pairings, passwords, people, places
from noticing.clock import now
from noticing.database import writing
from noticing.demo.people import (
    ADMIN,
    COACHES,
    DEMO_ACCOUNTS,
    DISTRICT,
    DOMAIN,
    PRINCIPALS,
    SCHOOLS,
    TEACHERS,
)
from noticing.demo.visits import DemoPlace, make_visits

PASSWORD = "noticing-demo"  # noqa: S105 - of made-up people, and said aloud at every start
SCHOOL_YEAR_SO_FAR = timedelta(days=90)


def fill(app: Flask) -> None:
    """Two schools with their people, classes and pairings, and two visits of last week."""
    with app.app_context():
        tenant_id = places.add_tenant(DISTRICT)
        school_ids = [places.add_school(tenant_id, name) for name in SCHOOLS]
        ids = _add_people(tenant_id, school_ids)
        lessons = _add_classes(school_ids, ids)
        _pair(ids)
        _set_passwords(tenant_id, ids)
        make_visits(app, DemoPlace(tenant_id, school_ids, ids, lessons))


def is_there() -> bool:
    """Whether this database has the demo school."""
    return people.person_of_email(_email(ADMIN[1])) is not None


def accounts_there() -> list[tuple[str, str]]:
    """(e-mail, who it is) of the accounts to try, none without the demo school."""
    if not is_there():
        return []
    return [(_email(mailbox), words) for mailbox, words in DEMO_ACCOUNTS]


def _email(mailbox: str) -> str:
    return f"{mailbox}@{DOMAIN}"


def _add_people(tenant_id: str, school_ids: list[str]) -> dict[str, str]:
    """mailbox -> person_id of everybody."""
    since, ids = now() - SCHOOL_YEAR_SO_FAR, {}

    def add(name: str, mailbox: str, role: str, school_id: str | None) -> None:
        ids[mailbox] = people.add_person(tenant_id, name, _email(mailbox), [(role, school_id)], from_at=since)

    add(*ADMIN, "admin", None)
    for name, mailbox in COACHES:
        add(name, mailbox, "coach", None)
    for (name, mailbox), school_id in zip(PRINCIPALS, school_ids, strict=True):
        add(name, mailbox, "principal", school_id)
    for teacher in TEACHERS:
        add(teacher.name, teacher.mailbox, "teacher", school_ids[teacher.school])
    return ids


def _add_classes(school_ids: list[str], ids: Mapping[str, str]) -> dict[str, str]:
    """mailbox of a teacher -> class_id of her first class."""
    first: dict[str, str] = {}
    for teacher in TEACHERS:
        for lesson in teacher.classes:
            class_id = places.add_class(
                school_ids[teacher.school],
                ids[teacher.mailbox],
                lesson.title,
                grade=lesson.grade,
                subject=lesson.subject,
                room=lesson.room,
                head_count=lesson.head_count,
            )
            first.setdefault(teacher.mailbox, class_id)
    return first


def _pair(ids: Mapping[str, str]) -> None:
    for teacher in TEACHERS:
        coach = COACHES[teacher.coach][1]
        pairings.pair(ids[coach], ids[teacher.mailbox], from_at=now() - SCHOOL_YEAR_SO_FAR)


def _set_passwords(tenant_id: str, ids: Mapping[str, str]) -> None:
    """One hash for all: argon2 takes its time on purpose."""
    hashed = passwords.hash_password(PASSWORD)
    with writing(tenant_id):
        for person_id in ids.values():
            people.find_person(person_id).password_hash = hashed
