"""Passwords: argon2id hashes, and what a new one must be like."""

from functools import cache

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from noticing.accounts.models import Person
from noticing.accounts.people import find_person, raise_session_mark
from noticing.database import writing
from noticing.ledger.acts import note_act

SHORTEST = 10
LONGEST = 200
COMMON = frozenset(
    {"password", "passwort", "contraseña", "noticing", "1234567890", "qwertyuiop", "0123456789"}
)


def is_right(person: Person | None, password: str) -> bool:
    """Whether `password` opens the account. Takes the same time where there is no such account or password."""
    can_enter = person is not None and person.is_active and person.password_hash is not None
    kept = person.password_hash if person and can_enter else None
    try:
        _hasher().verify(kept or _hash_of_nothing(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return can_enter


def choose_password(person_id: str, password: str) -> None:
    """Set the password and end every other session of the person."""
    with writing(find_person(person_id).tenant_id) as session:
        person = session.get_one(Person, person_id)
        replace_password(session, person, hash_password(password))


def replace_password(session: Session, person: Person, hashed: str) -> None:
    """Inside `writing()`: a new password ends every session."""
    person.password_hash = hashed
    note_act(session, person.tenant_id, "password.chosen", person_id=person.person_id)
    raise_session_mark(session, person)


def forget_password(person_id: str) -> None:
    """After a restore the older password is not hers any more: she gets a new link."""
    with writing(find_person(person_id).tenant_id) as session:
        session.get_one(Person, person_id).password_hash = None


def hash_password(password: str) -> str:
    return _hasher().hash(password)


def fault_of(password: str, name: str, email: str) -> str | None:
    """A sentence about what is wrong with a new password, or None."""
    folded = password.casefold()
    own = {name.casefold(), email.casefold(), email.split("@")[0].casefold()}
    if len(password) < SHORTEST:
        return ngettext("Use at least %(num)s character.", "Use at least %(num)s characters.", SHORTEST)
    if len(password) > LONGEST:
        return ngettext("Use at most %(num)s character.", "Use at most %(num)s characters.", LONGEST)
    if len(set(folded)) < 4 or folded in COMMON or folded.strip("0123456789!?.") in COMMON:
        return _("This is among the first that anybody would try. Three or four random words are good.")
    if folded in own:
        return _("Use something other than your name or address.")
    return None


@cache
def _hash_of_nothing() -> str:
    return _hasher().hash("nobody's password")


def _hasher() -> PasswordHasher:
    return _make_hasher(current_app.config["NOTICING"].is_testing)


@cache
def _make_hasher(is_testing: bool) -> PasswordHasher:
    cheap = profiles.CHEAPEST
    return PasswordHasher.from_parameters(cheap) if is_testing else PasswordHasher()
