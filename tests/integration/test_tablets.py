"""The administrator's pages of devices: how each stands, taking one out of use, and what lies aside under a handle."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from comparing import verify
from device import Device, Visit, id_of
from noticing.accounts.pairings import end_pairing, pair
from noticing.clock import frozen, make_id, now
from noticing.tablets import overview
from noticing.tablets.overview import find_tablets
from noticing.tablets.set_aside import find_bundles
from school import School, csrf_token, make_school, sign_in

KEY = "only for tests"


@pytest.fixture
def dana(app: Flask, school: School) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, school.email("dana")) == 303
    return client


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def send(client: FlaskClient, path: str) -> str:
    token = csrf_token(client, "/tablets")
    return client.post(path, data={"csrf_token": token}, follow_redirects=True).text


def test_a_server_without_devices_says_when_one_appears(dana: FlaskClient) -> None:
    assert "No device yet." in text_of(dana, "/tablets")
    assert "Nothing is set aside." in text_of(dana, "/tablets/set-aside")


def test_each_device_is_listed_with_its_owner_and_how_it_stands(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    visit = Visit(lee, school)
    lee.push([visit.start, visit.mark()])
    lee.push([visit.mark()], from_seq=5)
    with frozen(now() + timedelta(hours=3)):
        lee.push([])
    page = text_of(dana, "/tablets")
    for said in (
        "1 device",
        "test Coach Lee",
        "through entry 2",
        "1 entry waits for one before it",
        "entries missing",
        "nothing new for 3 hours before it was last heard",
    ):
        assert said in page
    with app.app_context():
        (tablet,) = find_tablets(school.tenant_id)
    assert (tablet.complete_through, tablet.beyond_gap) == (2, 1)
    assert tablet.clock_ahead is not None
    assert not tablet.is_clock_wrong


def heard_at(app: Flask, school: School) -> datetime | None:
    with app.app_context():
        (tablet,) = find_tablets(school.tenant_id)
        return tablet.last_contact_at


def test_a_device_is_heard_when_it_enrols_says_hello_or_verifies_though_it_sends_nothing(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    began = now()
    assert "Last heard never" not in text_of(dana, "/tablets")
    for minutes, contact in ((5, lee.hello), (10, lambda: verify(lee))):
        with frozen(began + timedelta(minutes=minutes)):
            contact()
            assert heard_at(app, school) == now()


def test_a_device_that_says_hello_often_is_noted_once_a_minute(
    app: Flask, school: School, lee: Device
) -> None:
    began = now() + timedelta(minutes=5)
    with frozen(began):
        lee.hello()
    with frozen(began + timedelta(seconds=59)):
        lee.hello()
    assert heard_at(app, school) == began


def test_hello_is_answered_though_nobody_can_note_it(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise sa.exc.OperationalError("UPDATE stream", {}, Exception("database or disk is full"))

    before = heard_at(app, school)
    monkeypatch.setattr("noticing.sync.contact.note_contact", fail)
    with frozen(now() + timedelta(minutes=5)):
        assert lee.hello()["acknowledged_through"] == 0
    assert heard_at(app, school) == before


@pytest.mark.parametrize(("ahead", "said"), [(7, "7 minutes ahead"), (-60 * 24 * 3650, "10 years behind")])
def test_a_wrong_clock_is_told_in_words(
    app: Flask, lee: Device, dana: FlaskClient, ahead: int, said: str
) -> None:
    assert "not known yet" in text_of(dana, "/tablets")
    at = now()
    sent = lee.content
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("device.now", lambda: at + timedelta(minutes=ahead))
        content = sent([], 1)
    assert lee.post(content).status_code == 200
    page = text_of(dana, "/tablets")
    assert said in page
    assert "Set it right on the tablet." in page


def test_devices_of_another_district_are_not_there(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    lee.push([Visit(lee, school).mark("nonsense")])
    with app.app_context():
        other_id = make_id()
        assert find_tablets(other_id) == []
        assert find_bundles(other_id, KEY) == []
    assert dana.get(f"/tablets/{make_id()}/revoke").status_code == 404
    assert "not-found" in send(dana, f"/tablets/{make_id()}/revoke")


def test_a_device_is_taken_out_of_use_only_after_a_question(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    visit = Visit(lee, school)
    lee.push([visit.start])
    path = f"/tablets/{lee.stream_id}/revoke"
    assert "Take this device out of use?" in text_of(dana, path)
    assert lee.push([visit.mark()])["set_aside"] == []
    assert "is out of use" in send(dana, path)
    answer = lee.push([visit.mark()])
    assert answer["acknowledged_through"] == 3
    assert [each["code"] for each in answer["set_aside"]] == ["device-revoked"]
    page = text_of(dana, "/tablets")
    assert "out of use" in page
    assert f"{lee.stream_id}/revoke" not in dana.get("/tablets").text
    assert dana.get("/tablets?revoked=nonsense").status_code == 200


def test_an_administrator_names_a_device_and_finds_it_by_that_name(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    lee.push([Visit(lee, school).start])
    token = csrf_token(dana, "/tablets")
    named = {"csrf_token": token, "label": "  iPad 3,   library " + "x" * 100}
    answer = dana.post(f"/tablets/{lee.stream_id}/name", data=named)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/tablets#{lee.stream_id}")
    with app.app_context():
        (tablet,) = find_tablets(school.tenant_id, "ipad 3")
    assert tablet.label == "iPad 3, library " + "x" * 44
    assert "Coach Lee" in text_of(dana, "/tablets?q=library")
    assert dana.post(f"/tablets/{make_id()}/name", data=named).status_code == 404


def test_a_day_is_written_as_on_every_other_page(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    with frozen(datetime(2026, 11, 22, 9, tzinfo=UTC)):
        lee.push(["garbage"])
    assert "22 November 2026" in text_of(dana, "/tablets/set-aside")


def test_what_lies_aside_is_told_without_whose_it_is_or_what_it_says(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    visit = Visit(lee, school)
    secret = visit.body("script.written", {"text": "The secret words", "speaker": "T"}, "no_such_item")
    lee.push([visit.start, secret, visit.mark("no_such_item"), "garbage"])
    page = dana.get("/tablets/set-aside").text
    with app.app_context():
        bundles = find_bundles(school.tenant_id, KEY)
    assert [(each.code, each.count) for each in bundles] == [("item-unknown", 2), ("not-an-entry", 1)]
    assert bundles[0].size == len(secret) + len(visit.mark("no_such_item"))
    for each in bundles:
        assert each.handle in page
    hidden = ["The secret words", "garbage", "Coach Lee", "Ms Rivera", "4B", visit.observation_id]
    hidden += [lee.stream_id, id_of(secret)]
    hidden += [person_id for who, person_id in school.people.items() if who != "dana"]  # who looks
    assert [each for each in hidden if each in page] == []
    assert "3 entries are set aside" in text_of(dana, "/tablets")


def test_a_handle_stays_the_same_and_cannot_be_worked_out(app: Flask, school: School, lee: Device) -> None:
    lee.push(["garbage"])
    with app.app_context():
        first, again, other = (find_bundles(school.tenant_id, key) for key in (KEY, KEY, "another"))
    assert first == again
    assert first[0].handle != other[0].handle
    assert re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}", first[0].handle)


def test_checking_again_says_what_came_of_it(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    with app.app_context():
        end_pairing(school.pairing_id)
    visit = Visit(lee, school)
    later = {"occurred_at": (now() + timedelta(minutes=30)).isoformat(timespec="milliseconds")}
    start = visit.body("observation.started", json.loads(visit.start)["payload"], **later)
    assert len(lee.push([start, "garbage"])["set_aside"]) == 2
    assert "2 entries were checked again. All of it stays aside" in send(dana, "/tablets/set-aside")
    with app.app_context():
        pair(school.people["lee"], school.people["rivera"])
    said = send(dana, "/tablets/set-aside")
    assert "2 entries were checked again. 1 counts now. 1 stays aside." in said


def test_what_others_have_is_found_by_owner(app: Flask, school: School, dana: FlaskClient) -> None:
    for who in ("lee", "park"):
        Device(app, school.people[who])
    assert "Coach Lee" in text_of(dana, "/tablets?q=LEE")
    assert "No device of that owner or name." in text_of(dana, "/tablets?q=nobody")


def test_what_was_heard_long_ago_is_found_by_owner_label_and_id(
    app: Flask, school: School, dana: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_others = (Device(app, school.people[who]) for who in ("lee", "park", "park"))
    monkeypatch.setattr(overview, "AT_MOST", 1)
    with app.app_context():
        for wanted in ("LEE", "lee", "Lee test", "L"):
            assert first.stream_id in {each.stream_id for each in find_tablets(school.tenant_id, wanted)}
        assert find_tablets(school.tenant_id, "%") == []
        assert overview.find_tablet(school.tenant_id, first.stream_id)


def test_a_device_out_of_use_ends_every_session_of_its_owner(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    tablet = app.test_client()
    sign_in(tablet, school.email("lee"))
    assert tablet.get("/api/v1/sync/changes").status_code == 200
    assert "Its owner is signed out everywhere" in text_of(dana, f"/tablets/{lee.stream_id}/revoke")
    send(dana, f"/tablets/{lee.stream_id}/revoke")
    assert tablet.get("/api/v1/sync/changes").status_code == 401
    assert dana.get("/tablets").status_code == 200
    assert sign_in(tablet, school.email("lee")) == 303


def test_neither_whose_entries_lie_aside_nor_which_rule_notes_break_is_told(
    app: Flask, school: School, lee: Device, dana: FlaskClient
) -> None:
    visit = Visit(lee, school)
    mark = visit.mark()
    notes = visit.share([])  # a strength without evidence
    answer = lee.push([visit.start, mark, visit.finish(), notes])
    assert len(answer["set_aside"]) == 1
    page = text_of(dana, "/tablets/set-aside")
    assert answer["set_aside"][0]["text"] not in page
    assert "does not keep a rule of coaching notes" in page
    assert "Set aside" not in text_of(dana, "/tablets")


def test_administrators_find_the_page_from_every_page_and_others_do_not(
    app: Flask, school: School, dana: FlaskClient
) -> None:
    assert 'href="/tablets"' in dana.get("/people").text
    lee = app.test_client()
    sign_in(lee, school.email("lee"))
    assert 'href="/tablets"' not in lee.get("/notes").text


def test_an_administrator_of_one_district_revokes_nothing_of_another(
    app: Flask, lee: Device, dana: FlaskClient
) -> None:
    other = make_other(app)
    assert "not-found" in send(dana, f"/tablets/{other.stream_id}/revoke")
    with app.app_context():
        (tablet,) = find_tablets(other_tenant(app, other))
    assert tablet.revoked_at is None


def make_other(app: Flask) -> Device:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(School, "email", lambda _self, who: f"{who}@other.example")
        return Device(app, make_school(app, "Lakeside").people["lee"])


def other_tenant(app: Flask, device: Device) -> str:
    from noticing.accounts.people import find_person

    return find_person(device.person_id).tenant_id
