"""A device and the server compare what they hold: by the bytes that lie there, not by what says so of them."""

from dataclasses import replace

import pytest
from flask import Flask

from comparing import VERIFY, ask, held, read, repair, spoil, verify, xor_of
from device import Device, Visit
from noticing.observations.projection import view_of
from noticing.sync.verify import MAX_ENTRIES, MAX_PHOTOS, MAX_RANGES
from school import PASSWORD, School, sign_in

PHOTO = "ab" * 32


def pushed(lee: Device, school: School) -> tuple[Visit, list[str]]:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.line("What could we draw?"), "no entry at all", visit.finish()]
    lee.push(bodies)
    return visit, bodies


def test_what_was_pushed_agrees_in_any_ranges(app: Flask, school: School, lee: Device) -> None:
    _, bodies = pushed(lee, school)
    found = verify(lee, held(bodies), held(bodies[1:3], 2), held(bodies[4:], 5))
    assert [each["agrees"] for each in found] == [True, True, True]
    assert found[0] == held(bodies) | {"agrees": True}


def test_a_range_of_which_rows_are_missing_says_what_is_there(
    app: Flask, school: School, lee: Device
) -> None:
    _, bodies = pushed(lee, school)
    more = [*bodies, "never sent"]
    assert verify(lee, held(more)) == [held(bodies) | {"through_seq": 6, "agrees": False}]


def test_other_content_of_the_same_number_differs(app: Flask, school: School, lee: Device) -> None:
    _, bodies = pushed(lee, school)
    other = [*bodies[:-1], "another"]
    found = verify(lee, held(other))[0]
    assert (found["count"], found["xor"], found["agrees"]) == (5, xor_of(bodies), False)


@pytest.mark.parametrize("place", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("at", ["first", "middle", "last"])
def test_one_byte_that_was_spoilt_is_found_and_healed(
    app: Flask, school: School, lee: Device, place: int, at: str
) -> None:
    visit, bodies = pushed(lee, school)
    with app.app_context():
        before = view_of(school.tenant_id, visit.observation_id)
    raw = bytearray(bodies[place - 1].encode())
    raw[{"first": 0, "middle": len(raw) // 2, "last": len(raw) - 1}[at]] ^= 1
    spoil(app, "UPDATE log_entry SET body = :body WHERE stream_seq = :place", body=bytes(raw), place=place)
    assert [each["agrees"] for each in verify(lee, held(bodies[:1]), held(bodies))] == [place != 1, False]
    answer = repair(lee, bodies)
    assert answer["fork"] is None
    assert answer["acknowledged_through"] == 5
    assert verify(lee, held(bodies))[0]["agrees"]
    kept = read(app, "SELECT body FROM log_entry ORDER BY change_seq")
    assert [bytes(row[0]).decode() for row in kept] == bodies
    with app.app_context():
        assert view_of(school.tenant_id, visit.observation_id) == before


def test_photos_are_asked_of_the_room_that_has_them(app: Flask, school: School, lee: Device) -> None:
    rooms = app.extensions["noticing.sync"]
    asked = []

    def is_here(tenant_id: str, sha256: str) -> bool:
        asked.append((tenant_id, sha256))
        return sha256 == PHOTO

    app.extensions["noticing.sync"] = replace(rooms, is_photo_here=is_here)
    answer = ask(lee, VERIFY, photos=[PHOTO, "cd" * 32])
    told = [{"sha256": PHOTO, "is_here": True}, {"sha256": "cd" * 32, "is_here": False}]
    assert (answer["status"], answer["photos"]) == (200, told)
    assert asked == [(school.tenant_id, PHOTO), (school.tenant_id, "cd" * 32)]


TOO_MUCH = [
    {"ranges": [held(["x"])] * (MAX_RANGES + 1)},
    {"ranges": [held([]) | {"through_seq": MAX_ENTRIES + 1}]},
    {"photos": [PHOTO] * (MAX_PHOTOS + 1)},
]


@pytest.mark.parametrize("content", TOO_MUCH, ids=["ranges", "entries", "photos"])
def test_too_much_at_once_is_asked_for_in_parts(
    app: Flask, school: School, lee: Device, content: dict[str, object]
) -> None:
    answer = ask(lee, VERIFY, **content)
    assert (answer["status"], answer["code"]) == (413, "too-much-to-verify")


def test_only_the_own_stream_can_be_compared(app: Flask, school: School, lee: Device) -> None:
    park = Device(app, school.people["park"])
    assert ask(lee, VERIFY, stream_id=park.stream_id)["code"] == "signature-wrong"
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    token = {"X-CSRFToken": client.get("/api/v1/me").get_json()["csrf_token"]}
    answer = client.post(VERIFY, json={"stream_id": park.stream_id}, headers=token)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "stream-unknown")
    assert client.post(VERIFY, json={"stream_id": lee.stream_id}, headers=token).status_code == 200
