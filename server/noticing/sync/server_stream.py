"""What a person does on the server's pages: entries in a stream of hers, by the same path as a tablet's."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from noticing import __version__
from noticing.accounts.policy import Actor
from noticing.clock import make_id, make_random_id, now
from noticing.database import writing
from noticing.entry_log.entry import ENTRY_SCHEMA
from noticing.entry_log.streams import server_stream_of
from noticing.problems import Problem
from noticing.sync.receive import append_to_stream, let_follow, say_step


@dataclass(frozen=True)
class PageDraft:
    """An entry to be made. `occurred_at`: the present on the clock by which the person lives; else in UTC."""

    subject_id: str
    kind: str
    payload: Mapping[str, Any]
    item_key: str | None = None
    replaces: Sequence[str] = ()
    occurred_at: str | None = None


def append_from_page(actor: Actor, drafts: Sequence[PageDraft]) -> list[str]:
    """Append entries for the actor, commit, and let the next steps follow; returns their ids.

    Raises Problem `not-found` where one was set aside: what it was about is not hers any more.
    """
    clock_session_id = make_random_id()  # a page has no clock of its own: each request is a session of 0 ms
    made = [_make_body(actor, draft, clock_session_id) for draft in drafts]
    with writing(actor.tenant_id) as session:
        stream = server_stream_of(session, actor.tenant_id, actor.person_id)
        bodies = [body for _, body in made]
        receipt = append_to_stream(session, stream, stream.acknowledged_through + 1, bodies)
    say_step(receipt, len(bodies))
    let_follow(actor.tenant_id)
    if receipt.set_aside:
        raise Problem("not-found")
    return [entry_id for entry_id, _ in made]


def _make_body(actor: Actor, draft: PageDraft, clock_session_id: str) -> tuple[str, str]:
    entry_id = make_id()
    at = draft.occurred_at or now().isoformat(timespec="milliseconds")
    body = {
        "entry_id": entry_id,
        "author_id": actor.person_id,
        "subject_kind": "observation",
        "subject_id": draft.subject_id,
        "kind": draft.kind,
        "item_key": draft.item_key,
        "payload": draft.payload,
        "replaces": list(draft.replaces),
        "occurred_at": at,
        "entered_at": at,
        "elapsed_ms": 0,
        "clock_session_id": clock_session_id,
        "app_version": __version__,
        "entry_schema": ENTRY_SCHEMA,
        "salt": base64.urlsafe_b64encode(secrets.token_bytes(8)).decode().rstrip("="),
    }
    return entry_id, msgspec.json.encode(body).decode()
