"""A photo that a tablet can no longer read is declared; nobody waits for it, and one that comes after all wins."""

from flask import Flask

from device import Device, Visit
from noticing.clock import make_id
from noticing.entry_log.streams import revoke_stream
from noticing.photos.shelf import shelf
from photo_device import JPEG, ask, declare_lost, path_of, send, sha256_of, take
from school import PASSWORD, School, csrf_token, sign_in

SHA = sha256_of(JPEG)


def said(device: Device, sha256: str = SHA) -> str:
    answer = declare_lost(device, sha256)
    assert answer.status_code == 204
    assert answer.headers["Noticing-Sync"] == "1"
    return answer.headers["Noticing-Photo"]


def wanted(device: Device) -> list[str]:
    answer: list[str] = device.push([])["wanted_photos"]
    return answer


def test_a_photo_that_is_declared_lost_is_asked_for_no_more(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    assert lee.push([visit.start, take(visit)])["wanted_photos"] == [SHA]
    assert [said(lee), said(lee)] == ["lost", "lost"]
    assert wanted(lee) == []
    assert ask(lee, SHA).headers["Noticing-Photo"] == "none"


def test_it_may_be_declared_before_its_entry_counts(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    assert said(lee) == "lost"
    assert lee.push([visit.start, take(visit)])["wanted_photos"] == []


def test_a_photo_that_comes_after_all_wins(app: Flask, school: School, lee: Device) -> None:
    visit, second = Visit(lee, school), Device(app, school.people["lee"])
    lee.push([visit.start, take(visit)])
    said(lee)
    send(second, JPEG)
    assert said(lee) == "complete"
    with app.app_context():
        assert shelf().is_sound(school.tenant_id, SHA)


def test_where_the_shelf_has_lost_it_too_it_is_lost_and_not_there(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    lee.push([visit.start, take(visit)])
    send(lee, JPEG)
    with app.app_context():
        shelf()._store.put(f"{school.tenant_id}/{SHA[:2]}/{SHA}", b"zeroes")
    assert said(lee) == "lost"
    assert wanted(lee) == []


def test_what_one_person_has_lost_is_still_asked_of_another(app: Flask, school: School, lee: Device) -> None:
    park = Device(app, school.people["park"])
    theirs = Visit(park, school, channel="walkthrough", pairing_id=None)
    park.push([theirs.start, take(theirs)])
    said(lee)
    assert wanted(park) == [SHA]


def test_it_tells_nothing_of_what_somebody_else_has_brought(app: Flask, school: School, lee: Device) -> None:
    send(Device(app, school.people["park"]), JPEG)
    assert said(lee) == "lost"


def test_a_session_declares_for_its_own_streams_only(app: Flask, school: School, lee: Device) -> None:
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    headers = {"X-CSRFToken": csrf_token(client)}
    path = f"{path_of(SHA)}/lost?stream_id="
    assert client.post(path + lee.stream_id, headers=headers).headers["Noticing-Photo"] == "lost"
    assert client.post(path + make_id(), headers=headers).status_code == 404
    assert client.post(path + lee.stream_id).status_code == 400
    assert declare_lost(lee, "0" * 63).status_code == 404


def test_a_device_out_of_use_declares_what_is_wanted_and_fills_no_table(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    lee.push([visit.start, take(visit)])
    with app.app_context():
        assert revoke_stream(school.tenant_id, lee.stream_id)
    assert [said(lee), said(lee, "ab" * 32)] == ["lost", "lost"]
    assert wanted(lee) == []
    assert lost_on_page(app, school) == "1 photo was lost on the tablet"


def test_the_administrator_sees_how_many_a_tablet_has_lost(app: Flask, school: School, lee: Device) -> None:
    assert lost_on_page(app, school) == ""
    for number in range(3):
        said(lee, sha256_of(bytes([number])))
    assert lost_on_page(app, school) == "3 photos were lost on the tablet"
    send(lee, bytes([0]))
    assert lost_on_page(app, school) == "2 photos were lost on the tablet"


def lost_on_page(app: Flask, school: School) -> str:
    client = app.test_client()
    sign_in(client, school.email("dana"), PASSWORD)
    page = client.get("/tablets").get_data(as_text=True)
    _before, _mark, after = page.partition('<span class="warm">')
    return after.partition("</span>")[0]
