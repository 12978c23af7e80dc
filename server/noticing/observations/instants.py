"""The order in which a visit is told. Twin of pwa/src/observation/instants.ts."""

from collections.abc import Mapping
from typing import Any

from noticing.instants import instant_of

__all__ = ["instant_of", "timed"]


def timed(entry: Mapping[str, Any]) -> tuple[int, str]:
    """Sort key: by instant, then by id."""
    return instant_of(entry["occurred_at"]), entry["entry_id"]
