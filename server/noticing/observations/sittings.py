"""An observation as the policy sees it, for the pages: from the same view that they show."""

from datetime import datetime
from typing import Any

from noticing.accounts.pairings import pairing_between
from noticing.accounts.policy import Sitting
from noticing.clock import now
from noticing.observations.projection import view_of


def sitting_of(tenant_id: str, observation_id: str, at: datetime | None = None) -> Sitting | None:
    """None where the observation is unknown or its start has not come."""
    view = view_of(tenant_id, observation_id)
    return sitting_of_view(view, at) if view else None


def sitting_of_view(view: dict[str, Any], at: datetime | None = None) -> Sitting | None:
    """The same for a view that was read already."""
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
