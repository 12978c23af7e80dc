"""The log's verbs: append, and read what is there. `append`, `settle`, `adopt` write, inside `database.writing()`."""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from noticing.entry_log.entry import Entry, parse_body, read_claimed_id
from noticing.entry_log.insertion import insert_rows
from noticing.entry_log.models import Envelope, LogEntry

_BATCH = 500  # ids in one IN (…): PostgreSQL plans longer lists slowly


class StoredEntry(NamedTuple):  # a thousand are made for each push
    """One body of the log and what was read from it when it came."""

    tenant_id: str
    change_seq: int
    entry_id: str
    body_hash: bytes
    body: bytes
    stream_id: str
    stream_seq: int
    author_id: str
    subject_kind: str | None
    subject_id: str | None
    kind: str | None
    received_at: datetime
    set_aside_code: str | None

    def parse(self) -> Entry:
        """The entry in the body; raises Unreadable for what was set aside because of that."""
        return parse_body(self.body)

    def named_id(self) -> str:
        """The id by which its device knows it: its own, even where the log could not take that."""
        return read_claimed_id(self.body) or self.entry_id


class Enveloped(NamedTuple):
    """That a stream's n-th entry is this body."""

    stream_id: str
    stream_seq: int
    tenant_id: str
    body_hash: bytes
    change_seq: int


_entries = cast("sa.Table", LogEntry.__table__)
_envelopes = cast("sa.Table", Envelope.__table__)

ENTRY_COLUMNS = [_entries.c[name] for name in StoredEntry._fields]
_of_tenant = _entries.c.tenant_id == sa.bindparam("tenant_id")
_of_author = sa.and_(_of_tenant, _entries.c.author_id == sa.bindparam("author_id"))
_is_place = sa.and_(
    _entries.c.tenant_id == sa.bindparam("of_tenant"), _entries.c.change_seq == sa.bindparam("at_seq")
)
_is_after = _entries.c.change_seq > sa.bindparam("after")
_is_until = _entries.c.change_seq <= sa.bindparam("through")
_is_subject = _entries.c.subject_id.in_(sa.bindparam("ids", expanding=True))
_is_accepted, _is_aside = _entries.c.set_aside_code.is_(None), _entries.c.set_aside_code.is_not(None)


def append(session: Session, entries: Iterable[StoredEntry], envelopes: Iterable[Enveloped]) -> None:
    """Put bodies and their places in streams at the end of the log."""
    insert_rows(session, _entries, StoredEntry._fields, entries)
    insert_rows(session, _envelopes, Enveloped._fields, envelopes)


_SETTLE = sa.update(_entries).where(_is_place)


def settle(
    session: Session, tenant_id: str, change_seq: int, set_aside_code: str | None, entry: Entry
) -> None:
    """Accept (None) or set aside an entry that is in the log already, and note what can be read from it now."""
    said = {name: getattr(entry, name) for name in ("subject_kind", "subject_id", "kind")}
    said |= {"entry_id": entry.entry_id} if set_aside_code is None else {}
    place = {"of_tenant": tenant_id, "at_seq": change_seq}
    session.execute(_SETTLE, place | said | {"set_aside_code": set_aside_code})


def adopt(session: Session, entry: StoredEntry) -> None:
    """Note that an entry of the log counts by another stream than the first that brought it."""
    place = {"of_tenant": entry.tenant_id, "at_seq": entry.change_seq}
    session.execute(_SETTLE, place | {"stream_id": entry.stream_id, "stream_seq": entry.stream_seq})


_NEXT = sa.select(*ENTRY_COLUMNS).order_by(_entries.c.change_seq).limit(sa.bindparam("limit"))
_NEXT_OF_TENANT = _NEXT.where(_of_tenant, _is_after)
_NEXT_OF_AUTHOR = _NEXT.where(_of_author, _is_after, _is_until)
_NEXT_FROM_ELSEWHERE = _NEXT_OF_AUTHOR.where(
    sa.or_(_entries.c.stream_id != sa.bindparam("not_from"), _is_aside)
)


def read_after(session: Session, tenant_id: str, after: int, limit: int) -> list[StoredEntry]:
    """The next entries of a tenant in the order of commits, set aside or not."""
    return _read(session, _NEXT_OF_TENANT, tenant_id=tenant_id, after=after, limit=limit)


