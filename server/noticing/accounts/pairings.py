"""Coach and teacher who work together, and since when until when."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.accounts.models import ClassSection, Pairing, Person
from noticing.clock import make_id, now
from noticing.database import db, writing
from noticing.feed.counter import note_change
from noticing.ledger.acts import note_act
from noticing.problems import Problem


def pair(coach_id: str, teacher_id: str, *, from_at: datetime | None = None) -> str:
    """Begin a pairing; returns its id. A pairing that holds already is kept."""
    coach, teacher = db.session.get_one(Person, coach_id), db.session.get_one(Person, teacher_id)
    if coach.tenant_id != teacher.tenant_id or coach_id == teacher_id:
        raise ValueError("a pairing needs two people of one tenant")
    tenant_id = coach.tenant_id
    with writing(tenant_id) as session:
        held = pairing_between(coach_id, teacher_id, now())
        if held is not None:
            return held
        pairing_id = make_id()
        session.add(
            Pairing(
                pairing_id=pairing_id,
                tenant_id=tenant_id,
                coach_id=coach_id,
                teacher_id=teacher_id,
                from_at=from_at or now(),
            )
        )
        session.flush()
        note_change(session, tenant_id, "granted", "pairing", pairing_id, coach_id)
        _note_teacher(session, tenant_id, teacher_id)
        note_change(session, tenant_id, "row", "pairing", pairing_id)
    return pairing_id


def end_pairing(pairing_id: str, at: datetime | None = None) -> None:
    """End a pairing: from then on the coach reads nothing of it any more."""
    pairing = db.session.get(Pairing, pairing_id)
    if pairing is None:
        raise Problem("not-found")
    tenant_id, moment = pairing.tenant_id, at or now()
    with writing(tenant_id) as session:
        _end(session, session.get_one(Pairing, pairing_id), moment)


def end_pairings_of(session: Session, tenant_id: str, person_id: str, role: str, at: datetime) -> None:
    """Inside `writing()`: end what a person holds as coach or as teacher."""
    own = {"coach": Pairing.coach_id, "teacher": Pairing.teacher_id}.get(role)
    if own is None:
        return
    held = sa.select(Pairing).where(Pairing.tenant_id == tenant_id, own == person_id, Pairing.to_at.is_(None))
    for pairing in session.scalars(held):
        _end(session, pairing, at)


def is_pairing_held(pairing_id: str, coach_id: str, teacher_id: str, at: datetime) -> bool:
    """Whether this pairing is of these two and holds at `at`."""
    held = sa.select(Pairing.pairing_id).where(
        Pairing.pairing_id == pairing_id,
        Pairing.coach_id == coach_id,
        Pairing.teacher_id == teacher_id,
        _holds_at(at),
    )
    return db.session.scalar(held) is not None


def pairing_between(coach_id: str, teacher_id: str, at: datetime | None = None) -> str | None:
    """The id of the pairing that holds between the two at `at` (now, where nothing is said)."""
    held = sa.select(Pairing.pairing_id).where(
        Pairing.coach_id == coach_id, Pairing.teacher_id == teacher_id, _holds_at(at or now())
    )
    return db.session.scalars(held.order_by(Pairing.from_at)).first()


def pairings_of(coach_id: str, at: datetime | None = None) -> dict[str, str]:
    """teacher_id -> pairing_id of everyone whom the coach works with at `at`."""
    held = sa.select(Pairing.teacher_id, Pairing.pairing_id).where(
        Pairing.coach_id == coach_id, _holds_at(at or now())
    )
    return dict(db.session.execute(held).all())


def _holds_at(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Pairing.from_at <= at,
        sa.or_(Pairing.to_at.is_(None), Pairing.to_at > at),
        sa.or_(Pairing.suspended_at.is_(None), Pairing.suspended_at > at),
    )


def _end(session: Session, pairing: Pairing, at: datetime) -> None:
    if pairing.to_at is not None and pairing.to_at <= at:
        return
    pairing.to_at = at
    note_act(session, pairing.tenant_id, "pairing.ended", pairing_id=pairing.pairing_id, at=at.isoformat())
    note_change(session, pairing.tenant_id, "row", "pairing", pairing.pairing_id)
    note_change(session, pairing.tenant_id, "withdrawn", "pairing", pairing.pairing_id, pairing.coach_id)


def _note_teacher(session: Session, tenant_id: str, teacher_id: str) -> None:
    """The coach may know these rows from now on, but her cursor has passed them: they come again."""
    classes = session.execute(
        sa.select(ClassSection.class_id, ClassSection.school_id).filter_by(teacher_id=teacher_id)
    ).all()
    note_change(session, tenant_id, "row", "person", teacher_id)
    for school_id in sorted({school_id for _, school_id in classes}):
        note_change(session, tenant_id, "row", "school", school_id)
    for class_id, _ in classes:
        note_change(session, tenant_id, "row", "class", class_id)
