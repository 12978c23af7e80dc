"""Every push tells how the device's clocks stand beside the server's; what is needed to correct times is kept."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from device import Device, Visit, id_of
from noticing.clock import make_random_id
from noticing.database import db
from noticing.entry_log.models import ClockSample
from noticing.observations import clocks
from school import School


def push_clock(lee: Device, **other: Any) -> None:
    clock = {
        "device_wall": "2026-11-12T09:05:12.345-05:00",
        "device_elapsed_ms": 1000.5,
        "clock_session_id": lee.clock_session_id,
        "round_trip_ms": None,
    }
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "bodies": [], "clock": clock | other}
    response = lee.post(gzip.compress(json.dumps(sent).encode()))
    assert response.status_code == 200, response.get_data(as_text=True)


def kept(app: Flask) -> list[tuple[str, float, float | None]]:
    with app.app_context():
        found = sa.text("SELECT which, device_elapsed_ms, round_trip_ms FROM clock_sample ORDER BY which")
        return [tuple(row) for row in db.session.execute(found)]


def test_the_best_and_the_latest_reading_of_a_page_life_are_kept(app: Flask, lee: Device) -> None:
    for elapsed, way in ((1, None), (2, 90), (3.5, 40), (4, 41), (5, None)):
        push_clock(lee, device_elapsed_ms=elapsed, round_trip_ms=way)
    assert kept(app) == [("best", 3.5, 40), ("latest", 5, None)]
    push_clock(lee, clock_session_id=make_random_id(), device_elapsed_ms=0)
    assert len(kept(app)) == 4


def test_a_reading_tells_the_servers_time_too(app: Flask, lee: Device) -> None:
    push_clock(lee)
    with app.app_context():
        found = db.session.execute(sa.text("SELECT device_wall, received_at FROM clock_sample")).all()
    assert {row.device_wall for row in found} == {"2026-11-12T09:05:12.345-05:00"}
    assert all(row.received_at for row in found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"clock_session_id": "\0"},
        {"clock_session_id": "page"},
        {"device_wall": "\0"},
        {"device_wall": "9:05"},
        {"device_elapsed_ms": -1},
        {"device_elapsed_ms": 10**300},
        {"round_trip_ms": -5},
    ],
)
def test_a_reading_that_makes_no_sense_holds_up_no_entries(
    app: Flask, lee: Device, wrong: dict[str, Any]
) -> None:
    push_clock(lee, **wrong)
    assert kept(app) == []


def told_exchange(**other: Any) -> dict[str, Any]:
    """Asked at second 900, answered 84 ms later; what is sent now took a minute longer to get ready."""
    at = datetime.now(UTC) - timedelta(seconds=70)
    told = {
        "device_elapsed_ms": 960_000,
        "round_trip_ms": 84,
        "server_time": at.isoformat(),
        "asked_wall": "2026-11-12T09:04:12.345-05:00",
        "asked_elapsed_ms": 900_000,
    }
    return told | other


def test_an_exchange_that_is_told_whole_is_the_reading(app: Flask, lee: Device) -> None:
    told = told_exchange()
    push_clock(lee, **told)
    assert kept(app) == [("best", 900_000, 84), ("latest", 900_000, 84)]
    with app.app_context():
        found = db.session.execute(sa.select(ClockSample.device_wall, ClockSample.received_at)).all()
    assert {tuple(row) for row in found} == {
        (told["asked_wall"], datetime.fromisoformat(told["server_time"]))
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"server_time": None},
        {"server_time": "14:31"},
        {"server_time": "2026-11-12T14:31:02"},
        {"server_time": "0001-01-01T00:00:00+14:00"},
        {"server_time": "1999-12-31T23:59:59.999+00:00"},
        {"server_time": "2999-12-31T23:59:59.999+00:00"},
        {"asked_wall": "9:04"},
        {"asked_elapsed_ms": -1},
        {"asked_elapsed_ms": 959_990},
        {"round_trip_ms": None},
    ],
)
def test_an_exchange_that_cannot_have_been_so_leaves_the_push_itself(
    app: Flask, lee: Device, wrong: dict[str, Any]
) -> None:
    push_clock(lee, **told_exchange(**wrong))
    assert {elapsed for _, elapsed, _ in kept(app)} == {960_000}


def test_a_push_that_was_long_on_its_way_does_not_move_times_that_an_exchange_has_told(
    app: Flask, school: School, lee: Device
) -> None:
    """By the push alone they would be the minute late that it took, with a bound of 42 ms."""
    visit = Visit(lee, school)
    at = datetime.now(UTC) - timedelta(seconds=70)
    mark = visit.body("item.marked", {}, "goal_visible", elapsed_ms=900_000)
    exchange = {"server_time": at.isoformat(), "asked_wall": json.loads(mark)["occurred_at"]}
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "bodies": [visit.start, mark]}
    clock = told_exchange(**exchange) | {
        "device_wall": json.loads(mark)["occurred_at"],
        "clock_session_id": lee.clock_session_id,
    }
    assert lee.post(gzip.compress(json.dumps(sent | {"clock": clock}).encode())).status_code == 200
    with app.app_context():
        time = clocks.times_of(school.tenant_id, visit.observation_id)[id_of(mark)]
    assert time.bound_ms is not None
    assert abs(time.instant_ms - at.timestamp() * 1000) <= time.bound_ms <= 84
