"""Tables of the projection. They hold nothing that the log does not: `rebuilding` makes them anew."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from noticing.database import Base, Id


class ObservationView(Base):
    """The fold of one observation; columns repeat what pages look for."""

    __tablename__ = "observation_view"
    __table_args__ = (
        sa.Index("ix_observation_view_observer", "tenant_id", "observer_id", "started_instant"),
        sa.Index("ix_observation_view_observed", "tenant_id", "observed_id", "started_instant"),
        sa.Index(
            "ix_observation_view_folded", "tenant_id", "protocol_slug", "protocol_version", "folded_with"
        ),
    )
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), primary_key=True)
    observation_id: Mapped[str] = mapped_column(
        Id, primary_key=True
    )  # made by a device: unique in a tenant only
    observer_id: Mapped[str | None] = mapped_column(Id)
    observed_id: Mapped[str | None] = mapped_column(Id)
    class_id: Mapped[str | None] = mapped_column(Id)
    school_id: Mapped[str | None] = mapped_column(Id)
    pairing_id: Mapped[str | None] = mapped_column(Id)
    channel: Mapped[str | None]
    status: Mapped[str]  # unknown, capturing, finished, shared
    protocol_slug: Mapped[str | None]
    protocol_version: Mapped[str | None]
    started_at: Mapped[str | None]  # the tablet's wall clock with its offset, as it was entered
    started_instant: Mapped[int | None] = mapped_column(sa.BigInteger)  # epoch ms of started_at
    view: Mapped[str] = mapped_column(sa.Text)  # canonical JSON: sorted keys, no spaces
    folded_with: Mapped[str | None]  # the protocol's hash; null where the server did not know it then


class ProjectionCursor(Base):
    """How far the feed has been folded."""

    __tablename__ = "projection_cursor"
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), primary_key=True)
    change_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)
