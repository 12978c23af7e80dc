"""Every push tells how the device's clocks stand beside the server's; what is needed to correct times is kept."""

import gzip
import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from device import Device
from noticing.clock import make_random_id
from noticing.database import db


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
