"""Tenants, schools and classes: reading and adding."""

from collections.abc import Collection, Mapping
from typing import Any, cast

import sqlalchemy as sa

from noticing.accounts.models import ClassSection, School, Tenant
from noticing.clock import make_id
from noticing.database import db, writing
from noticing.feed.counter import note_change


def add_tenant(name: str, *, locale: str = "en", time_zone: str = "UTC", paper: str = "Letter") -> str:
    """Add a district, or a school that stands alone; returns its id."""
    tenant_id = make_id()
    with writing(tenant_id) as session:
        session.add(Tenant(tenant_id=tenant_id, name=name, locale=locale, time_zone=time_zone, paper=paper))
        session.flush()
        note_change(session, tenant_id, "row", "tenant", tenant_id)
    return tenant_id


def add_school(tenant_id: str, name: str) -> str:
    school_id = make_id()
    with writing(tenant_id) as session:
        session.add(School(school_id=school_id, tenant_id=tenant_id, name=name))
        session.flush()
        note_change(session, tenant_id, "row", "school", school_id)
    return school_id


def add_class(
    school_id: str, teacher_id: str, title: str, *, grade: str, subject: str, room: str, head_count: int
) -> str:
    """Add a class of a teacher; `head_count` is what the roster says, not who is present."""
    class_id, tenant_id = make_id(), db.session.get_one(School, school_id).tenant_id
    with writing(tenant_id) as session:
        session.add(
            ClassSection(
                class_id=class_id,
                tenant_id=tenant_id,
                school_id=school_id,
                teacher_id=teacher_id,
                title=title,
                grade=grade,
                subject=subject,
                room=room,
                head_count=head_count,
            )
        )
        session.flush()
        note_change(session, tenant_id, "row", "class", class_id)
        note_change(session, tenant_id, "row", "school", school_id)
    return class_id


_sections = cast("sa.Table", ClassSection.__table__)
_OF_CLASS = ("class_id", "school_id", "title", "grade", "subject", "room", "head_count", "teacher_id")
_CLASSES = sa.select(*(_sections.c[name] for name in _OF_CLASS)).where(
    _sections.c.class_id.in_(sa.bindparam("ids", expanding=True))
)


def class_row(class_id: str) -> dict[str, Any] | None:
    """A class as tablets hold it."""
    found = db.session.get(ClassSection, class_id)
    return {name: getattr(found, name) for name in _OF_CLASS} if found else None


def class_rows(class_ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """class_id -> the same row, of those that there are."""
    if not class_ids:
        return {}
    found = db.session.execute(_CLASSES, {"ids": sorted(class_ids)}).mappings()
    return {row["class_id"]: dict(row) for row in found}


def school_row(school_id: str) -> dict[str, Any] | None:
    found = db.session.get(School, school_id)
    return {"school_id": found.school_id, "name": found.name} if found else None


def tenant_row(tenant_id: str) -> dict[str, Any] | None:
    found = db.session.get(Tenant, tenant_id)
    return (
        {name: getattr(found, name) for name in ("tenant_id", "name", "locale", "paper")} if found else None
    )


_schools = cast("sa.Table", School.__table__)
_SCHOOLS = (
    sa.select(_schools.c.school_id, _schools.c.name)
    .where(_schools.c.tenant_id == sa.bindparam("tenant_id"))
    .order_by(_schools.c.name)
)


def schools_of(tenant_id: str) -> Mapping[str, str]:
    """school_id -> name, by name."""
    return dict(db.session.execute(_SCHOOLS, {"tenant_id": tenant_id}).all())


def has_classes(tenant_id: str) -> bool:
    return (
        db.session.scalar(sa.select(ClassSection.class_id).filter_by(tenant_id=tenant_id).limit(1))
        is not None
    )


def first_tenant_id() -> str | None:
    """The oldest tenant: where the command line adds people when no other is named."""
    return db.session.scalars(sa.select(Tenant.tenant_id).order_by(Tenant.tenant_id)).first()
