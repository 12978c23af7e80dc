"""One-time links with which a person chooses her first password. Only the hash of a token is kept."""

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from noticing.accounts.models import Person, SetUpLink
from noticing.accounts.passwords import hash_password, replace_password
from noticing.accounts.people import add_person, find_person, rename_person
from noticing.clock import make_random_id, now
from noticing.database import db, writing
from noticing.problems import Problem

VALID_FOR = timedelta(days=7)
UNNAMED = "@unnamed.invalid"  # until the first administrator has said who she is


def make_link(person_id: str) -> str:
    """A new path to hand over, valid for seven days; an older unused one of the person stops working."""
    token, tenant_id = secrets.token_urlsafe(32), find_person(person_id).tenant_id
    with writing(tenant_id) as session:
        session.execute(
            sa.update(SetUpLink)
            .where(SetUpLink.person_id == person_id, SetUpLink.used_at.is_(None))
            .values(expires_at=now())
        )
        session.add(
            SetUpLink(
                token_hash=_hash(token),
                tenant_id=tenant_id,
                person_id=person_id,
                expires_at=now() + VALID_FOR,
            )
        )
    return f"/set-up/{token}"


def end_links(tenant_id: str) -> None:
    """Let none of the links that were made so far open anything."""
    with writing(tenant_id) as session:
        session.execute(
            sa.update(SetUpLink)
            .where(SetUpLink.tenant_id == tenant_id, SetUpLink.used_at.is_(None))
            .values(expires_at=now())
        )


def person_of_link(token: str) -> Person:
    """Whose link it is. A link that never was, was used or is too old gives the same Problem."""
    link = db.session.get(SetUpLink, _hash(token))
    person = db.session.get(Person, link.person_id) if link and _is_open(link) else None
    if person is None or not person.is_active:
        raise Problem("link-used")
    return person


def first_administrators_link(tenant_id: str) -> str | None:
    """A link to an account without name and address, whose owner gives both; None where anybody can sign in."""
    if db.session.scalar(sa.select(Person.person_id).where(Person.password_hash.is_not(None)).limit(1)):
        return None
    waiting = sa.select(Person.person_id).where(Person.tenant_id == tenant_id, Person.email.endswith(UNNAMED))
    person_id = db.session.scalars(waiting).first()
    if person_id is None:
        address = make_random_id() + UNNAMED
        person_id = add_person(tenant_id, _("Administrator"), address, [("admin", None)])
    return make_link(person_id)


def is_unnamed(person: Person) -> bool:
    return person.email.endswith(UNNAMED)


def use_link(token: str, password: str, who: tuple[str, str] | None = None) -> Person:
    """Name the person, set the password and close the link, all or nothing: of two who use it at once, one does.

    `who` is (name, address) of an account that has none yet.
    """
    hashed, owner = hash_password(password), person_of_link(token)
    person_id, tenant_id = owner.person_id, owner.tenant_id
    with writing(tenant_id) as session:
        link = session.get_one(SetUpLink, _hash(token), populate_existing=True)
        if not _is_open(link):
            raise Problem("link-used")
        link.used_at = now()
        person = session.get_one(Person, person_id, populate_existing=True)
        if who:
            rename_person(session, person, *who)
        replace_password(session, person, hashed)
    return find_person(person_id)


def _is_open(link: SetUpLink) -> bool:
    return link.used_at is None and link.expires_at > now()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
