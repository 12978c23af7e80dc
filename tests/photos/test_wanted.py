"""The answer to a push says which photos are named and not here; asked for one, the server reads its bytes again."""

import pytest
from flask import Flask

from device import Device, Visit, id_of
from noticing.accounts.doors import current_actor
from noticing.entry_log import streams
from noticing.entry_log.streams import revoke_stream
from noticing.photos.doors import is_own_photo_here
from noticing.photos.holdings import MAX_WANTED
from noticing.photos.shelf import shelf
from noticing.photos.upload import is_photo_here
from photo_device import ITEM, JPEG, seal, send, send_part, send_sealed, sha256_of, take
from school import PASSWORD, School, sign_in

SHA = sha256_of(JPEG)


def wanted(device: Device) -> list[str]:
    answer: list[str] = device.push([])["wanted_photos"]
    return answer


def test_a_named_photo_is_wanted_until_it_is_here(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    answer = lee.push([visit.start, visit.body("photo.intended", {}, ITEM), take(visit)])
    assert (answer["set_aside"], answer["wanted_photos"]) == ([], [SHA])
    assert wanted(lee) == [SHA]
    send(lee, JPEG)
    assert wanted(lee) == []


def test_a_photo_that_came_before_its_entry_is_not_wanted(app: Flask, school: School, lee: Device) -> None:
    send(lee, JPEG)
    visit = Visit(lee, school)
    assert lee.push([visit.start, take(visit)])["wanted_photos"] == []


def test_only_the_person_who_named_it_is_asked(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    lee.push([visit.start, take(visit)])
    park, second = Device(app, school.people["park"]), Device(app, school.people["lee"])
    assert wanted(park) == []
    assert wanted(second) == [SHA]
    send(park, JPEG)  # what somebody else has sent is no photo of hers
    assert wanted(lee) == [SHA]
    send(second, JPEG)
    assert wanted(lee) == []


def test_a_device_out_of_use_brings_all_that_is_wanted_and_the_rest_within_its_limit(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, sealed_too = Visit(lee, school), JPEG[:3000]
    lee.push([visit.start, take(visit)])
    with app.app_context():
        assert revoke_stream(school.tenant_id, lee.stream_id)
    late = take(visit, sealed_too)
    (aside,) = lee.push([late])["set_aside"]
    assert aside["code"] == "device-revoked"
    monkeypatch.setattr(streams, "MAX_REVOKED_BYTES", 5000 + len(late))
    assert send_sealed(lee, seal(lee, sealed_too, late)).headers["Noticing-Photo"] == "complete"
    answer = send_part(lee, JPEG + b"another", 0)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "stream-quota")
    send(lee, JPEG)
    assert wanted(lee) == []


def test_an_entry_that_is_set_aside_wants_nothing_until_it_counts(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    early = lee.push([take(visit)])
    assert ([aside["code"] for aside in early["set_aside"]], early["wanted_photos"]) == (
        ["observation-unknown"],
        [],
    )
    assert lee.push([visit.start])["wanted_photos"] == [SHA]


def test_an_amendment_wants_the_photo_that_it_puts_there(app: Flask, school: School, lee: Device) -> None:
    visit, cropped = Visit(lee, school), JPEG[:500]
    photo = take(visit)
    lee.push([visit.start, photo])
    send(lee, JPEG)
    payload = {"sha256": sha256_of(cropped), "alt": "Cropped", "names_covered": True}
    amended = visit.body("entry.amended", {"entry_id": id_of(photo), "payload": payload, "reason": ""})
    assert lee.push([amended])["wanted_photos"] == [sha256_of(cropped)]


def test_at_most_fifty_are_named_and_the_latest_are_among_them(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    photos = [JPEG[: 100 + number] for number in range(MAX_WANTED + 5)]
    lee.push([visit.start, *(take(visit, photo) for photo in photos[:-1])])
    answer = lee.push([take(visit, photos[-1])])
    assert len(answer["wanted_photos"]) == MAX_WANTED
    assert answer["wanted_photos"][0] == sha256_of(photos[-1])


def test_a_photo_is_here_by_its_bytes_and_is_wanted_again_when_they_are_not(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    lee.push([visit.start, take(visit)])
    send(lee, JPEG)
    with app.app_context():
        assert is_photo_here(school.tenant_id, SHA)
        assert not is_photo_here(school.tenant_id, "../" + SHA)
        shelf()._store.put(f"{school.tenant_id}/{SHA[:2]}/{SHA}", JPEG[:-1] + b"!")
        assert not is_photo_here(school.tenant_id, SHA)
    assert wanted(lee) == [SHA]
    send(lee, JPEG)
    with app.app_context():
        assert is_photo_here(school.tenant_id, SHA)


def test_who_asks_whether_a_photo_is_here_learns_of_her_own_only(
    app: Flask, school: School, lee: Device
) -> None:
    send(lee, JPEG)
    client = app.test_client()
    for who, is_here in (("lee", True), ("park", False)):
        sign_in(client, school.email(who), PASSWORD)
        with client:
            client.get("/api/v1/me")
            assert current_actor().person_id == school.people[who]
            assert is_own_photo_here(school.tenant_id, SHA) is is_here
        client.delete_cookie("noticing-session")
