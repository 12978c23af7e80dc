"""What a tablet may hold of people and places, as plain rows: the policy is asked for every one of them."""

from typing import Any

import sqlalchemy as sa

from noticing.accounts import policy
from noticing.accounts.models import ClassSection, Pairing, Person, School
from noticing.accounts.pairings import is_pairing_held, pairing_between
from noticing.accounts.people import actor_of, colleague_of
from noticing.accounts.places import class_row, school_row, tenant_row
from noticing.clock import now
from noticing.database import db

Row = dict[str, Any]
ROOMS = ("tenant", "school", "person", "class", "pairing")


def row_of(room: str, ref_id: str) -> Row | None:
    """The row as it is now; None where it is gone (a pairing that has ended, too). Asks no policy."""
    return _READERS[room](ref_id) if room in _READERS else None


def row_for(actor: policy.Actor, room: str, ref_id: str) -> Row | None:
    """The row if `actor` may hold it on her tablet, else None."""
    row = row_of(room, ref_id)
    return row if row is not None and _may_hold(actor, room, row) else None


def rows_for(actor: policy.Actor) -> list[tuple[str, str, Row]]:
    """Everything that `actor` may hold, as (room, id, row), in the order in which rows refer to each other."""
    found = []
    for room, ref_id in _candidates(actor.tenant_id):
        row = row_for(actor, room, ref_id)
        if row is not None:
            found.append((room, ref_id, row))
    return found


def _candidates(tenant_id: str) -> list[tuple[str, str]]:
    columns = {
        "school": School.school_id,
        "person": Person.person_id,
        "class": ClassSection.class_id,
        "pairing": Pairing.pairing_id,
    }
    found = [("tenant", tenant_id)]
    for room, column in columns.items():
        of_tenant = sa.select(column).where(column.class_.tenant_id == tenant_id).order_by(column)
        found += [(room, ref_id) for ref_id in db.session.scalars(of_tenant)]
    return found


def _person_row(person_id: str) -> Row | None:
    person = db.session.get(Person, person_id)
    if person is None:
        return None
    roles = sorted(actor_of(person_id).roles)
    return {"person_id": person_id, "display_name": person.display_name, "roles": roles}


def _pairing_row(pairing_id: str) -> Row | None:
    pairing = db.session.get(Pairing, pairing_id)
    if pairing is None or not is_pairing_held(pairing_id, pairing.coach_id, pairing.teacher_id, now()):
        return None
    return {"pairing_id": pairing_id, "coach_id": pairing.coach_id, "teacher_id": pairing.teacher_id}


def _may_hold(actor: policy.Actor, room: str, row: Row) -> bool:
    if room == "tenant":
        return bool(row["tenant_id"] == actor.tenant_id)
    if room == "pairing":
        return bool(row["coach_id"] == actor.person_id)
    if room == "school":
        return _may_hold_school(actor, row["school_id"])
    person_id = row["teacher_id" if room == "class" else "person_id"]
    return policy.can(actor, "colleague.know", colleague_of(actor, person_id))


def _may_hold_school(actor: policy.Actor, school_id: str) -> bool:
    """A school's name is known to whoever has a role there or works with one of its teachers."""
    if db.session.get_one(School, school_id).tenant_id != actor.tenant_id:
        return False
    if not actor.school_ids or school_id in actor.school_ids:
        return True
    teachers = sa.select(ClassSection.teacher_id).filter_by(school_id=school_id).distinct()
    return any(pairing_between(actor.person_id, teacher_id) for teacher_id in db.session.scalars(teachers))


_READERS = {
    "tenant": tenant_row,
    "school": school_row,
    "person": _person_row,
    "class": class_row,
    "pairing": _pairing_row,
}
