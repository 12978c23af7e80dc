"""Which photos have come, from whom, and which are still wanted. `note_…` write, inside `database.writing()`."""

import re
from collections.abc import Iterable
from typing import Any, TypeGuard, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.clock import now
from noticing.entry_log.entry import Entry
from noticing.entry_log.streams import StreamState
from noticing.photos.models import LostPhoto, Photo, WantedPhoto

MAX_WANTED = 50  # in one answer
MAX_DECLARED = 1000  # by one stream

_SHA256 = re.compile(r"[0-9a-f]{64}")
_photos = cast("sa.Table", Photo.__table__)
_wanted = cast("sa.Table", WantedPhoto.__table__)
_lost = cast("sa.Table", LostPhoto.__table__)


def is_sha256(value: Any) -> TypeGuard[str]:
    """In its one text, hex in lower case: it becomes a file's name."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def note_named(session: Session, tenant_id: str, accepted: Iterable[Entry]) -> None:
    """Want the photos that these entries name, unless their author has brought them."""
    named = {(entry.author_id, sha256) for entry in accepted for sha256 in _named_in(entry)}
    for person_id, sha256 in sorted(named):
        of_person = {"tenant_id": tenant_id, "person_id": person_id, "sha256": sha256}
        is_settled = session.get(WantedPhoto, of_person) or has_brought(session, **of_person)
        if not is_settled:
            session.execute(sa.insert(_wanted), of_person | {"since": now()})


def note_complete(session: Session, stream: StreamState, sha256: str, size: int) -> None:
    """That the whole photo is on the disk; telling it twice is fine."""
    of_person = {"tenant_id": stream.tenant_id, "person_id": stream.person_id, "sha256": sha256}
    if size_brought(session, stream.stream_id, sha256) is None:
        row = of_person | {"stream_id": stream.stream_id, "size": size, "complete_at": now()}
        session.execute(sa.insert(_photos), row)
    for settled in (_wanted, _lost):
        session.execute(sa.delete(settled).where(*_is(settled, **of_person)))


def note_declared(session: Session, stream: StreamState, sha256: str) -> None:
    """That the device cannot give it any more; telling it twice is fine, and more than a thousand tells nothing new."""
    by_stream = sa.select(sa.func.count()).select_from(_lost).where(_lost.c.stream_id == stream.stream_id)
    is_known = session.get(LostPhoto, {"stream_id": stream.stream_id, "sha256": sha256}) is not None
    is_here = has_brought(session, stream.tenant_id, stream.person_id, sha256)
    if is_known or is_here or (session.scalar(by_stream) or 0) >= MAX_DECLARED:
        return
    of_stream = {"stream_id": stream.stream_id, "person_id": stream.person_id, "tenant_id": stream.tenant_id}
    session.execute(sa.insert(_lost), of_stream | {"sha256": sha256, "declared_at": now()})


def note_lost(session: Session, tenant_id: str, sha256: str) -> None:
    """That its bytes are gone from the shelf, or not what they were: who had brought it is asked again."""
    lost = _is(_photos, tenant_id=tenant_id, sha256=sha256)
    for person_id in session.scalars(sa.select(_photos.c.person_id).where(*lost).distinct()).all():
        of_person = {"tenant_id": tenant_id, "person_id": person_id, "sha256": sha256}
        if session.get(WantedPhoto, of_person) is None:
            session.execute(sa.insert(_wanted), of_person | {"since": now()})
    session.execute(sa.delete(_photos).where(*lost))


def is_wanted(session: Session, tenant_id: str, person_id: str, sha256: str) -> bool:
    return (
        session.get(WantedPhoto, {"tenant_id": tenant_id, "person_id": person_id, "sha256": sha256})
        is not None
    )


def size_brought(session: Session, stream_id: str, sha256: str) -> int | None:
    """How large the photo is that this very stream has brought."""
    return session.scalar(sa.select(_photos.c.size).where(*_is(_photos, stream_id=stream_id, sha256=sha256)))


def has_brought(session: Session, tenant_id: str, person_id: str, sha256: str) -> bool:
    """Whether the person herself has sent this photo, by any of her devices."""
    brought = _is(_photos, tenant_id=tenant_id, person_id=person_id, sha256=sha256)
    return session.scalar(sa.select(_photos.c.size).where(*brought).limit(1)) is not None


def wanted_of(session: Session, tenant_id: str, person_id: str) -> list[str]:
    """Named by accepted entries of the person, not here and not declared lost; the latest first, so that one that never
    comes blocks no other."""
    wanted = sa.select(_wanted.c.sha256).where(*_is(_wanted, tenant_id=tenant_id, person_id=person_id))
    declared = [_lost.c[name] == _wanted.c[name] for name in ("tenant_id", "person_id", "sha256")]
    wanted = wanted.where(~sa.exists().where(*declared))
    return list(session.scalars(wanted.order_by(_wanted.c.since.desc(), _wanted.c.sha256).limit(MAX_WANTED)))


def lost_of(session: Session, tenant_id: str, person_id: str, sha256s: Iterable[str]) -> set[str]:
    """Which of these photos a device of hers has declared lost."""
    declared = sa.select(_lost.c.sha256).where(*_is(_lost, tenant_id=tenant_id, person_id=person_id))
    return set(session.scalars(declared.where(_lost.c.sha256.in_(list(sha256s)))))


def count_lost(session: Session, tenant_id: str) -> dict[str, int]:
    """By stream, how many photos it has declared lost."""
    counted = sa.select(_lost.c.stream_id, sa.func.count().label("photos"))
    counted = counted.where(*_is(_lost, tenant_id=tenant_id)).group_by(_lost.c.stream_id)
    return {row.stream_id: row.photos for row in session.execute(counted)}


def _named_in(entry: Entry) -> list[str]:
    """The photo of an entry, or the one that an amendment puts in its place."""
    if entry.kind not in ("photo.taken", "entry.amended"):
        return []
    said = entry.payload if entry.kind == "photo.taken" else entry.payload.get("payload")
    sha256 = said.get("sha256") if isinstance(said, dict) else None
    return [sha256] if is_sha256(sha256) else []


def _is(table: sa.Table, **values: str) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in values.items()]
