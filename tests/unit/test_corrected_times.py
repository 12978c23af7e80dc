"""Times by the server's clock: what they rest on, how wrong they can be, and that no claim of a device breaks them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noticing.entry_log.corrected_times import (
    EARLIEST_MS,
    GRAIN_MS,
    UNKNOWN_WAY_MS,
    RawTime,
    Sample,
    correct_time,
    is_shown,
)

NOW = 1_794_000_000_000  # a day in November 2026
MINUTE = 60_000
TEN_YEARS = 10 * 365 * 24 * 60 * MINUTE


def sample(**other: Any) -> Sample:
    """One minute into the session, by a clock that is right, over a way of 20 ms each."""
    made = {
        "clock_session_id": "page",
        "wall_ms": NOW,
        "elapsed_ms": MINUTE,
        "received_ms": NOW + 20,
        "round_trip_ms": 40,
    }
    return Sample(**made | other)


def raw(at: int = NOW, **other: Any) -> RawTime:
    """Entered at `at` by the device's wall clock, in the same session."""
    made = {
        "clock_session_id": "page",
        "elapsed_ms": at - NOW + MINUTE,
        "occurred_ms": at,
        "entered_ms": at,
        "received_ms": NOW + 60 * MINUTE,
    }
    return RawTime(**made | other)


def test_a_right_clock_is_left_alone_within_half_a_round_trip() -> None:
    found = correct_time(raw(), [sample()])
    assert (found.instant_ms, found.bound_ms, found.basis) == (NOW, 20 + GRAIN_MS, "monotonic")


@pytest.mark.parametrize("ahead", [7 * MINUTE, -7 * MINUTE, TEN_YEARS, -TEN_YEARS])
def test_a_wrong_clock_is_corrected_by_the_monotonic_one(ahead: int) -> None:
    found = correct_time(raw(NOW + ahead - 30_000, elapsed_ms=MINUTE - 30_000), [sample(wall_ms=NOW + ahead)])
    assert (found.instant_ms, found.ahead_ms, found.raw_ms) == (NOW - 30_000, ahead, NOW + ahead - 30_000)
    assert found.bound_ms is not None
    assert found.bound_ms < 30
    assert is_shown(found.ahead_ms)


def test_the_sample_with_the_shorter_way_counts_and_drift_widens_the_bound() -> None:
    best = sample()
    ten = 10 * MINUTE
    late = sample(wall_ms=NOW + ten, elapsed_ms=11 * MINUTE, received_ms=NOW + ten + 520, round_trip_ms=1000)
    found = correct_time(raw(), [late, best])
    assert (found.instant_ms, found.bound_ms) == (NOW, 20 + GRAIN_MS)  # the slow way explains the difference
    drifted = sample(wall_ms=NOW + ten, elapsed_ms=11 * MINUTE, received_ms=NOW + ten + 920, round_trip_ms=40)
    found = correct_time(raw(), [drifted, best])
    assert found.bound_ms is not None
    assert found.bound_ms >= 900


def test_the_further_from_a_sample_the_wider_the_bound() -> None:
    near, far = (correct_time(raw(NOW + way), [sample()]).bound_ms for way in (0, 30 * MINUTE))
    assert near is not None
    assert far is not None
    assert near < far < 200


def test_a_first_sample_without_a_round_trip_claims_no_more_than_it_knows() -> None:
    found = correct_time(raw(), [sample(round_trip_ms=None)])
    assert found.bound_ms is not None
    assert found.bound_ms >= UNKNOWN_WAY_MS


def test_what_was_entered_later_keeps_its_distance() -> None:
    ahead = 7 * MINUTE
    later = raw(NOW + ahead, occurred_ms=NOW + ahead - 5 * MINUTE, elapsed_ms=MINUTE)
    assert correct_time(later, [sample(wall_ms=NOW + ahead)]).instant_ms == NOW - 5 * MINUTE


