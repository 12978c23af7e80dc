"""A tenant's people and places, read whole, and what of them one person may hold on her tablet."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

import sqlalchemy as sa

from noticing.accounts import policy
from noticing.accounts.models import ClassSection, Pairing, Person, RoleGrant, School
from noticing.accounts.pairings import pairings_of
from noticing.accounts.places import class_row, school_row, tenant_row
from noticing.clock import now
from noticing.database import Base, db

Row = dict[str, Any]
T = TypeVar("T", bound=Base)


class Directory:
    """For one reader, now."""

    def __init__(self, actor: policy.Actor) -> None:
        self.actor = actor
        self.schools = self._read(School, School.school_id)
        self.people = self._read(Person, Person.person_id)
        self.classes = self._read(ClassSection, ClassSection.class_id)
        self.pairings = self._read(Pairing, Pairing.pairing_id, Pairing.coach_id == actor.person_id)
        self.partners = pairings_of(actor.person_id)
        self.roles: dict[str, set[str]] = defaultdict(set)
        self.schools_of: dict[str, set[str]] = defaultdict(set)
        at = now()
        held = sa.and_(RoleGrant.from_at <= at, sa.or_(RoleGrant.to_at.is_(None), RoleGrant.to_at > at))
        for grant in self._read(RoleGrant, RoleGrant.role_grant_id, held):
            self.roles[grant.person_id].add(grant.role)
            self.schools_of[grant.person_id] |= {grant.school_id} if grant.school_id else set()
        for lesson in self.classes:
            self.schools_of[lesson.teacher_id].add(lesson.school_id)

    def _read(self, table: type[T], order: Any, *wanted: sa.ColumnElement[bool]) -> list[T]:
        of_tenant = sa.select(table).filter_by(tenant_id=self.actor.tenant_id).where(*wanted).order_by(order)
        return list(db.session.scalars(of_tenant))

    def rows(self) -> list[tuple[str, str, Row]]:
        return [*self._tenant(), *self._schools(), *self._people(), *self._classes(), *self._pairings()]

    def _can(self, action: str, subject: policy.Subject) -> bool:
        return policy.can(self.actor, action, subject)

    def _can_know(self, person_id: str) -> bool:
        schools = frozenset(self.schools_of[person_id])
        is_paired = person_id in self.partners
        colleague = policy.Colleague(self.actor.tenant_id, person_id, schools, is_paired)
        return self._can("colleague.know", colleague)

    def _tenant(self) -> Iterable[tuple[str, str, Row]]:
        tenant_id = self.actor.tenant_id
        row = tenant_row(tenant_id)
        if row and self._can("tenant.know", policy.Place(tenant_id)):
            yield "tenant", tenant_id, row

    def _schools(self) -> Iterable[tuple[str, str, Row]]:
        of_partners = {each.school_id for each in self.classes if each.teacher_id in self.partners}
        for each in self.schools:
            is_partners = each.school_id in of_partners
            school = policy.SchoolName(each.tenant_id, each.school_id, is_partners)
            if self._can("school.know", school):
                yield from _as_row("school", each.school_id, school_row(each.school_id))

    def _people(self) -> Iterable[tuple[str, str, Row]]:
        for each in self.people:
            if self._can_know(each.person_id):
                yield "person", each.person_id, person_row(each, self.roles[each.person_id])

    def _classes(self) -> Iterable[tuple[str, str, Row]]:
        for each in self.classes:
            if self._can_know(each.teacher_id):
                yield from _as_row("class", each.class_id, class_row(each.class_id))

    def _pairings(self) -> Iterable[tuple[str, str, Row]]:
        for each in self.pairings:
            is_held = each.pairing_id in self.partners.values()
            if is_held and self._can("pairing.know", policy.Pair(each.tenant_id, each.coach_id)):
                yield "pairing", each.pairing_id, pairing_row(each)


def _as_row(room: str, ref_id: str, row: Row | None) -> Iterable[tuple[str, str, Row]]:
    """`row` comes from the session, which has read it with the others: no query."""
    return [(room, ref_id, row)] if row else []


def person_row(person: Person, roles: Iterable[str]) -> Row:
    return {"person_id": person.person_id, "display_name": person.display_name, "roles": sorted(roles)}


def pairing_row(pairing: Pairing) -> Row:
    return {
        "pairing_id": pairing.pairing_id,
        "coach_id": pairing.coach_id,
        "teacher_id": pairing.teacher_id,
    }
