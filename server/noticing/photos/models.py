"""Tables of the photos. The bytes lie in the shelf (shelf.py), once for each tenant."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from noticing.clock import now
from noticing.database import Base, Id

Sha256 = sa.String(64)  # in hex, as on the wire


class Photo(Base):
    """That a stream has brought the whole of a photo: nobody gets one by naming its hash."""

    __tablename__ = "photo"
    __table_args__ = (
        sa.Index("ix_photo_person", "tenant_id", "person_id", "sha256"),
        sa.Index("ix_photo_sha256", "tenant_id", "sha256"),
    )
    stream_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("stream.stream_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"))
    person_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("person.person_id"))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    complete_at: Mapped[datetime] = mapped_column(default=now)


class WantedPhoto(Base):
    """An accepted entry of this person names a photo that none of her streams has brought yet."""

    __tablename__ = "wanted_photo"
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("person.person_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    since: Mapped[datetime] = mapped_column(default=now)


class LostPhoto(Base):
    """A device of this person has declared that it can no longer read the photo; one that comes after all wins."""

    __tablename__ = "lost_photo"
    __table_args__ = (sa.Index("ix_lost_photo_person", "tenant_id", "person_id", "sha256"),)
    stream_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("stream.stream_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"))
    person_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("person.person_id"))
    declared_at: Mapped[datetime] = mapped_column(default=now)