def read_of_author(
    session: Session,
    author_id: str,
    tenant_id: str,
    after: int,
    through: int,
    limit: int,
    not_from: str | None = None,
) -> list[StoredEntry]:
    """A person's own entries whose number is in after < … <= through, set aside or not.

    Without the accepted ones that the stream `not_from` brought first.
    """
    asked = {"author_id": author_id, "tenant_id": tenant_id, "after": after, "through": through}
    if not_from is None:
        return _read(session, _NEXT_OF_AUTHOR, **asked, limit=limit)
    return _read(session, _NEXT_FROM_ELSEWHERE, **asked, limit=limit, not_from=not_from)


_AT = sa.select(*ENTRY_COLUMNS).where(_is_place)
_HASH_AT = sa.select(_entries.c.body_hash).where(_is_place)


def entry_at(session: Session, tenant_id: str, change_seq: int) -> StoredEntry | None:
    return next(iter(_read(session, _AT, of_tenant=tenant_id, at_seq=change_seq)), None)


def hash_at(session: Session, tenant_id: str, change_seq: int) -> bytes | None:
    """The hash of the entry with this number, where there is one."""
    return session.scalar(_HASH_AT, {"of_tenant": tenant_id, "at_seq": change_seq})


_ACCEPTED = sa.select(*ENTRY_COLUMNS).where(_of_tenant, _is_accepted, _is_subject)
_ACCEPTED_OF_KINDS = _ACCEPTED.where(_entries.c.kind.in_(sa.bindparam("kinds", expanding=True)))


def entries_of(
    session: Session, tenant_id: str, subject_ids: Collection[str], kinds: Collection[str] = ()
) -> list[StoredEntry]:
    """The accepted entries of these subjects in the order of commits; of all kinds where none is named."""
    if not kinds:
        return _read_in_batches(session, _ACCEPTED, subject_ids, tenant_id=tenant_id)
    return _read_in_batches(session, _ACCEPTED_OF_KINDS, subject_ids, tenant_id=tenant_id, kinds=kinds)


