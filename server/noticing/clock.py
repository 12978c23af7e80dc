"""The only place that asks the time and makes time-ordered ids."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

import uuid_utils

_frozen_at: ContextVar[datetime | None] = ContextVar("frozen_at", default=None)


def now() -> datetime:
    """The present instant, in UTC, with microseconds."""
    return _frozen_at.get() or datetime.now(UTC)


def make_id() -> str:
    """A new UUIDv7 as its canonical lower-case text."""
    return str(uuid_utils.uuid7())


def make_random_id() -> str:
    """A new UUIDv4, for things whose id must tell no time (epochs, links)."""
    return str(uuid_utils.uuid4())


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let `now()` answer `at` (with a time zone) inside the block."""
    token = _frozen_at.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen_at.reset(token)
