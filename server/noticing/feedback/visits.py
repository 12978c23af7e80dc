"""Shared visits as this room needs them: the view, and the names of people and classes."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from noticing.accounts import policy
from noticing.accounts.people import names_of
from noticing.accounts.places import class_row
from noticing.feedback.context import Notes, day_of, make_notes, time_of
from noticing.observations import clocks, projection
from noticing.observations.measures import measures_of
from noticing.observations.sittings import sittings_of_listed
from noticing.photos.image import shrink
from noticing.photos.showing import read_content, shown_to_both
from noticing.problems import Problem
from noticing.protocols.loader import load_all

View = dict[str, Any]
PHOTOS_MAX = 4  # in a letter


@dataclass(frozen=True)
class Card:
    """One visit in a list of notes."""

    observation_id: str
    channel: str
    person: str  # the other one of the pair
    class_label: str
    visited_on: date | None
    started: str
    strength: str
    version: int
    replies: int
    has_new_evidence: bool


def find_visit(tenant_id: str, observation_id: str) -> View:
    """The view of a visit of the tenant. Whether the actor may read it is another question."""
    view = projection.view_of(tenant_id, observation_id)
    if view is None or view["context"] is None:
        raise Problem("not-found")
    return view


def notes_of(tenant_id: str, raw_view: View) -> Notes:
    """The notes of a shared visit, by the tablet's clock or, where that was far off, by ours."""
    view, ahead = clocks.set_right(tenant_id, raw_view)
    context = view["context"]
    protocol = load_all().get((context["protocol_slug"], context["protocol_version"]))
    document = protocol.document if protocol else None
    names = names_of(tenant_id, [view["observer_id"], context["observed_id"]])
    measures = measures_of(view, document) if document else ()
    notes = make_notes(view, document, names, label_of_class(context["class_id"]), measures)
    picked = [line.entry_id for line in notes.lines]
    return replace(notes, clock_ahead_minutes=ahead, photos=tuple(shown_to_both(view, picked)))


def letter_photos(view: View, notes: Notes) -> dict[str, bytes]:
    """The photos of the notes as they are printed, by entry_id; the others stand there in words."""
    shown = shown_to_both(view, notes.photos[:PHOTOS_MAX])
    found = {entry_id: read_content(each) for entry_id, each in shown.items()}
    small = {entry_id: shrink(content[1]) for entry_id, content in found.items() if content}
    return {entry_id: picture for entry_id, picture in small.items() if picture}


def cards_of(actor: policy.Actor, *, is_own: bool, skip: int, count: int) -> list[Card]:
    """Visits to the actor (`is_own`), or by her, whose feedback she may read; the newest first."""
    find = projection.list_for_observed if is_own else projection.list_by_observer
    listed = [each for each in find(actor.tenant_id, actor.person_id) if each.status == "shared"]
    sittings = zip(listed, sittings_of_listed(actor.tenant_id, listed), strict=True)
    readable = (each for each, sitting in sittings if policy.can(actor, "feedback.read", sitting))
    page = [each.observation_id for each in islice(readable, skip, skip + count)]
    views = projection.views_of(actor.tenant_id, page)
    shown = [views[each] for each in page if each in views]
    others = [view["observer_id"] if is_own else view["context"]["observed_id"] for view in shown]
    names = names_of(actor.tenant_id, others)
    return [_card_of(view, names.get(other, "")) for view, other in zip(shown, others, strict=True)]


def label_of_class(class_id: str) -> str:
    """How teachers call it: the title that the class has in the roster."""
    row = class_row(class_id)
    return str(row["title"]) if row else ""


def _card_of(view: View, person: str) -> Card:
    feedback = view["feedback"][-1]
    texts = [str(one.get("text", "")).strip() for one in feedback.get("strengths", ())]
    return Card(
        observation_id=view["observation_id"],
        channel=view["context"]["channel"],
        person=person,
        class_label=label_of_class(view["context"]["class_id"]),
        visited_on=day_of(view["started_at"]),
        started=time_of(view["started_at"]) or "",
        strength=next(filter(None, texts), ""),
        version=int(feedback.get("version", 1)),
        replies=len(view["replies"]),
        has_new_evidence=bool(view["has_new_evidence_since_feedback"]),
    )
