"""The feed's counter and its list of row changes. Entries carry a number of the same counter themselves."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from noticing.clock import now
from noticing.database import Base, Id


class FeedCounter(Base):
    __tablename__ = "feed_counter"
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), primary_key=True)
    last_change_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class Change(Base):
    """Something other than an entry that readers of the feed must learn: a row, a grant, a withdrawal."""

    __tablename__ = "change"
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), primary_key=True)
    change_seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    what: Mapped[str]  # row, granted, withdrawn, set_aside, accepted
    room: Mapped[str]  # person, class, school, pairing, protocol, tenant; observation, entry
    ref_id: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(Id)  # whom it concerns, where it concerns one person
    at: Mapped[datetime] = mapped_column(default=now)


class ServerEpoch(Base):
    """One row: a random name that is made anew by every restore, so that devices notice it."""

    __tablename__ = "server_epoch"
    epoch: Mapped[str] = mapped_column(Id, primary_key=True)
    since: Mapped[datetime] = mapped_column(default=now)
    suspended_at: Mapped[datetime | None]  # restored without the ledger: only administrators come in
