"""What one person could do at any time: read once, then asked for as many instants as a push has entries."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

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


def history_of(person_id: str, tenant_id: str) -> History:
    grants = db.session.scalars(sa.select(RoleGrant).filter_by(person_id=person_id, tenant_id=tenant_id))
    roles = [(grant.role, grant.school_id, Span(grant.from_at, grant.to_at)) for grant in grants]
    pairings = db.session.scalars(sa.select(Pairing).filter_by(coach_id=person_id, tenant_id=tenant_id))
    coached = [(pairing.teacher_id, _span_of(pairing)) for pairing in pairings]
    return History(person_id, tenant_id, roles, coached)


def _span_of(pairing: Pairing) -> Span:
    ends = [at for at in (pairing.to_at, pairing.suspended_at) if at is not None]
    return Span(pairing.from_at, min(ends, default=None))
