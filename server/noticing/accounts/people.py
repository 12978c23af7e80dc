"""People and their roles: reading, adding, granting, ending. Every change is noted in the feed."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.accounts import pairings, policy
from noticing.accounts.models import ClassSection, Person, RoleGrant
from noticing.clock import make_id, now
from noticing.database import db, writing
from noticing.feed.counter import note_change
from noticing.ledger.acts import note_act
from noticing.problems import Problem

ROLES = ("coach", "principal", "teacher", "admin")


_people = cast("sa.Table", Person.__table__)
_grants = cast("sa.Table", RoleGrant.__table__)
_is_held = sa.and_(
    _grants.c.person_id == _people.c.person_id,
    _grants.c.from_at <= sa.bindparam("at"),
    sa.or_(_grants.c.to_at.is_(None), _grants.c.to_at > sa.bindparam("at")),
)
_IS_ONE = _people.c.person_id == sa.bindparam("person_id")
_ACTOR = (
    sa.select(_people.c.tenant_id, _grants.c.role, _grants.c.school_id)
    .select_from(_people.outerjoin(_grants, _is_held))
    .where(_IS_ONE)
)
_IS_ACTIVE = sa.select(_people.c.is_active).where(_IS_ONE)


class AccountRow(NamedTuple):
    """What of a person is asked at every request of a session."""

    person_id: str
    tenant_id: str
    display_name: str
    session_mark: int
    is_active: bool


_ACCOUNT = sa.select(*(_people.c[name] for name in AccountRow._fields)).where(_IS_ONE)


class EmailTaken(ValueError):
    """Somebody has this address already."""


def actor_of(person_id: str, at: datetime | None = None) -> policy.Actor:
    """The person as the policy sees her, with the roles that she holds (or held) at `at`, else now.

    Raises Problem `not-found`.
    """
    rows = db.session.execute(_ACTOR, {"person_id": person_id, "at": at or now()}).all()
    if not rows:
        raise Problem("not-found")
    held = [(role, school_id) for _tenant_id, role, school_id in rows if role is not None]
    return policy.Actor(
        person_id, rows[0].tenant_id, frozenset(role for role, _ in held), policy.reach_of(held)
    )


def colleague_of(actor: policy.Actor, person_id: str, at: datetime | None = None) -> policy.Colleague:
    """Another person as the policy sees her beside `actor` at `at`, else now. Raises Problem `not-found`."""
    moment = at or now()
    held = sa.select(RoleGrant.school_id).where(RoleGrant.person_id == person_id, _holds_at(moment))
    schools = {school_id for school_id in db.session.scalars(held) if school_id}
    schools |= set(db.session.scalars(sa.select(ClassSection.school_id).filter_by(teacher_id=person_id)))
    is_paired = pairings.pairing_between(actor.person_id, person_id, moment) is not None
    return policy.Colleague(find_person(person_id).tenant_id, person_id, frozenset(schools), is_paired)


def find_person(person_id: str) -> Person:
    """Raises Problem `not-found` where there is nobody with this id."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise Problem("not-found")
    return person


def find_account(person_id: str) -> AccountRow | None:
    """The same in one row, without the ORM; None where there is nobody with this id."""
    row = db.session.execute(_ACCOUNT, {"person_id": person_id}).first()
    return AccountRow._make(row) if row else None


def person_of_email(email: str) -> Person | None:
    """None where nobody has the address, however it is written."""
    return db.session.scalar(sa.select(Person).filter_by(email=tidy_email(email)))


def names_of(tenant_id: str, ids: Iterable[str]) -> Mapping[str, str]:
    """person_id -> name, of those of `ids` who are people of the tenant."""
    found = sa.select(Person.person_id, Person.display_name).where(
        Person.tenant_id == tenant_id, Person.person_id.in_(set(ids))
    )
    return dict(db.session.execute(found).all())