def test_a_session_without_a_sample_goes_by_the_wall_with_the_difference_as_its_bound() -> None:
    found = correct_time(raw(NOW - 60 * MINUTE), [], sample(wall_ms=NOW + 7 * MINUTE))
    assert (found.instant_ms, found.basis) == (NOW - 67 * MINUTE, "wall")
    assert found.bound_ms == 7 * MINUTE + 20 + GRAIN_MS


def test_a_session_whose_clocks_disagree_is_not_trusted() -> None:
    """No device of ours goes on in one session after its clock was set; a backdated or broken one may say so."""
    found = correct_time(raw(NOW - TEN_YEARS, elapsed_ms=MINUTE), [sample()])
    assert (found.instant_ms, found.basis) == (NOW - TEN_YEARS, "wall")


def test_without_any_sample_the_raw_time_stands_without_a_bound() -> None:
    found = correct_time(raw(NOW - MINUTE), [])
    assert (found.instant_ms, found.bound_ms, found.basis) == (NOW - MINUTE, None, "none")


def test_nothing_happened_after_it_was_received() -> None:
    found = correct_time(raw(NOW + TEN_YEARS), [], sample())
    assert found.instant_ms == NOW + 60 * MINUTE
    assert found.bound_ms is not None
    assert found.bound_ms >= TEN_YEARS - 60 * MINUTE


ANY_MS = st.one_of(st.integers(EARLIEST_MS, 32_503_679_999_999), st.integers(NOW - 100_000, NOW + 100_000))
ANY_SAMPLE = st.builds(
    Sample,
    clock_session_id=st.just("page"),
    wall_ms=ANY_MS,
    elapsed_ms=st.one_of(st.integers(0, 2**53), st.floats(0, 2**53)),
    received_ms=st.integers(NOW, NOW + TEN_YEARS),
    round_trip_ms=st.one_of(st.none(), st.floats(0, 2**53)),
)
ANY_RAW = st.builds(
    RawTime,
    clock_session_id=st.just("page"),
    elapsed_ms=st.one_of(st.integers(), st.just(10**400), st.integers(0, 2**53)),
    occurred_ms=ANY_MS,
    entered_ms=ANY_MS,
    received_ms=st.integers(NOW, NOW + TEN_YEARS),
)


@given(ANY_RAW, st.lists(ANY_SAMPLE, max_size=3), st.one_of(st.none(), ANY_SAMPLE))
def test_absurd_claims_give_a_time_in_the_calendar_that_is_not_after_receipt(
    entry: RawTime, session: list[Sample], nearest: Sample | None
) -> None:
    found = correct_time(entry, session, nearest)
    assert EARLIEST_MS <= found.instant_ms <= entry.received_ms
    assert found.raw_ms == entry.occurred_ms
    assert (found.bound_ms is None) == (found.basis == "none")
    assert found.bound_ms is None or found.bound_ms >= 0


@given(
    ahead=st.integers(-TEN_YEARS, TEN_YEARS),
    ways=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=2),
    drift=st.floats(-40e-6, 40e-6),
    entered=st.integers(0, 90 * MINUTE),
    gap=st.integers(0, 90 * MINUTE),
)
def test_the_truth_lies_within_the_bound(
    ahead: int, ways: list[tuple[int, int]], drift: float, entered: int, gap: int
) -> None:
    """A device whose session began at NOW, ahead and drifting, over any ways."""
    samples = []
    for number, (there, back) in enumerate(ways):
        true = 20 * MINUTE + number * gap
        elapsed = round(true * (1 + drift))
        samples.append(Sample("page", NOW + ahead + elapsed, elapsed, NOW + true + there, there + back))
    elapsed = round(entered * (1 + drift))
    wall = NOW + ahead + elapsed
    entry = RawTime("page", elapsed, wall, wall, NOW + TEN_YEARS)
    found = correct_time(entry, samples)
    assert found.basis == "monotonic"
    assert found.bound_ms is not None
    assert abs(found.instant_ms - (NOW + entered)) <= found.bound_ms
