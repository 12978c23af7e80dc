"""Tables of people and places. Every row belongs to a tenant (a district or a single school)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from noticing.clock import make_id, now
from noticing.database import Base, Id


def _own_id() -> Mapped[str]:
    return mapped_column(Id, primary_key=True, default=make_id)


def _tenant() -> Mapped[str]:
    return mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), index=True)


def _person() -> Mapped[str]:
    return mapped_column(Id, sa.ForeignKey("person.person_id"), index=True)


class Tenant(Base):
    __tablename__ = "tenant"
    tenant_id: Mapped[str] = _own_id()
    name: Mapped[str]
    locale: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    paper: Mapped[str] = mapped_column(default="Letter")  # "Letter" or "A4"


class School(Base):
    __tablename__ = "school"
    school_id: Mapped[str] = _own_id()
    tenant_id: Mapped[str] = _tenant()
    name: Mapped[str]


class Person(Base):
    __tablename__ = "person"
    person_id: Mapped[str] = _own_id()
    tenant_id: Mapped[str] = _tenant()
    display_name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)  # lower case
    password_hash: Mapped[str | None]
    session_mark: Mapped[int] = mapped_column(default=0)  # raised to end every session of the person
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class RoleGrant(Base):
    """A role held by a person from a day to a day, in a school or (school_id null) in the whole tenant."""

    __tablename__ = "role_grant"
    role_grant_id: Mapped[str] = _own_id()
    tenant_id: Mapped[str] = _tenant()
    person_id: Mapped[str] = _person()
    role: Mapped[str]  # coach, principal, teacher, admin
    school_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("school.school_id"))
    from_at: Mapped[datetime] = mapped_column(default=now)
    to_at: Mapped[datetime | None]
    granted_by: Mapped[str | None] = mapped_column(Id)


class ClassSection(Base):
    __tablename__ = "class_section"
    class_id: Mapped[str] = _own_id()
    tenant_id: Mapped[str] = _tenant()
    school_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("school.school_id"))
    teacher_id: Mapped[str] = _person()
    title: Mapped[str]
    grade: Mapped[str]
    subject: Mapped[str]
    room: Mapped[str]
    head_count: Mapped[int]


class Pairing(Base):
    """A coach and a teacher who work together: what every coaching rule of the policy asks."""

    __tablename__ = "pairing"
    pairing_id: Mapped[str] = _own_id()
    tenant_id: Mapped[str] = _tenant()
    coach_id: Mapped[str] = _person()
    teacher_id: Mapped[str] = _person()
    from_at: Mapped[datetime] = mapped_column(default=now)
    to_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]


class SetUpLink(Base):
    """A one-time link with which a person chooses her first password; only a hash of its token is kept."""

    __tablename__ = "set_up_link"
    token_hash: Mapped[str] = mapped_column(primary_key=True)  # sha256 hex
    tenant_id: Mapped[str] = _tenant()
    person_id: Mapped[str] = _person()
    made_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
