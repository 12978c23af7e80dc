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
_ENTRY_COLUMNS = [_entries.c[name] for name in StoredEntry._fields]
_is_of_place = sa.and_(
    _entries.c.tenant_id == _envelopes.c.tenant_id, _entries.c.change_seq == _envelopes.c.change_seq
)


def append(session: Session, entries: Iterable[StoredEntry], envelopes: Iterable[Enveloped]) -> None:
    """Put bodies and their places in streams at the end of the log."""
    insert_rows(session, _entries, StoredEntry._fields, entries)
    insert_rows(session, _envelopes, Enveloped._fields, envelopes)


def settle(
    session: Session, tenant_id: str, change_seq: int, set_aside_code: str | None, entry: Entry
) -> None:
    """Accept (None) or set aside an entry that is in the log already, and note what can be read from it now."""
    session.execute(
        sa.update(_entries)
        .where(*_place(tenant_id, change_seq))
        .values(
            set_aside_code=set_aside_code,
            subject_kind=entry.subject_kind,
            subject_id=entry.subject_id,
            kind=entry.kind,
            **({"entry_id": entry.entry_id} if set_aside_code is None else {}),
        )
    )


def adopt(session: Session, entry: StoredEntry) -> None:
    """Note that an entry of the log counts by another stream than the first that brought it."""
    place = _place(entry.tenant_id, entry.change_seq)
    by = {"stream_id": entry.stream_id, "stream_seq": entry.stream_seq}
    session.execute(sa.update(_entries).where(*place).values(by))


def read_after(session: Session, tenant_id: str, after: int, limit: int) -> list[StoredEntry]:
    """The next entries of a tenant in the order of commits, set aside or not."""
    return _read(session, _entries.c.tenant_id == tenant_id, _entries.c.change_seq > after, limit=limit)


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
    wanted = [_entries.c.tenant_id == tenant_id, _entries.c.author_id == author_id]
    wanted += [_entries.c.change_seq > after, _entries.c.change_seq <= through]
    if not_from is not None:
        wanted.append(sa.or_(_entries.c.stream_id != not_from, _entries.c.set_aside_code.is_not(None)))
    return _read(session, *wanted, limit=limit)


def entry_at(session: Session, tenant_id: str, change_seq: int) -> StoredEntry | None:
    return next(iter(_read(session, *_place(tenant_id, change_seq))), None)


def entries_of(
    session: Session, tenant_id: str, subject_ids: Collection[str], kinds: Collection[str] = ()
) -> list[StoredEntry]:
    """The accepted entries of these subjects in the order of commits; of all kinds where none is named."""
    wanted = [_entries.c.tenant_id == tenant_id, _entries.c.set_aside_code.is_(None)]
    if kinds:
        wanted.append(_entries.c.kind.in_(kinds))
    return _read_in_batches(session, wanted, _entries.c.subject_id, subject_ids)


def bodies_of(
    session: Session, tenant_id: str, subject_ids: Collection[str]
) -> Iterator[tuple[str, int, bytes]]:
    """(subject_id, change_seq, body) of the accepted entries of these subjects: what a fold needs, and no more."""
    listed, names = sorted(subject_ids), dict[Any, str]()
    for start in range(0, len(listed), _BATCH):
        found = sa.select(_raw(_entries.c.subject_id), _entries.c.change_seq, _raw(_entries.c.body)).where(
            _entries.c.tenant_id == tenant_id,
            _entries.c.set_aside_code.is_(None),
            _entries.c.subject_id.in_(listed[start : start + _BATCH]),
        )
        for raw_id, change_seq, body in session.execute(found):
            if raw_id not in names:
                names[raw_id] = str(UUID(str(raw_id)))
            yield names[raw_id], change_seq, body


