"""Taking numbers from the feed. Only inside `database.writing()`: its lock makes numbers follow commits."""

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.clock import make_random_id, now
from noticing.feed.models import Change, FeedCounter, ServerEpoch

_counters = cast("sa.Table", FeedCounter.__table__)
_LAST = sa.select(_counters.c.last_change_seq).where(_counters.c.tenant_id == sa.bindparam("tenant_id"))
_TAKE = sa.update(_counters).where(_counters.c.tenant_id == sa.bindparam("of_tenant"))
_BEGIN = sa.insert(_counters)
_NOTE = sa.insert(cast("sa.Table", Change.__table__))
_EPOCH = sa.select(cast("sa.Table", ServerEpoch.__table__).c.epoch)


def take_change_seqs(session: Session, tenant_id: str, count: int) -> int:
    """Reserve `count` numbers; returns the first of them."""
    session.flush()  # what the numbers are about is in the tables before them
    last = session.scalar(_LAST, {"tenant_id": tenant_id})
    if last is None:
        session.execute(_BEGIN, {"tenant_id": tenant_id, "last_change_seq": count})
    else:
        session.execute(_TAKE, {"of_tenant": tenant_id, "last_change_seq": last + count})
    return (last or 0) + 1


def note_change(
    session: Session, tenant_id: str, what: str, room: str, ref_id: str, person_id: str | None = None
) -> None:
    """Put one change at the end of the feed."""
    change_seq = take_change_seqs(session, tenant_id, 1)
    noted = {"what": what, "room": room, "ref_id": ref_id, "person_id": person_id, "at": now()}
    session.execute(_NOTE, {"tenant_id": tenant_id, "change_seq": change_seq} | noted)


def read_last_change_seq(session: Session, tenant_id: str) -> int:
    """The newest number of the tenant, 0 when nothing has happened yet."""
    return session.scalar(_LAST, {"tenant_id": tenant_id}) or 0


def read_server_epoch(session: Session) -> str:
    """The present epoch; migrations make the first."""
    return session.scalars(_EPOCH).one()


def renew_server_epoch(session: Session, before: str) -> bool:
    """Inside `writing()`: begin a new epoch, unless somebody has ended `before` already."""
    changed = session.execute(
        sa.update(ServerEpoch).where(ServerEpoch.epoch == before).values(epoch=make_random_id(), since=now())
    )
    return bool(cast("sa.CursorResult[Any]", changed).rowcount)


def is_suspended(session: Session) -> bool:
    """Whether a restore could not learn what was ended after its backup, and nobody has looked at it since."""
    return session.scalars(sa.select(ServerEpoch.suspended_at)).one() is not None


def suspend(session: Session, at: datetime | None) -> None:
    """Inside `writing()`: let only administrators sign in from `at`; None lets everybody again."""
    session.execute(sa.update(ServerEpoch).values(suspended_at=at))


def tenant_ids(session: Session) -> list[str]:
    """Every tenant in which something has happened: adding one is the first thing that does."""
    return list(session.scalars(sa.select(FeedCounter.tenant_id).order_by(FeedCounter.tenant_id)))
