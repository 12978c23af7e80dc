"""What later rooms add to receiving. app.py names it in one place; it belongs to the app, not to this module."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app

from noticing.sync.admit import Check

_NAME = "noticing.sync"


@dataclass(frozen=True)
class OtherRooms:
    """`checks`: by kind, `check(payload, channel)` gives [(code, sentence)]; the first code becomes the reason.

    `sentences`: all that the checks can say, as keys of the catalogue. `followers`: called with the tenant_id
    after each commit.
    """

    checks: Mapping[str, Check] = field(default_factory=dict)
    sentences: Mapping[str, Any] = field(default_factory=dict)
    followers: tuple[Callable[[str], object], ...] = ()


def join_rooms(app: Flask, rooms: OtherRooms) -> None:
    app.extensions[_NAME] = rooms


def other_rooms() -> OtherRooms:
    found: OtherRooms = current_app.extensions[_NAME]
    return found


def let_follow(tenant_id: str) -> None:
    """Let the next step begin. What was received stays received whatever happens there."""
    for follow in other_rooms().followers:
        try:
            follow(tenant_id)
        except Exception:  # a fault in a view must not take back the answer to a committed push
            logging.getLogger(__name__).exception("the step after receiving failed")
