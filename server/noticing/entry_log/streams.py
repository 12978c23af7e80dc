"""Streams: which device of whom appends, and how far it is complete."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.clock import make_id
from noticing.entry_log.models import Stream

_streams = cast("sa.Table", Stream.__table__)


@dataclass(frozen=True)
class StreamState:
    """One stream as it stands. `public_key` is a JWK (P-256), None for a server-side stream."""

    stream_id: str
    tenant_id: str
    person_id: str
    public_key: dict[str, str] | None
    is_server_side: bool
    is_revoked: bool
    acknowledged_through: int
    acknowledged_hash: bytes
    seen_change_seq: int


def find_stream(session: Session, stream_id: str) -> StreamState | None:
    row = session.execute(sa.select(_streams).where(_streams.c.stream_id == stream_id)).mappings().first()
    if row is None:
        return None
    same = {name: row[name] for name in StreamState.__dataclass_fields__ if name != "is_revoked"}
    return StreamState(is_revoked=row["revoked_at"] is not None, **same)


def add_stream(
    session: Session,
    stream_id: str,
    tenant_id: str,
    person_id: str,
    public_key: dict[str, str],
    device_label: str,
) -> None:
    session.add(
        Stream(
            stream_id=stream_id,
            tenant_id=tenant_id,
            person_id=person_id,
            public_key=public_key,
            device_label=device_label,
        )
    )
    session.flush()


def server_stream_of(session: Session, tenant_id: str, person_id: str) -> StreamState:
    """The stream of what a person does on the server's pages; made at her first entry, inside `writing()`."""
    of_person = sa.select(Stream.stream_id).where(Stream.person_id == person_id, Stream.is_server_side)
    stream_id = session.scalar(of_person)
    if stream_id is None:
        stream_id = make_id()
        session.add(
            Stream(
                stream_id=stream_id,
                tenant_id=tenant_id,
                person_id=person_id,
                is_server_side=True,
                public_key=None,
            )
        )
        session.flush()
    state = find_stream(session, stream_id)
    assert state is not None
    return state


def move_mark(
    session: Session, stream_id: str, through: int, running_hash: bytes, seen_change_seq: int, at: datetime
) -> None:
    """Note how far the stream is complete, and when it was last heard."""
    session.execute(
        sa.update(_streams)
        .where(_streams.c.stream_id == stream_id)
        .values(
            acknowledged_through=through,
            acknowledged_hash=running_hash,
            seen_change_seq=seen_change_seq,
            last_contact_at=at,
        )
    )
