"""Turns what is new in the feed into what one person may have of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from noticing.accounts import policy
from noticing.accounts.history import History
from noticing.entry_log import store
from noticing.entry_log.entry import Unreadable, hash_body, parse_body
from noticing.entry_log.store import StoredEntry
from noticing.feed.listing import Noted
from noticing.sync.grounds import read_standings
from noticing.sync.other_rooms import other_rooms
from noticing.sync.reference import all_rows, row_item
from noticing.sync.set_aside import WITHOUT_WORDS, say_why
from noticing.sync.standing import Standing
from noticing.sync.wire import EntryItem, GrantedItem, Item, RowItem, SetAsideItem, WithdrawnItem


@dataclass
class Handout:
    """For one reader at one time."""

    session: Session
    actor: policy.Actor
    history: History
    at: datetime
    _standings: dict[str, Standing] = field(default_factory=dict)
    _given_rows: set[tuple[str, str]] = field(default_factory=set)
    _named: set[str] = field(default_factory=set)

    def items_of(self, news: Sequence[StoredEntry | Noted], brought: Collection[str] = ()) -> list[Item]:
        """In the order of `news`; each row once. Then those subjects that she may not read of what she `brought`."""
        entries = {each.change_seq: entry for each in news if (entry := self._entry_of(each)) is not None}
        subject_ids = {entry.subject_id for entry in entries.values() if entry.subject_id} | set(brought)
        self._standings = read_standings(self.session, self.actor.tenant_id, subject_ids)
        items: list[Item] = []
        for each in news:
            entry = entries.get(each.change_seq)
            items += self._items_of_entry(entry) if entry else self._items_of_change(each)
        for subject_id in sorted(brought):
            items += self._withdrawal_of(subject_id)
        return items

    def _entry_of(self, each: StoredEntry | Noted) -> StoredEntry | None:
        if isinstance(each, StoredEntry):
            return each
        if each.room != "entry":
            return None
        return store.entry_at(self.session, self.actor.tenant_id, int(each.ref_id))

    def _items_of_entry(self, entry: StoredEntry) -> Iterable[Item]:
        is_spoilt = hash_body(entry.body) != entry.body_hash  # since it came
        if entry.set_aside_code is not None:
            if entry.author_id == self.actor.person_id:
                if not is_spoilt and self._may_have_words(entry):
                    yield _entry_item(entry)
                text = say_why(entry.set_aside_code, other_rooms().sentences)
                named = entry.named_id()
                yield SetAsideItem(entry.stream_id, entry.stream_seq, named, entry.set_aside_code, text)
        elif not self._may_read(entry):
            yield from self._withdrawal_of(entry.subject_id or "")
        elif not is_spoilt:
            yield _entry_item(entry)

    def _withdrawal_of(self, subject_id: str) -> Iterable[Item]:
        """Where she is its observer and may read it no more: her tablet holds what she made of it. Once."""
        standing = self._standings.get(subject_id)
        start = standing.start if standing else None
        if start is None or start.author_id != self.actor.person_id or subject_id in self._named:
            return
        if not self._may_read_in(subject_id, start.kind, start.author_id):
            self._named.add(subject_id)
            yield WithdrawnItem(start.subject_kind, subject_id)

    def _items_of_change(self, change: StoredEntry | Noted) -> Iterable[Item]:
        if not isinstance(change, Noted):
            return
        if change.what == "row":
            row = row_item(self.actor, change.room, change.ref_id)
            yield from self._once([row] if row else [])
        elif change.what == "granted":
            yield GrantedItem(change.room, change.ref_id)
            if change.room == "person":  # with another role she may know other people and places
                yield from self._once(all_rows(self.session, self.actor))

    def _once(self, rows: Iterable[RowItem]) -> Iterable[RowItem]:
        for row in rows:
            if (row.room, row.id) not in self._given_rows:
                self._given_rows.add((row.room, row.id))
                yield row

    def _may_have_words(self, entry: StoredEntry) -> bool:
        """Its own author, of what is set aside: the tablet that wrote it may be gone.

        Not what came by a device that was taken out of use, nor what stands under another id or author than it says;
        and of a visit only as long as she may read the rest of it.
        """
        if entry.subject_id is None or entry.set_aside_code in WITHOUT_WORDS or not _is_what_it_says(entry):
            return False
        standing = self._standings.get(entry.subject_id)
        return standing is None or standing.start is None or self._may_read(entry)

    def _may_read(self, entry: StoredEntry) -> bool:
        return self._may_read_in(entry.subject_id or "", entry.kind or "", entry.author_id)

    def _may_read_in(self, subject_id: str, kind: str, author_id: str) -> bool:
        standing = self._standings.get(subject_id)
        if standing is None:
            return False
        tenant_id = self.actor.tenant_id
        is_held = self.history.coaches_at(standing.field("observed_id"), self.at)
        sitting = standing.sitting(tenant_id, is_pairing_held=is_held)
        if sitting is None:
            return False
        return policy.can(self.actor, "entry.read", policy.Evidence(tenant_id, kind, author_id, sitting))


def _is_what_it_says(entry: StoredEntry) -> bool:
    try:
        said = parse_body(entry.body)
    except Unreadable:
        return False
    return said.author_id == entry.author_id and said.entry_id == entry.entry_id


def _entry_item(entry: StoredEntry) -> EntryItem:
    return EntryItem(entry.stream_id, entry.stream_seq, entry.body.decode())