def _raw(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """As the driver has it: a fold reads thousands of rows and few different ids."""
    return sa.type_coerce(column, sa.types.NULLTYPE)


def set_aside_of(
    session: Session, tenant_id: str, subject_ids: Collection[str], codes: Collection[str] = ()
) -> list[StoredEntry]:
    """What is set aside of these subjects, for the reasons named or for any."""
    wanted = [_entries.c.tenant_id == tenant_id, _entries.c.set_aside_code.is_not(None)]
    if codes:
        wanted.append(_entries.c.set_aside_code.in_(codes))
    return _read_in_batches(session, wanted, _entries.c.subject_id, subject_ids)


def has_set_aside(session: Session, tenant_id: str, but: Collection[str] = ()) -> bool:
    """Whether anything lies aside for another reason than these."""
    found = sa.select(_entries.c.change_seq).where(*_is_aside(tenant_id, but))
    return session.scalar(found.limit(1)) is not None


def all_set_aside(session: Session, tenant_id: str, but: Collection[str] = ()) -> Iterator[StoredEntry]:
    """What lies aside for another reason than these, a batch at a time."""
    after, wanted = 0, _is_aside(tenant_id, but)
    while batch := _read(session, *wanted, _entries.c.change_seq > after, limit=_BATCH):
        yield from batch
        after = batch[-1].change_seq


def _is_aside(tenant_id: str, but: Collection[str]) -> tuple[sa.ColumnElement[bool], ...]:
    code = _entries.c.set_aside_code
    wanted = (_entries.c.tenant_id == tenant_id, code.is_not(None))
    return (*wanted, code.not_in(but)) if but else wanted


def entries_with_ids(session: Session, tenant_id: str, entry_ids: Collection[str]) -> list[StoredEntry]:
    """Everything in the log under these ids; more than one where the same id came with other content."""
    # The tenant is compared here: named in the question, SQLite reads the whole tenant instead of the ids' index.
    found = _read_in_batches(session, [], _entries.c.entry_id, entry_ids)
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


def subjects_between(session: Session, tenant_id: str, after: int, through: int) -> set[str]:
    """The subjects of the entries whose number is in after < … <= through."""
    found = sa.select(_entries.c.subject_id).where(
        _entries.c.tenant_id == tenant_id, _entries.c.change_seq > after, _entries.c.change_seq <= through
    )
    return {subject_id for subject_id in session.scalars(found.distinct()) if subject_id}


def hashes_of_stream(session: Session, stream_id: str, first: int, last: int) -> dict[int, bytes]:
    """stream_seq -> hash of what a stream has in first … last."""
    found = sa.select(_envelopes.c.stream_seq, _envelopes.c.body_hash).where(
        _envelopes.c.stream_id == stream_id, _envelopes.c.stream_seq.between(first, last)
    )
    rows = session.execute(found.order_by(_envelopes.c.stream_seq))
    return {row.stream_seq: row.body_hash for row in rows}


def body_of_place(session: Session, stream_id: str, stream_seq: int) -> bytes | None:
    """The body of one entry of a stream."""
    found = sa.select(_entries.c.body).join(_envelopes, _is_of_place)
    return session.scalar(
        found.where(_envelopes.c.stream_id == stream_id, _envelopes.c.stream_seq == stream_seq)
    )


def set_aside_of_stream(
    session: Session, stream_id: str, first: int, last: int
) -> list[tuple[int, StoredEntry]]:
    """(stream_seq, entry) of what is set aside among a stream's first … last."""
    found = (
        sa.select(_envelopes.c.stream_seq, *_ENTRY_COLUMNS)
        .join(_entries, _is_of_place)
        .where(_envelopes.c.stream_id == stream_id, _envelopes.c.stream_seq.between(first, last))
        .where(_entries.c.set_aside_code.is_not(None))
        .order_by(_envelopes.c.stream_seq)
    )
    return [(row[0], StoredEntry._make(row[1:])) for row in session.execute(found)]


def has_entry_of_other_stream(
    session: Session, tenant_id: str, author_id: str, stream_id: str, after: int
) -> bool:
    """Whether another stream of the author has brought something since `after`."""
    found = sa.select(_entries.c.change_seq).where(
        _entries.c.tenant_id == tenant_id,
        _entries.c.author_id == author_id,
        _entries.c.change_seq > after,
        _entries.c.stream_id != stream_id,
    )
    return session.scalar(found.limit(1)) is not None


def starts_of_author(session: Session, tenant_id: str, author_id: str) -> list[StoredEntry]:
    """The accepted starts of all observations of a person."""
    by_author = (_entries.c.tenant_id == tenant_id, _entries.c.author_id == author_id)
    is_start = (_entries.c.kind == "observation.started", _entries.c.set_aside_code.is_(None))
    return _read(session, *by_author, *is_start)


def _place(tenant_id: str, change_seq: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (_entries.c.tenant_id == tenant_id, _entries.c.change_seq == change_seq)


def _read(session: Session, *wanted: sa.ColumnElement[bool], limit: int | None = None) -> list[StoredEntry]:
    found = sa.select(*_ENTRY_COLUMNS).where(*wanted).order_by(_entries.c.change_seq).limit(limit)
    return [StoredEntry._make(row) for row in session.execute(found)]


def _read_in_batches(
    session: Session, wanted: list[sa.ColumnElement[bool]], column: sa.Column[Any], ids: Collection[str]
) -> list[StoredEntry]:
    listed = sorted(ids)
    found: list[StoredEntry] = []
    for start in range(0, len(listed), _BATCH):
        # Without an order: asked for one, SQLite reads the whole tenant in that order instead of what is wanted.
        batch = sa.select(*_ENTRY_COLUMNS).where(*wanted, column.in_(listed[start : start + _BATCH]))
        found += [StoredEntry._make(row) for row in session.execute(batch)]
    return sorted(found, key=lambda entry: entry.change_seq)
