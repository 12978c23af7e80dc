"""What later rooms add to receiving. app.py names it in one place; it belongs to the app, not to this module."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session

from noticing.entry_log.entry import Entry
from noticing.journal import say_where
from noticing.sync.admit import Check

_NAME = "noticing.sync"


@dataclass(frozen=True)
class OtherRooms:
    """`checks`: by kind, `check(payload, channel)` gives [(code, sentence)]; the first code becomes the reason.

    `sentences`: all that the checks can say, as keys of the catalogue. `followers`: called after each commit with the
    tenant_id and the kinds of what came. `is_photo_here(tenant_id, sha256)`: whether a photo lies here whole, by its
    bytes. `noters`: called inside the transaction, with the entries that count from now on. `wanted_photos(session,
    tenant_id, person_id)`: what a device of hers is asked for.
    """

    checks: Mapping[str, Check] = field(default_factory=dict)
    sentences: Mapping[str, Any] = field(default_factory=dict)
    followers: tuple[Callable[[str, Collection[str]], object], ...] = ()
    is_photo_here: Callable[[str, str], bool] = lambda _tenant_id, _sha256: False
    noters: tuple[Callable[[Session, str, Sequence[Entry]], object], ...] = ()
    wanted_photos: Callable[[Session, str, str], list[str]] = lambda _session, _tenant_id, _person_id: []


def join_rooms(app: Flask, rooms: OtherRooms) -> None:
    app.extensions[_NAME] = rooms


def other_rooms() -> OtherRooms:
    found: OtherRooms = current_app.extensions[_NAME]
    return found


def let_follow(tenant_id: str, kinds: Collection[str]) -> None:
    """Let the next step begin, after entries of these kinds. What was received stays, whatever happens there."""
    for follow in other_rooms().followers:
        try:
            follow(tenant_id, kinds)
        except Exception as fault:  # noqa: BLE001 - a fault in a view must not take back the answer to a committed push
            logging.getLogger(__name__).error("the step after receiving failed: %s", say_where(fault))
