"""When a thing happened by the server's clock, and how wrong that can be. Pure; raw times are never touched.

Within a clock session that has a sample, the device's monotonic clock tells: bound = half the round trip, what
the two samples disagree by, and what a quartz may lose on the way to the nearer sample. Anywhere else the wall
clock tells, corrected by the nearest sample of its stream, with that very correction as its bound: it holds
while nobody sets the clock in between. Nothing happened after it was received.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

UNKNOWN_WAY_MS = 60_000.0  # of a first sample, whose device has not yet measured a round trip
GRAIN_MS = 2  # both clocks are told in whole milliseconds
QUARTZ = 50e-6
ONE_TIMELINE_MS = 2_000  # a device begins a new session when its clocks disagree by more than one second
SHOWN_FROM_MS = 120_000  # smaller differences are shown to nobody
EARLIEST_MS = -30_610_224_000_000  # the year 1000, the first that a device's time can name
LARGEST_MS = 2**53

Basis = Literal["monotonic", "wall", "none"]


@dataclass(frozen=True, slots=True)
class Sample:
    """A device's two clocks when it sent, and the server's when that came; in epoch ms and ms.

    `sent_ms`: when it was sent, by the server's clock: half a round trip before it came. `margin_ms`: how wrong that
    can be. `ahead_ms`: how far the device's wall clock was ahead of the server's; negative: behind.
    """

    clock_session_id: str
    wall_ms: int
    elapsed_ms: float
    received_ms: int
    round_trip_ms: float | None
    sent_ms: float = field(init=False)
    margin_ms: float = field(init=False)
    ahead_ms: float = field(init=False)

    def __post_init__(self) -> None:
        half = None if self.round_trip_ms is None else self.round_trip_ms / 2
        if half is not None and half >= UNKNOWN_WAY_MS:  # cannot be: no device waits so long for an answer
            half = None
        sent_ms = self.received_ms - (half or 0)
        object.__setattr__(self, "sent_ms", sent_ms)
        object.__setattr__(self, "margin_ms", UNKNOWN_WAY_MS if half is None else half)
        object.__setattr__(self, "ahead_ms", self.wall_ms - sent_ms)


@dataclass(frozen=True, slots=True)
class RawTime:
    """What one entry says of its time, and when it came."""

    clock_session_id: str
    elapsed_ms: int
    occurred_ms: int
    entered_ms: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class CorrectedTime:
    """`bound_ms` None: no clock of the device was ever seen beside ours.

    `ahead_ms`: how far the device's clock was ahead when it wrote this down; negative: behind.
    """

    instant_ms: int
    bound_ms: int | None
    basis: Basis
    raw_ms: int
    ahead_ms: int


def correct_time(raw: RawTime, session: Sequence[Sample], nearest: Sample | None = None) -> CorrectedTime:
    """`session`: the samples of the entry's own clock session. `nearest`: where it has none, another of the stream."""
    own = [sample for sample in session if _is_one_timeline(raw, sample)]
    beside = next(iter(session), nearest)
    if own:
        entered, bound = _by_monotonic(raw, own)
    elif beside:
        entered, bound = _by_wall(raw, beside)
    else:
        entered, bound = float(raw.entered_ms), None
    occurred = round(entered) - (raw.entered_ms - raw.occurred_ms)  # entered later: the distance stays
    instant = max(EARLIEST_MS, min(occurred, raw.received_ms))
    if bound is not None:
        bound += abs(occurred - instant)
    basis: Basis = "monotonic" if own else "wall" if beside else "none"
    rounded = None if bound is None else round(bound) + GRAIN_MS
    return CorrectedTime(instant, rounded, basis, raw.occurred_ms, raw.occurred_ms - occurred)


def is_shown(ahead_ms: float) -> bool:
    """Whether a clock is so far off that people are told."""
    return abs(ahead_ms) > SHOWN_FROM_MS


def _is_one_timeline(raw: RawTime, sample: Sample) -> bool:
    """Whether both clocks have gone equally far between entry and sample; else one of them is not to be trusted."""
    if abs(raw.elapsed_ms) > LARGEST_MS:
        return False
    return abs(_disagreement(raw, sample)) <= ONE_TIMELINE_MS


def _disagreement(raw: RawTime, sample: Sample) -> float:
    return (raw.entered_ms - sample.wall_ms) - (raw.elapsed_ms - sample.elapsed_ms)


def _by_monotonic(raw: RawTime, samples: Sequence[Sample]) -> tuple[float, float]:
    best = min(samples, key=lambda sample: (sample.margin_ms, sample.received_ms))
    bound = best.margin_ms
    for other in samples:
        gap = abs(_start_of(other) - _start_of(best))
        if gap > best.margin_ms + other.margin_ms:  # the clock has drifted, and that is proven
            bound = max(bound, gap + other.margin_ms)
    way = min(abs(raw.elapsed_ms - sample.elapsed_ms) for sample in samples)
    return _start_of(best) + raw.elapsed_ms, bound + way * QUARTZ


def _start_of(sample: Sample) -> float:
    """When the clock session began, by the server's clock."""
    return sample.sent_ms - sample.elapsed_ms


def _by_wall(raw: RawTime, sample: Sample) -> tuple[float, float]:
    return raw.entered_ms - sample.ahead_ms, abs(sample.ahead_ms) + sample.margin_ms
