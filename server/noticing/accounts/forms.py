"""What people type about people, and a sentence for each field that is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from noticing.accounts.models import Person
from noticing.accounts.passwords import fault_of
from noticing.accounts.people import ROLES, tidy_email

AN_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST_NAME, LONGEST_ADDRESS = 100, 254


@dataclass
class PersonForm:
    """A person whom an administrator adds."""

    name: str = ""
    email: str = ""
    role: str = "teacher"
    school_id: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: Mapping[str, str], schools: Mapping[str, str]) -> "PersonForm":
        form = cls(_tidy(sent.get("name", "")), tidy_email(sent.get("email", "")))
        form.role, form.school_id = sent.get("role", ""), sent.get("school_id", "")
        form.faults = faults_of_person(form.name, form.email)
        if form.role not in ROLES:
            form.faults["role"] = _("Choose a role.")
        if form.school_id and form.school_id not in schools:
            form.faults["school_id"] = _("Choose a school of the list.")
        if form.role in ("teacher", "principal") and not form.school_id and schools:
            form.faults["school_id"] = _("A teacher or principal belongs to a school.")
        return form


@dataclass
class SetUpForm:
    """What a person says with her link: a password, and where nobody did it yet, her name and address."""

    name: str = ""
    email: str = ""
    password: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: Mapping[str, str], person: Person, asks_who: bool) -> "SetUpForm":
        form = cls(_tidy(sent.get("name", "")), tidy_email(sent.get("email", "")), sent.get("password", ""))
        if asks_who:
            form.faults = faults_of_person(form.name, form.email)
        names = (form.name, form.email) if asks_who else (person.display_name, person.email)
        fault = fault_of(form.password, *names)
        if fault:
            form.faults["password"] = fault
        elif form.password != sent.get("again", ""):
            form.faults["again"] = _("The two are not the same. Type it again.")
        return form


def faults_of_person(name: str, email: str) -> dict[str, str]:
    faults = {}
    if not 1 <= len(name) <= LONGEST_NAME:
        faults["name"] = _("Write the name as colleagues say it, such as Ms Rivera.")
    if not AN_ADDRESS.fullmatch(email) or len(email) > LONGEST_ADDRESS:
        faults["email"] = _("This is not a full address, such as name@school.org.")
    return faults


def _tidy(name: str) -> str:
    return " ".join(name.split())
