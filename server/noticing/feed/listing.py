"""Reading the feed's changes. Entries have numbers of the same counter and are read from the log."""

from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.feed.models import Change


@dataclass(frozen=True, slots=True)
class Noted:
    change_seq: int
    what: str
    room: str
    ref_id: str
    person_id: str | None


_changes = cast("sa.Table", Change.__table__)
_OF_TENANT = sa.select(*(_changes.c[name] for name in Noted.__dataclass_fields__)).where(
    _changes.c.tenant_id == sa.bindparam("tenant_id")
)
_AT = _OF_TENANT.where(_changes.c.change_seq == sa.bindparam("change_seq"))
_BETWEEN = _OF_TENANT.where(
    _changes.c.change_seq > sa.bindparam("after"), _changes.c.change_seq <= sa.bindparam("through")
).order_by(_changes.c.change_seq)
_concerns_her = sa.or_(_changes.c.person_id.is_(None), _changes.c.person_id == sa.bindparam("person_id"))
_CONCERNING = _BETWEEN.where(_concerns_her).limit(sa.bindparam("limit"))
_RIGHTS = _CONCERNING.where(_changes.c.what.in_(["withdrawn", "granted"]))
_WITHDRAWN = _CONCERNING.where(_changes.c.what == "withdrawn")


def changes_between(session: Session, tenant_id: str, after: int, through: int) -> list[Noted]:
    """Changes with after < change_seq <= through."""
    asked = {"tenant_id": tenant_id, "after": after, "through": through}
    return [Noted(*row) for row in session.execute(_BETWEEN, asked)]


def changes_concerning(
    session: Session, tenant_id: str, person_id: str, after: int, through: int, limit: int
) -> list[Noted]:
    """The same, of those that concern this person or everybody."""
    asked = {"tenant_id": tenant_id, "after": after, "through": through}
    return [
        Noted(*row) for row in session.execute(_CONCERNING, asked | {"person_id": person_id, "limit": limit})
    ]


def has_other_rights(session: Session, tenant_id: str, person_id: str, after: int, through: int) -> bool:
    """Whether something was taken from this person, or from everybody; or may have been given back."""
    asked = {"tenant_id": tenant_id, "person_id": person_id, "limit": 1}
    first = session.execute(_RIGHTS, asked | {"after": after, "through": through}).first()
    if first is None:
        return False
    return session.execute(_WITHDRAWN, asked | {"after": 0, "through": through}).first() is not None


def change_at(session: Session, tenant_id: str, change_seq: int) -> Noted | None:
    row = session.execute(_AT, {"tenant_id": tenant_id, "change_seq": change_seq}).first()
    return Noted(*row) if row else None
