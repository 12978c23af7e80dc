"""Taking numbers from the feed. Only inside `database.writing()`: its lock makes numbers follow commits."""

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.clock import make_random_id, now
from noticing.feed.models import Change, FeedCounter, ServerEpoch


def take_change_seqs(session: Session, tenant_id: str, count: int) -> int:
    """Reserve `count` numbers; returns the first of them."""
    counter = session.get(FeedCounter, tenant_id, populate_existing=True)
    if counter is None:
        counter = FeedCounter(tenant_id=tenant_id, last_change_seq=0)
        session.add(counter)
    first = counter.last_change_seq + 1
    counter.last_change_seq += count
    session.flush()
    return first


def note_change(
    session: Session, tenant_id: str, what: str, room: str, ref_id: str, person_id: str | None = None
) -> None:
    """Put one change at the end of the feed."""
    change_seq = take_change_seqs(session, tenant_id, 1)
    session.add(
        Change(
            tenant_id=tenant_id,
            change_seq=change_seq,
            what=what,
            room=room,
            ref_id=ref_id,
            person_id=person_id,
        )
    )


def read_last_change_seq(session: Session, tenant_id: str) -> int:
    """The newest number of the tenant, 0 when nothing has happened yet."""
    counted = session.scalar(sa.select(FeedCounter.last_change_seq).where(FeedCounter.tenant_id == tenant_id))
    return counted or 0


def read_server_epoch(session: Session) -> str:
    """The present epoch; migrations make the first."""
    return session.scalars(sa.select(ServerEpoch.epoch)).one()


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
