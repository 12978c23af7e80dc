"""Tables of the log. Only a stream's marks, damage, and whether and by which stream entries count are updated."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from noticing.clock import now
from noticing.database import Base, Id


class Stream(Base):
    """One installation of one account (or the server's own pages, `is_server_side`) that appends entries."""

    __tablename__ = "stream"
    stream_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), index=True)
    person_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("person.person_id"), index=True)
    is_server_side: Mapped[bool] = mapped_column(default=False)
    public_key: Mapped[dict[str, str] | None] = mapped_column(sa.JSON)  # JWK, P-256
    device_label: Mapped[str] = mapped_column(default="")
    enrolled_at: Mapped[datetime] = mapped_column(default=now)
    last_contact_at: Mapped[datetime | None]
    enrolled_by: Mapped[str | None] = mapped_column(
        Id
    )  # the first stream of its line, if a stream signed for it
    revoked_at: Mapped[datetime | None]
    revoked_through: Mapped[int] = mapped_column(
        sa.BigInteger, default=0, server_default="0"
    )  # had come before
    revoked_entries: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")  # came since,
    revoked_bytes: Mapped[int] = mapped_column(
        sa.BigInteger, default=0, server_default="0"
    )  # by all of its line
    acknowledged_through: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    acknowledged_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), default=bytes(32))
    seen_change_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # the feed's end at the last push


class ClockSample(Base):
    """A device's two clocks beside the server's. Of each page life the `best` (shortest way) and the `latest`."""

    __tablename__ = "clock_sample"
    __table_args__ = (sa.Index("ix_clock_sample_received", "stream_id", "received_at"),)
    stream_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("stream.stream_id"), primary_key=True)
    clock_session_id: Mapped[str] = mapped_column(Id, primary_key=True)
    which: Mapped[str] = mapped_column(primary_key=True)  # best, latest
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"))
    received_at: Mapped[datetime]
    device_wall: Mapped[str]
    device_elapsed_ms: Mapped[float] = mapped_column(sa.Double)
    round_trip_ms: Mapped[float | None] = mapped_column(sa.Double)


class Envelope(Base):
    """That a stream's n-th entry is this body. Two streams may carry the same body (after a fork)."""

    __tablename__ = "envelope"
    stream_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("stream.stream_id"), primary_key=True)
    stream_seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(Id)
    body_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    change_seq: Mapped[int] = mapped_column(sa.BigInteger)  # of the entry


class EntryChunk(Base):
    """A piece of an entry that does not get through whole. Gone when the entry is complete."""

    __tablename__ = "entry_chunk"
    stream_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("stream.stream_id"), primary_key=True)
    stream_seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    begins_at: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"))
    body_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    chunk: Mapped[bytes] = mapped_column(sa.LargeBinary)
    came_at: Mapped[datetime] = mapped_column(default=now)


class LogEntry(Base):
    """A body as it was received, and what can be read from it (null where it cannot be read)."""

    __tablename__ = "log_entry"
    __table_args__ = (
        sa.UniqueConstraint("entry_id", "body_hash"),
        sa.Index("ix_log_entry_subject", "tenant_id", "subject_id", "kind"),
        sa.Index("ix_log_entry_author", "tenant_id", "author_id", "change_seq"),
        sa.Index(
            "ix_log_entry_set_aside",
            "tenant_id",
            "subject_id",
            "set_aside_code",
            sqlite_where=sa.text("set_aside_code IS NOT NULL"),
            postgresql_where=sa.text("set_aside_code IS NOT NULL"),
        ),
        sa.Index(
            "ix_log_entry_aside",
            "tenant_id",
            "change_seq",
            sqlite_where=sa.text("set_aside_code IS NOT NULL"),
            postgresql_where=sa.text("set_aside_code IS NOT NULL"),
        ),
    )
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), primary_key=True)
    change_seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[str] = mapped_column(Id)  # made from the hash where the body's own cannot be taken
    body_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    stream_id: Mapped[str] = mapped_column(Id)  # the first that brought it and was not revoked
    stream_seq: Mapped[int] = mapped_column(sa.BigInteger)  # its number there
    author_id: Mapped[str] = mapped_column(
        Id
    )  # the stream's person: what the body says is checked against it
    subject_kind: Mapped[str | None]
    subject_id: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(default=now)
    set_aside_code: Mapped[str | None]
