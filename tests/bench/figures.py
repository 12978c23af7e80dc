"""Figures of a run: how long things took, in milliseconds, and how they compare."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

Figures = dict[str, Any]
SHARES = {"p50": 50, "p95": 95, "p99": 99}


def describe(times_ms: Sequence[float]) -> Figures:
    ordered = sorted(float(one) for one in times_ms)  # JSON tells a whole number as an int
    return {name: round(nearest(ordered, share), 2) for name, share in SHARES.items()} | {"n": len(ordered)}


def nearest(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a time that was really measured."""
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)]


def compare(one: Mapping[str, float], other: Mapping[str, float]) -> Figures:
    """How many times as long as the other, at each percentile."""
    return {name: ratio(one[name], other[name]) for name in SHARES}


def ratio(one: float, other: float) -> float | None:
    return round(one / other, 3) if other else None


def middle(values: Sequence[float]) -> float:
    return round(float(statistics.median(values)), 2)