def count_people(tenant_id: str) -> int:
    """All of the tenant, those too whose account is closed."""
    counted = sa.select(sa.func.count()).select_from(Person).filter_by(tenant_id=tenant_id)
    return db.session.scalar(counted) or 0


def tidy_email(email: str) -> str:
    """As addresses are kept and compared."""
    return email.strip().lower()


def add_person(
    tenant_id: str,
    display_name: str,
    email: str,
    roles: Iterable[tuple[str, str | None]] = (),
    *,
    from_at: datetime | None = None,
    granted_by: str | None = None,
) -> str:
    """Add a person with her roles, each (role, school_id or None for the whole tenant). No password yet.

    Returns her person_id. Raises EmailTaken, and ValueError for a role that is none of ROLES.
    """
    with writing(tenant_id) as session:
        if session.scalar(sa.select(Person.person_id).filter_by(email=tidy_email(email))):
            raise EmailTaken
        person = Person(
            person_id=make_id(),
            tenant_id=tenant_id,
            display_name=" ".join(display_name.split()),
            email=tidy_email(email),
        )
        person_id = person.person_id
        session.add(person)
        session.flush()
        note_change(session, tenant_id, "row", "person", person_id)
        for role, school_id in roles:
            _grant(session, tenant_id, person_id, role, school_id, from_at, granted_by)
    return person_id


def rename_person(session: Session, person: Person, display_name: str, email: str) -> None:
    """Inside `writing()`: say who an account without name and address belongs to. Raises EmailTaken."""
    other = session.scalar(sa.select(Person.person_id).filter_by(email=tidy_email(email)))
    if other not in (None, person.person_id):
        raise EmailTaken
    person.display_name, person.email = " ".join(display_name.split()), tidy_email(email)
    note_change(session, person.tenant_id, "row", "person", person.person_id)


def grant_role(
    person_id: str,
    role: str,
    school_id: str | None = None,
    *,
    from_at: datetime | None = None,
    granted_by: str | None = None,
) -> None:
    """Let the person hold `role` in a school, or with None in the whole tenant. Raises ValueError: no such role."""
    tenant_id = find_person(person_id).tenant_id
    with writing(tenant_id) as session:
        _grant(session, tenant_id, person_id, role, school_id, from_at, granted_by)


def end_role(person_id: str, role: str, school_id: str | None = None, *, at: datetime | None = None) -> None:
    """End a role at a place, where held. The last coach or teacher role of a person takes her pairings with it."""
    tenant_id, moment = find_person(person_id).tenant_id, at or now()
    with writing(tenant_id) as session:
        _end_grants(
            session, tenant_id, person_id, moment, lambda g: (g.role, g.school_id) == (role, school_id)
        )


def deactivate_person(person_id: str, at: datetime | None = None) -> None:
    """End every role, pairing and session of a person.

    What her devices still hold is received: what she recorded while she might is accepted, the rest set aside.
    """
    tenant_id, moment = find_person(person_id).tenant_id, at or now()
    with writing(tenant_id) as session:
        _end_grants(session, tenant_id, person_id, moment, lambda _grant: True)
        person = session.get_one(Person, person_id)
        person.is_active = False
        note_act(session, tenant_id, "person.closed", person_id=person_id, at=moment.isoformat())
        raise_session_mark(session, person)


def end_sessions(person_id: str) -> None:
    """Sign the person out everywhere."""
    with writing(find_person(person_id).tenant_id) as session:
        end_sessions_within(session, person_id)


def end_sessions_within(session: Session, person_id: str) -> None:
    """The same inside `writing()`, together with what is the reason."""
    raise_session_mark(session, session.get_one(Person, person_id))


def is_closed(session: Session, person_id: str) -> bool:
    """Raises NoResultFound where there is nobody with this id."""
    return not session.execute(_IS_ACTIVE, {"person_id": person_id}).scalar_one()


def name_beside(person_id: sa.ColumnElement[str]) -> sa.ScalarSelect[str]:
    """The name of the person whose id stands in this column, for a search by name."""
    return sa.select(Person.display_name).where(Person.person_id == person_id).scalar_subquery()


