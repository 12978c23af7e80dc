"""What one person could do at any time: read once, then asked for as many instants as a push has entries."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import cast

import sqlalchemy as sa

from noticing.accounts import policy
from noticing.accounts.models import Pairing, RoleGrant
from noticing.database import db


@dataclass(frozen=True)
class Span:
    """From an instant (it included) to another (it not), or without end."""

    from_at: datetime
    to_at: datetime | None

    def holds_at(self, at: datetime) -> bool:
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


@dataclass(frozen=True)
class History:
    """The roles and pairings (as a coach) of a person, present and past. Pure once it is read."""

    person_id: str
    tenant_id: str
    roles: Sequence[tuple[str, str | None, Span]]  # role, school_id or None for the whole tenant
    coached: Sequence[tuple[str, Span]]  # the teachers whom she coaches; a pairing has a direction

    @cached_property
    def _turns(self) -> Sequence[datetime]:
        spans = [span for *_, span in self.roles] + [span for _, span in self.coached]
        return sorted({at for span in spans for at in (span.from_at, span.to_at) if at is not None})

    def stretch_at(self, at: datetime) -> int:
        """Numbers the stretches of time within which nothing changes: the same number, the same answers."""
        return bisect_right(self._turns, at)

    def moments_between(self, first: datetime, last: datetime) -> Sequence[datetime]:
        """One of each stretch that there is between the two, both included."""
        return [first, *self._turns[bisect_right(self._turns, first) : bisect_right(self._turns, last)]]

    def actor_at(self, at: datetime) -> policy.Actor:
        """The same as `people.actor_of`."""
        held = [(role, school_id) for role, school_id, span in self.roles if span.holds_at(at)]
        roles = frozenset(role for role, _ in held)
        return policy.Actor(self.person_id, self.tenant_id, roles, policy.reach_of(held))

    def coaches_at(self, teacher_id: str, at: datetime) -> bool:
        return any(coached == teacher_id and span.holds_at(at) for coached, span in self.coached)


_grants = cast("sa.Table", RoleGrant.__table__)
_pairings = cast("sa.Table", Pairing.__table__)
_HELD = sa.select(*(_grants.c[name] for name in ("role", "school_id", "from_at", "to_at"))).where(
    _grants.c.person_id == sa.bindparam("person_id"), _grants.c.tenant_id == sa.bindparam("tenant_id")
)
_COACHED = sa.select(
    *(_pairings.c[name] for name in ("teacher_id", "from_at", "to_at", "suspended_at"))
).where(_pairings.c.coach_id == sa.bindparam("person_id"), _pairings.c.tenant_id == sa.bindparam("tenant_id"))


def history_of(person_id: str, tenant_id: str) -> History:
    whose = {"person_id": person_id, "tenant_id": tenant_id}
    held, coached = db.session.execute(_HELD, whose), db.session.execute(_COACHED, whose)
    return History(
        person_id,
        tenant_id,
        [(role, school_id, Span(from_at, to_at)) for role, school_id, from_at, to_at in held],
        [(teacher_id, _span_of(from_at, *ends)) for teacher_id, from_at, *ends in coached],
    )


def _span_of(from_at: datetime, *ends: datetime | None) -> Span:
    return Span(from_at, min((at for at in ends if at is not None), default=None))
