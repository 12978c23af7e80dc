"""While the server's disk is full nothing is acknowledged, the answer says why, and all goes on when there is room."""

from flask import Flask

from comparing import agrees
from device import Device, Visit
from full_database import little_room
from school import make_school


def test_a_full_server_acknowledges_nothing_and_takes_all_when_there_is_room(sqlite_app: Flask) -> None:
    school = make_school(sqlite_app)
    lee = Device(sqlite_app, school.people["lee"])
    visit = Visit(lee, school)
    lee.push([visit.start])
    lines = [visit.line("word " * 1000) for _ in range(40)]
    with little_room(sqlite_app, 2):
        refused = lee.post(lee.content(lines, 2))
        assert refused.status_code == 507
        assert refused.json
        assert refused.json["code"] == "no-room"
        assert refused.headers["Noticing-Nonce"]  # so the tablet knows that it was the server
        assert lee.hello()["acknowledged_through"] == 1
    assert lee.push(lines, 2)["acknowledged_through"] == 41
    assert agrees(lee, [visit.start, *lines])