def raise_session_mark(session: Session, person: Person) -> None:
    """Inside `writing()`: end every session of the person."""
    person.session_mark += 1
    note_act(
        session,
        person.tenant_id,
        "sessions.ended",
        person_id=person.person_id,
        session_mark=person.session_mark,
    )


def raise_session_mark_to(person_id: str, mark: int) -> None:
    """End the sessions that had ended when the mark was raised so far."""
    with writing(find_person(person_id).tenant_id) as session:
        person = session.get_one(Person, person_id)
        person.session_mark = max(person.session_mark, mark)


def end_all_sessions(tenant_id: str) -> None:
    """Sign everybody out, those too who have sessions from a time that this database does not know."""
    jump = 1_000_000 + secrets.randbelow(100_000_000)
    mine = sa.update(Person).where(Person.tenant_id == tenant_id)
    with writing(tenant_id) as session:
        session.execute(mine.values(session_mark=Person.session_mark + jump))


def emails_of(person_ids: Iterable[str]) -> list[str]:
    """Their addresses in the order of the alphabet; ids of nobody are passed over."""
    found = sa.select(Person.email).where(Person.person_id.in_(set(person_ids))).order_by(Person.email)
    return list(db.session.scalars(found))


def administrators_of(tenant_id: str) -> set[str]:
    """Who is administrator of the tenant now."""
    held = sa.select(RoleGrant.person_id).where(
        RoleGrant.tenant_id == tenant_id, RoleGrant.role == "admin", _holds_at(now())
    )
    return set(db.session.scalars(held))


def roles_held(
    person_ids: Iterable[str], at: datetime | None = None
) -> Mapping[str, list[tuple[str, str | None]]]:
    """The (role, school_id) pairs of each person, in the order in which they were granted."""
    held: dict[str, list[tuple[str, str | None]]] = {person_id: [] for person_id in person_ids}
    grants = sa.select(RoleGrant).where(RoleGrant.person_id.in_(held), _holds_at(at or now()))
    for grant in db.session.scalars(grants.order_by(RoleGrant.role_grant_id)):
        held[grant.person_id].append((grant.role, grant.school_id))
    return held


def _holds_at(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(RoleGrant.from_at <= at, sa.or_(RoleGrant.to_at.is_(None), RoleGrant.to_at > at))


def _grant(
    session: Session,
    tenant_id: str,
    person_id: str,
    role: str,
    school_id: str | None,
    from_at: datetime | None,
    granted_by: str | None,
) -> None:
    if role not in ROLES:
        raise ValueError(f"there is no role {role}")
    session.add(
        RoleGrant(
            tenant_id=tenant_id,
            person_id=person_id,
            role=role,
            school_id=school_id,
            from_at=from_at or now(),
            granted_by=granted_by,
        )
    )
    session.flush()
    note_change(session, tenant_id, "row", "person", person_id)
    note_change(session, tenant_id, "granted", "person", person_id, person_id)


def _end_grants(
    session: Session, tenant_id: str, person_id: str, at: datetime, is_meant: Callable[[RoleGrant], bool]
) -> None:
    running = session.scalars(
        sa.select(RoleGrant).where(RoleGrant.person_id == person_id, _holds_at(at))
    ).all()
    ended = [grant for grant in running if is_meant(grant)]
    for grant in ended:
        grant.to_at = at
        said = {
            "person_id": person_id,
            "role": grant.role,
            "school_id": grant.school_id,
            "at": at.isoformat(),
        }
        note_act(session, tenant_id, "role.ended", **said)
    left = {grant.role for grant in running if grant not in ended}
    for role in {grant.role for grant in ended} - left:
        pairings.end_pairings_of(session, tenant_id, person_id, role, at)
    if ended:
        note_change(session, tenant_id, "row", "person", person_id)
        note_change(session, tenant_id, "withdrawn", "person", person_id, person_id)
