"""A small school for tests of the server: a coach and her teacher, a principal, an administrator, a stranger."""

import re
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient

from noticing.accounts.pairings import pair
from noticing.accounts.passwords import choose_password
from noticing.accounts.people import add_person
from noticing.accounts.places import add_class, add_school, add_tenant

PASSWORD = "three random words"


@dataclass
class School:
    tenant_id: str
    school_id: str
    other_school_id: str
    class_id: str = ""
    pairing_id: str = ""
    people: dict[str, str] = field(default_factory=dict)  # lee -> person_id

    def email(self, who: str) -> str:
        return f"{who}@school.example"


def make_school(app: Flask, district: str = "Riverside") -> School:
    """People: lee (coach of rivera), rivera and okafor (teachers), park (principal), dana (administrator)."""
    with app.app_context():
        tenant_id = add_tenant(district)
        here, there = add_school(tenant_id, "Lincoln"), add_school(tenant_id, "Tubman")
        school = School(tenant_id, here, there)
        for who, name, role, place in (
            ("lee", "Coach Lee", "coach", None),
            ("rivera", "Ms Rivera", "teacher", here),
            ("okafor", "Mr Okafor", "teacher", there),
            ("park", "Dr Park", "principal", here),
            ("dana", "Dana Silva", "admin", None),
        ):
            school.people[who] = add_person(tenant_id, name, school.email(who), [(role, place)])
            choose_password(school.people[who], PASSWORD)
        school.class_id = add_class(
            here, school.people["rivera"], "4B", grade="4", subject="Math", room="12", head_count=22
        )
        school.pairing_id = pair(school.people["lee"], school.people["rivera"])
    return school


def csrf_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """Of a form on the page; who is signed in already is led on, and has one on every page."""
    page = client.get(path)
    if page.status_code == 303:
        page = client.get("/notes")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, f"no form on {path}"
    return found[1]


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, onward: str = "/") -> int:
    """The status of the answer: 303 when it worked."""
    form = {"csrf_token": csrf_token(client), "email": email, "password": password, "next": onward}
    return client.post("/sign-in", data=form).status_code


def without_token(page: str) -> str:
    """All of a page but its forms' token, which has the second in it at which it was made."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)
