"""What a tablet may hold of people and places, as plain rows: the policy is asked for every one of them."""

import sqlalchemy as sa

from noticing.accounts import policy
from noticing.accounts.directory import Directory, Row, pairing_row, person_row
from noticing.accounts.models import ClassSection, Pairing, Person, School
from noticing.accounts.pairings import is_pairing_held, pairings_of
from noticing.accounts.people import actor_of, colleague_of
from noticing.accounts.places import class_row, school_row, tenant_row
from noticing.clock import now
from noticing.database import db


def row_of(room: str, ref_id: str) -> Row | None:
    """The row as it is now; None where it is gone (a pairing that has ended, too). Asks no policy."""
    return _READERS[room](ref_id) if room in _READERS else None


def row_for(actor: policy.Actor, room: str, ref_id: str) -> Row | None:
    """The row if `actor` may hold it on her tablet, else None."""
    row = row_of(room, ref_id)
    return row if row is not None and _may_hold(actor, room, row) else None


def rows_for(actor: policy.Actor) -> list[tuple[str, str, Row]]:
    """Everything that `actor` may hold, as (room, id, row), in the order in which rows refer to each other.

    The same as `row_for` for each, but read whole: the number of queries does not grow with the rows.
    """
    return Directory(actor).rows()


def _person_row(person_id: str) -> Row | None:
    person = db.session.get(Person, person_id)
    if person is None:
        return None
    return person_row(person, actor_of(person_id).roles)


def _pairing_row(pairing_id: str) -> Row | None:
    pairing = db.session.get(Pairing, pairing_id)
    if pairing is None or not is_pairing_held(pairing_id, pairing.coach_id, pairing.teacher_id, now()):
        return None
    return pairing_row(pairing)


def _may_hold(actor: policy.Actor, room: str, row: Row) -> bool:
    if room == "tenant":
        return policy.can(actor, "tenant.know", policy.Place(row["tenant_id"]))
    if room == "school":
        return policy.can(actor, "school.know", _school_name(actor, row["school_id"]))
    if room == "pairing":
        tenant_id = db.session.get_one(Pairing, row["pairing_id"]).tenant_id
        return policy.can(actor, "pairing.know", policy.Pair(tenant_id, row["coach_id"]))
    person_id = row["teacher_id" if room == "class" else "person_id"]
    return policy.can(actor, "colleague.know", colleague_of(actor, person_id))


def _school_name(actor: policy.Actor, school_id: str) -> policy.SchoolName:
    teachers = sa.select(ClassSection.teacher_id).filter_by(school_id=school_id)
    is_partners = not pairings_of(actor.person_id).keys().isdisjoint(db.session.scalars(teachers))
    tenant_id = db.session.get_one(School, school_id).tenant_id
    return policy.SchoolName(tenant_id, school_id, is_partners)


_READERS = {
    "tenant": tenant_row,
    "school": school_row,
    "person": _person_row,
    "class": class_row,
    "pairing": _pairing_row,
}
