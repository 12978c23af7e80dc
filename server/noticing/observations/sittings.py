"""An observation as the policy sees it, for the pages: from the same view that they show."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from noticing.accounts.pairings import pairing_between
from noticing.accounts.policy import Sitting
from noticing.clock import now
from noticing.observations.projection import Listed


def sitting_of_view(view: dict[str, Any], at: datetime | None = None) -> Sitting | None:
    """Of one view; None where the start of the observation has not come. Held or not: at `at`, else now."""
    context = view["context"]
    if context is None:
        return None
    observer_id, observed_id = view["observer_id"], context["observed_id"]
    return Sitting(
        tenant_id=context["tenant_id"],
        channel=context["channel"],
        observer_id=observer_id,
        observed_id=observed_id,
        school_id=context["school_id"],
        is_pairing_held=pairing_between(observer_id, observed_id, at or now()) is not None,
        is_finished=view["status"] in ("finished", "shared"),
        is_shared=view["status"] == "shared",
    )


def sittings_of_listed(tenant_id: str, visits: Iterable[Listed]) -> Iterator[Sitting]:
    """The same for a list of visits that have begun, without their views."""
    at = now()

    @cache
    def is_held(observer_id: str, observed_id: str) -> bool:
        return pairing_between(observer_id, observed_id, at) is not None

    for each in visits:
        observer_id, observed_id = str(each.observer_id), str(each.observed_id)
        yield Sitting(
            tenant_id=tenant_id,
            channel=str(each.channel),
            observer_id=observer_id,
            observed_id=observed_id,
            school_id=str(each.school_id),
            is_pairing_held=is_held(observer_id, observed_id),
            is_finished=each.status in ("finished", "shared"),
            is_shared=each.status == "shared",
        )