def _raw(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """As the driver has it: a fold reads thousands of rows and few different ids."""
    return sa.type_coerce(column, sa.types.NULLTYPE)


_BODIES = sa.select(_raw(_entries.c.subject_id), _entries.c.change_seq, _raw(_entries.c.body)).where(
    _of_tenant, _is_accepted, _is_subject
)


def bodies_of(
    session: Session, tenant_id: str, subject_ids: Collection[str]
) -> Iterator[tuple[str, int, bytes]]:
    """(subject_id, change_seq, body) of the accepted entries of these subjects: what a fold needs, and no more."""
    names: dict[Any, str] = {}
    for ids in _batches_of(subject_ids):
        for raw_id, change_seq, body in session.execute(_BODIES, {"tenant_id": tenant_id, "ids": ids}):
            if raw_id not in names:
                names[raw_id] = str(UUID(str(raw_id)))
            yield names[raw_id], change_seq, body


_ASIDE_FOR = sa.select(*ENTRY_COLUMNS).where(
    _of_tenant,
    _is_aside,
    _entries.c.set_aside_code.in_(sa.bindparam("codes", expanding=True)),
    _is_subject,
)


def set_aside_of(
    session: Session, tenant_id: str, subject_ids: Collection[str], codes: Collection[str]
) -> list[StoredEntry]:
    """What is set aside of these subjects for these reasons."""
    return _read_in_batches(session, _ASIDE_FOR, subject_ids, tenant_id=tenant_id, codes=codes)


_is_aside_but = sa.and_(
    _of_tenant, _is_aside, _entries.c.set_aside_code.not_in(sa.bindparam("but", expanding=True))
)
_ANY_ASIDE = sa.select(_entries.c.change_seq).where(_is_aside_but).limit(1)
_NEXT_ASIDE = _NEXT.where(_is_aside_but, _is_after)


def has_set_aside(session: Session, tenant_id: str, but: Collection[str] = ()) -> bool:
    """Whether anything lies aside for another reason than these."""
    return session.scalar(_ANY_ASIDE, {"tenant_id": tenant_id, "but": list(but)}) is not None


def all_set_aside(session: Session, tenant_id: str, but: Collection[str] = ()) -> Iterator[StoredEntry]:
    """What lies aside for another reason than these, a batch at a time."""
    after = 0
    while batch := _read(session, _NEXT_ASIDE, tenant_id=tenant_id, but=list(but), after=after, limit=_BATCH):
        yield from batch
        after = batch[-1].change_seq


_AT_ANY = sa.select(*ENTRY_COLUMNS).where(
    _of_tenant, _entries.c.change_seq.in_(sa.bindparam("ids", expanding=True))
)


def set_aside_at(session: Session, tenant_id: str, change_seqs: Collection[int]) -> list[StoredEntry]:
    """What still lies aside of these."""
    found = _read_in_batches(session, _AT_ANY, change_seqs, tenant_id=tenant_id)
    return [each for each in found if each.set_aside_code is not None]


_WITH_IDS = sa.select(*ENTRY_COLUMNS).where(_entries.c.entry_id.in_(sa.bindparam("ids", expanding=True)))


def entries_with_ids(session: Session, tenant_id: str, entry_ids: Collection[str]) -> list[StoredEntry]:
    """Everything in the log under these ids; more than one where the same id came with other content."""
    # The tenant is compared here: named in the question, SQLite reads the whole tenant instead of the ids' index.
    found = _read_in_batches(session, _WITH_IDS, entry_ids)
    return [each for each in found if each.tenant_id == tenant_id]


def ids_in_log(session: Session, tenant_id: str, entry_ids: Collection[str]) -> list[str]:
    """Which of these ids are in the log: most of what comes is new, and this finds that out at one stroke."""
    if session.get_bind().dialect.name == "sqlite":
        wanted = "SELECT entry_id FROM log_entry WHERE entry_id IN (SELECT value FROM json_each(?)) AND +tenant_id = ?"
        sent: tuple[Any, ...] = (
            json.dumps([each.replace("-", "") for each in entry_ids]),
            tenant_id.replace("-", ""),
        )
    else:
        # Each id for itself: where nobody has analyzed the table, a search for all of them reads it whole.
        wanted = (
            "SELECT wanted.id FROM unnest(%s::uuid[]) AS wanted(id) CROSS JOIN LATERAL "
            "(SELECT 1 FROM log_entry WHERE entry_id = wanted.id AND tenant_id = %s LIMIT 1) AS found"
        )
        sent = (list(entry_ids), tenant_id)
    return [str(UUID(str(row[0]))) for row in session.connection().exec_driver_sql(wanted, sent)]


_SUBJECTS = sa.select(_entries.c.subject_id).where(_of_tenant, _is_after, _is_until).distinct()


def subjects_between(session: Session, tenant_id: str, after: int, through: int) -> set[str]:
    """The subjects of the entries whose number is in after < … <= through."""
    found = session.scalars(_SUBJECTS, {"tenant_id": tenant_id, "after": after, "through": through})
    return {subject_id for subject_id in found if subject_id}


_SUBJECTS_BY_STREAM = _SUBJECTS.where(_of_author, _entries.c.stream_id == sa.bindparam("stream_id"))


def subjects_by_stream(
    session: Session, tenant_id: str, author_id: str, stream_id: str, after: int, through: int
) -> set[str]:
    """The subjects of the author's entries that this stream brought, in the same range."""
    asked = {"tenant_id": tenant_id, "author_id": author_id, "after": after, "through": through}
    found = session.scalars(_SUBJECTS_BY_STREAM, asked | {"stream_id": stream_id})
    return {subject_id for subject_id in found if subject_id}


_FROM_OTHER_STREAM = (
    sa.select(_entries.c.change_seq)
    .where(_of_author, _is_after, _entries.c.stream_id != sa.bindparam("stream_id"))
    .limit(1)
)


def has_entry_of_other_stream(
    session: Session, tenant_id: str, author_id: str, stream_id: str, after: int
) -> bool:
    """Whether another stream of the author has brought something since `after`."""
    asked = {"tenant_id": tenant_id, "author_id": author_id, "after": after, "stream_id": stream_id}
    return session.scalar(_FROM_OTHER_STREAM, asked) is not None


_STARTS = (
    sa.select(*ENTRY_COLUMNS)
    .where(_of_author, _entries.c.kind == "observation.started", _is_accepted)
    .order_by(_entries.c.change_seq)
)


def starts_of_author(session: Session, tenant_id: str, author_id: str) -> list[StoredEntry]:
    """The accepted starts of all observations of a person."""
    return _read(session, _STARTS, tenant_id=tenant_id, author_id=author_id)


def _read(session: Session, statement: sa.Select[Any], **asked: Any) -> list[StoredEntry]:
    return [StoredEntry._make(row) for row in session.execute(statement, asked)]


def _read_in_batches(
    session: Session, statement: sa.Select[Any], ids: Collection[Any], **asked: Any
) -> list[StoredEntry]:
    # Without an order: asked for one, SQLite reads the whole tenant in that order instead of what is wanted.
    found = [each for batch in _batches_of(ids) for each in _read(session, statement, ids=batch, **asked)]
    return sorted(found, key=lambda entry: entry.change_seq)


def _batches_of(ids: Collection[Any]) -> Iterator[list[Any]]:
    listed = sorted(ids)
    return (listed[start : start + _BATCH] for start in range(0, len(listed), _BATCH))
