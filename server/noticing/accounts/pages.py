"""Pages of accounts: choosing the first password, and the administrator's list of people."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from noticing.accounts import people, set_up
from noticing.accounts.doors import current_actor
from noticing.accounts.forms import PersonForm, SetUpForm
from noticing.accounts.hosts import is_only_here, write_address
from noticing.accounts.models import Person
from noticing.accounts.places import has_classes, schools_of
from noticing.accounts.sign_in import begin_session, blueprint
from noticing.database import db
from noticing.problems import Problem

MANY = 500


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.route("/set-up/<token>", methods=["GET", "POST"], endpoint="set_up")
def choose_first_password(token: str) -> Response:
    person = set_up.person_of_link(token)
    asks_who = set_up.is_unnamed(person)
    if request.method == "GET":
        return _set_up_page(person, SetUpForm(), asks_who)
    form = SetUpForm.read(request.form, person, asks_who)
    if form.faults:
        return _set_up_page(person, form, asks_who)
    try:
        begin_session(set_up.use_link(token, form.password, (form.name, form.email) if asks_who else None))
    except people.EmailTaken:
        form.faults["email"] = _("Somebody has this address already.")
        return _set_up_page(person, form, asks_who)
    return redirect("/", 303)


def _set_up_page(person: Person, form: SetUpForm, asks_who: bool) -> Response:
    page = render_template("accounts/set_up.html", person=person, form=form, asks_who=asks_who)
    answer = make_response(page, 422 if form.faults else 200)
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address is the key
    return answer


@blueprint.get("/people", endpoint="people")
def list_people() -> str:
    return _people_page(_blank())


@blueprint.post("/people", endpoint="add_person")
def add_person() -> str | tuple[str, int]:
    """Add one person; the page that follows shows, once, the link to hand over."""
    actor = current_actor()
    form = PersonForm.read(request.form, schools_of(actor.tenant_id))
    if form.faults:
        return _people_page(form), 422
    roles = [(form.role, form.school_id or None)]
    try:
        person_id = people.add_person(
            actor.tenant_id, form.name, form.email, roles, granted_by=actor.person_id
        )
    except people.EmailTaken:
        form.faults["email"] = _("Somebody has this address already.")
        return _people_page(form), 422
    return _people_page(_blank(), new=_handover(person_id))


@blueprint.post("/people/<uuid:person_id>/link", endpoint="renew_link")
def renew_link(person_id: UUID) -> str:
    """A new link for somebody who never chose a password. For anyone else it would be a way into her account."""
    person = people.find_person(str(person_id))
    if person.tenant_id != current_actor().tenant_id or person.password_hash is not None:
        raise Problem("not-found")
    return _people_page(_blank(), new=_handover(person.person_id))


def _blank() -> PersonForm:
    return PersonForm(school_id=next(iter(schools_of(current_actor().tenant_id)), ""))


def _handover(person_id: str) -> dict[str, Any]:
    address, name = write_address(set_up.make_link(person_id)), people.find_person(person_id).display_name
    return {"name": name, "address": address, "is_only_here": is_only_here(address)}


def _people_page(form: PersonForm, new: dict[str, Any] | None = None) -> str:
    tenant_id, wanted = current_actor().tenant_id, request.args.get("q", "").strip()
    schools = schools_of(tenant_id)
    return render_template(
        "accounts/people.html",
        form=form,
        new=new,
        rows=_rows(tenant_id, wanted, schools),
        total=people.count_people(tenant_id),
        has_classes=has_classes(tenant_id),
        wanted=wanted,
        many=MANY,
        roles=role_names(),
        schools=schools,
    )


def _rows(tenant_id: str, wanted: str, schools: Mapping[str, str]) -> list[dict[str, Any]]:
    found = sa.select(Person).filter_by(tenant_id=tenant_id).order_by(Person.display_name).limit(MANY)
    if wanted:
        in_name = Person.display_name.icontains(wanted, autoescape=True)
        found = found.where(in_name | Person.email.icontains(wanted, autoescape=True))
    persons = db.session.scalars(found).all()
    held, names = people.roles_held(person.person_id for person in persons), role_names()
    return [
        {
            "person": person,
            "email": None if set_up.is_unnamed(person) else person.email,
            "roles": [
                (names[role], schools.get(school_id or "", _("everywhere")))
                for role, school_id in held[person.person_id]
            ],
        }
        for person in persons
    ]


def role_names() -> dict[str, str]:
    return {
        "teacher": _("Teacher"),
        "coach": _("Coach"),
        "principal": _("Principal"),
        "admin": _("Administrator"),
    }
