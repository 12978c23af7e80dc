"""Which photo an entry shows, and to whom. What was taken back is shown to nobody."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from noticing.accounts.policy import Evidence
from noticing.database import db
from noticing.observations import projection
from noticing.observations.sittings import sitting_of_view
from noticing.photos.holdings import has_brought, is_sha256, lost_of
from noticing.photos.image import type_of
from noticing.photos.shelf import shelf

KIND = "photo.taken"


@dataclass(frozen=True)
class Shown:
    """A photo by the entry that shows it, and that entry as the policy sees it."""

    sha256: str
    evidence: Evidence


def find_shown(tenant_id: str, observation_id: str, entry_id: str) -> Shown | None:
    """None where no such entry stands in the visit's timeline."""
    view = projection.view_of(tenant_id, observation_id)
    lines = view["timeline"] if view else ()
    line = next((line for line in lines if line["entry_id"] == entry_id), None)
    return shown_in(view, line) if view and line else None


def shown_in(view: Mapping[str, Any], line: Mapping[str, Any]) -> Shown | None:
    """The photo of a line of the timeline, as it was amended last. The timeline is the observer's own."""
    sitting = sitting_of_view(dict(view))
    sha256 = line["payload"].get("sha256")
    if line["kind"] != KIND or sitting is None or not is_sha256(sha256):
        return None
    is_for_author_only = line["payload"].get("names_covered") is not True
    evidence = Evidence(sitting.tenant_id, KIND, sitting.observer_id, sitting, is_for_author_only)
    return Shown(sha256, evidence)


def shown_to_both(view: Mapping[str, Any], entry_ids: Collection[str]) -> dict[str, Shown]:
    """Of these lines of a visit, the photos that are here and that observer and teacher may both see."""
    found = {line["entry_id"]: shown_in(view, line) for line in view["timeline"] if line["kind"] == KIND}
    return {
        entry_id: shown
        for entry_id, shown in found.items()
        if shown and entry_id in entry_ids and not shown.evidence.is_for_author_only and _is_brought(shown)
    }


def lost_in(view: Mapping[str, Any], entry_ids: Collection[str]) -> set[str]:
    """Of these lines of a visit, those whose photo was lost on the tablet."""
    lines = (line for line in view["timeline"] if line["kind"] == KIND and line["entry_id"] in entry_ids)
    named = {line["entry_id"]: shown for line in lines if (shown := shown_in(view, line))}
    if not named:
        return set()
    evidence = next(iter(named.values())).evidence
    hashes = {shown.sha256 for shown in named.values()}
    lost = lost_of(db.session(), evidence.tenant_id, evidence.author_id, hashes)
    return {entry_id for entry_id, shown in named.items() if shown.sha256 in lost}


def read_content(shown: Shown) -> tuple[str, bytes] | None:
    """Content type and bytes. None: not here yet, not brought by the entry's author, or no picture."""
    if not _is_brought(shown):
        return None
    content = shelf().read(shown.evidence.tenant_id, shown.sha256)
    content_type = type_of(content) if content else None
    return (content_type, content) if content and content_type else None


def _is_brought(shown: Shown) -> bool:
    return has_brought(db.session(), shown.evidence.tenant_id, shown.evidence.author_id, shown.sha256)
