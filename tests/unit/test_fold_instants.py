"""A tablet's time becomes milliseconds, or nothing."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noticing.observations.instants import instant_of


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_it_reads_every_time_that_a_tablet_writes(moment: datetime) -> None:
    if moment.utcoffset().total_seconds() % 60:
        return
    text = moment.isoformat(timespec="milliseconds")
    assert instant_of(text) == round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30T09:00:00.000Z", "2026-11-12T24:00:00.000Z", "2026-11-12T09:05:12.345", "2026-11-12",
     "2026-11-12T09:05:12.345-05:00 ", "2026-11-12T09:05:12.345-0500", None, 7],
)  # fmt: skip
def test_what_is_no_time_is_nought(text: object) -> None:
    assert instant_of(text) == 0
