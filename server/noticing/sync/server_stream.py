"""What a person does on the server's pages: entries in a stream of hers, by the same path as a tablet's."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from noticing import __version__
from noticing.accounts.policy import Actor
from noticing.clock import make_id, make_random_id, now
from noticing.database import writing
from noticing.entry_log import store
from noticing.entry_log.entry import SALT_BYTES, is_uuid, make_body
from noticing.entry_log.streams import server_stream_of
from noticing.problems import Problem
from noticing.sync.other_rooms import let_follow
from noticing.sync.receive import append_to_stream, say_step


@dataclass(frozen=True)
class PageDraft:
    """An entry to be made. `occurred_at`: the present on the clock by which the person lives; else in UTC.

    `entry_id`: made with the form (clock.make_id), so that a form that is sent twice is one entry.
    """

    subject_id: str
    kind: str
    payload: Mapping[str, Any]
    item_key: str | None = None
    replaces: Sequence[str] = ()
    occurred_at: str | None = None
    entry_id: str | None = None


def append_from_page(actor: Actor, drafts: Sequence[PageDraft]) -> list[str]:
    """Append entries for the actor, commit, and let the next steps follow; returns their ids.

    A draft that is in the log already is not appended again. Raises Problem `not-found` where one would be set
    aside (what it was about is not hers any more): then none of them is kept, for the person still has the form.
    """
    with writing(actor.tenant_id) as session:
        stream = server_stream_of(session, actor.tenant_id, actor.person_id)
        settled = [_settle_id(session, actor, draft) for draft in drafts]
        clock_session_id = make_random_id()  # a page has no clock: each request is a session of 0 ms
        bodies = [_body_of(actor, draft, clock_session_id) for draft, is_there in settled if not is_there]
        receipt = append_to_stream(session, stream, stream.acknowledged_through + 1, bodies)
        if receipt.set_aside:
            raise Problem("not-found")
    if bodies:
        say_step(receipt, len(bodies))
        let_follow(actor.tenant_id, receipt.kinds)
    return [str(draft.entry_id) for draft, _ in settled]


def _settle_id(session: Session, actor: Actor, draft: PageDraft) -> tuple[PageDraft, bool]:
    """The draft with its id, and whether it is in the log. Other content under a used id is another entry."""
    found = store.entries_with_ids(
        session, actor.tenant_id, [draft.entry_id] if is_uuid(draft.entry_id) else []
    )
    for stored in found:
        if stored.author_id == actor.person_id and stored.set_aside_code is None:
            entry = stored.parse()
            if (entry.subject_id, entry.kind, entry.payload) == (draft.subject_id, draft.kind, draft.payload):
                return draft, True
    is_free = is_uuid(draft.entry_id) and not found
    return draft if is_free else replace(draft, entry_id=make_id()), False


def _body_of(actor: Actor, draft: PageDraft, clock_session_id: str) -> bytes:
    return make_body(
        entry_id=str(draft.entry_id),
        author_id=actor.person_id,
        subject_id=draft.subject_id,
        kind=draft.kind,
        item_key=draft.item_key,
        payload=draft.payload,
        replaces=draft.replaces,
        at=draft.occurred_at or now().isoformat(timespec="milliseconds"),
        clock_session_id=clock_session_id,
        app_version=__version__,
        salt=secrets.token_bytes(SALT_BYTES),
    ).encode()
