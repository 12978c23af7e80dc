"""Reading the feed's changes. Entries have numbers of the same counter and are read from the log."""

from dataclasses import dataclass

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


_COLUMNS = (Change.change_seq, Change.what, Change.room, Change.ref_id, Change.person_id)


def changes_between(
    session: Session,
    tenant_id: str,
    after: int,
    through: int,
    person_id: str | None = None,
    limit: int | None = None,
) -> list[Noted]:
    """Changes with after < change_seq <= through; with `person_id`, those that concern her or everybody."""
    found = sa.select(*_COLUMNS).where(
        Change.tenant_id == tenant_id, Change.change_seq > after, Change.change_seq <= through
    )
    if person_id is not None:
        found = found.where(sa.or_(Change.person_id.is_(None), Change.person_id == person_id))
    return [Noted(*row) for row in session.execute(found.order_by(Change.change_seq).limit(limit))]


def change_at(session: Session, tenant_id: str, change_seq: int) -> Noted | None:
    found = sa.select(*_COLUMNS).where(Change.tenant_id == tenant_id, Change.change_seq == change_seq)
    row = session.execute(found).first()
    return Noted(*row) if row else None
