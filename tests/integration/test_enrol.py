"""Enrolment binds a stream to a person; hello says where it stands and changes nothing."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from device import Device, Visit, running_hash
from noticing.accounts.people import deactivate_person, end_role
from noticing.clock import make_id
from noticing.database import db
from noticing.feed.counter import read_server_epoch
from noticing.sync.wire import VERSIONS
from school import PASSWORD, School, sign_in

STREAMS = "/api/v1/sync/streams"
WIRE = Path(__file__).parents[1] / "wire"


def signed_in(app: Flask, school: School, who: str) -> tuple[FlaskClient, dict[str, str]]:
    client = app.test_client()
    assert sign_in(client, school.email(who), PASSWORD) == 303
    return client, {"X-CSRFToken": client.get("/api/v1/me").get_json().get("csrf_token", "")}


def enrolment(device: Device, **other: Any) -> dict[str, Any]:
    key = msgspec.to_builtins(device.public_key())
    return {"stream_id": make_id(), "public_key": key, "device_label": "iPad"} | other


def test_me_says_who_is_signed_in(app: Flask, school: School) -> None:
    client, _ = signed_in(app, school, "lee")
    me = client.get("/api/v1/me").get_json()
    golden = json.loads((WIRE / "hello.json").read_text())["me"]["answer"]["body"]
    assert list(me) == list(golden)
    assert (me["person_id"], me["display_name"]) == (school.people["lee"], "Coach Lee")
    assert (me["tenant_name"], me["roles"]) == ("Riverside", ["coach"])
    with app.app_context():
        assert me["server_epoch"] == read_server_epoch(db.session())


def test_me_asks_a_stranger_to_sign_in(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/me")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "sign-in-needed")


def test_a_stream_is_enrolled_once_and_again_with_the_same_key(
    app: Flask, school: School, lee: Device
) -> None:
    client, csrf = signed_in(app, school, "lee")
    sent = enrolment(lee)
    for _ in range(2):
        answer = client.post(STREAMS, json=sent, headers=csrf)
        assert (answer.status_code, answer.get_json()["stream_id"]) == (201, sent["stream_id"])
    lee.stream_id = sent["stream_id"]
    assert lee.push([Visit(lee, school).start])["acknowledged_through"] == 1


def test_a_stream_keeps_its_key_and_its_owner(app: Flask, school: School, lee: Device) -> None:
    client, csrf = signed_in(app, school, "lee")
    other = Device(app, school.people["lee"])
    taken = client.post(STREAMS, json=enrolment(other, stream_id=lee.stream_id), headers=csrf)
    assert (taken.status_code, taken.get_json()["code"]) == (409, "stream-taken")
    park, csrf = signed_in(app, school, "park")
    taken = park.post(STREAMS, json=enrolment(lee, stream_id=lee.stream_id), headers=csrf)
    assert (taken.status_code, taken.get_json()["code"]) == (409, "stream-taken")
    assert lee.push([Visit(lee, school).start])["acknowledged_through"] == 1


def test_the_private_half_of_a_key_is_not_kept(app: Flask, school: School, lee: Device) -> None:
    client, csrf = signed_in(app, school, "lee")
    sent = enrolment(lee)
    sent["public_key"]["d"] = "c2VjcmV0"
    assert client.post(STREAMS, json=sent, headers=csrf).status_code == 201
    with app.app_context():
        kept = db.session.execute(sa.text("SELECT public_key FROM stream")).scalars().all()
    assert "c2VjcmV0" not in str(kept)


WRONG = [
    {"stream_id": "7"},
    {"stream_id": None},
    {"public_key": None},
    {"public_key": {"kty": "RSA", "n": "x", "e": "AQAB"}},
    {"public_key": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}},
    {"public_key": {"kty": "EC", "crv": "P-256", "x": "_" * 43, "y": "_" * 43}},
    {"device_label": "x" * 201},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_key_that_is_none_is_refused(
    app: Flask, school: School, lee: Device, wrong: dict[str, Any]
) -> None:
    client, csrf = signed_in(app, school, "lee")
    answer = client.post(STREAMS, json=enrolment(lee) | wrong, headers=csrf)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "wrong-shape")


def test_a_label_with_signs_that_no_database_takes_is_tidied(app: Flask, school: School, lee: Device) -> None:
    client, csrf = signed_in(app, school, "lee")
    assert client.post(STREAMS, json=enrolment(lee, device_label="i\0Pad"), headers=csrf).status_code == 201


def test_enrolling_needs_a_session_and_a_token_and_no_role_any_more(
    app: Flask, school: School, lee: Device
) -> None:
    sent = enrolment(lee)
    assert app.test_client().post(STREAMS, json=sent).get_json()["code"] == "sign-in-needed"
    client, csrf = signed_in(app, school, "lee")
    assert client.post(STREAMS, json=sent).get_json()["code"] == "csrf-missing"
    with app.app_context():
        end_role(school.people["lee"], "coach")
    assert client.get("/api/v1/me").status_code == 200
    new = sent | {"stream_id": make_id()}
    assert client.post(STREAMS, json=new, headers=csrf).status_code == 201


def test_hello_says_where_the_stream_stands(app: Flask, school: School, lee: Device) -> None:
    hello = lee.get("/api/v1/sync/hello").get_json()
    golden = json.loads((WIRE / "hello.json").read_text())["hello"]["answer"]["body"]
    assert list(hello) == list(golden)
    assert (hello["acknowledged_through"], hello["acknowledged_hash"]) == (0, "0" * 64)
    assert hello["versions"] == VERSIONS
    assert hello["limits"] == golden["limits"]
    bodies = [Visit(lee, school).start, "garbage"]
    lee.push(bodies)
    hello = lee.get("/api/v1/sync/hello").get_json()
    assert (hello["acknowledged_through"], hello["acknowledged_hash"]) == (2, running_hash(bodies))


def test_a_session_may_ask_for_a_stream_of_its_own_account_only(
    app: Flask, school: School, lee: Device
) -> None:
    client, _ = signed_in(app, school, "lee")
    hello = "/api/v1/sync/hello"
    assert client.get(hello, query_string={"stream_id": lee.stream_id}).status_code == 200
    park, _ = signed_in(app, school, "park")
    for stream_id in (lee.stream_id, make_id(), "nonsense", ""):
        answer = park.get(hello, query_string={"stream_id": stream_id})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "stream-unknown")


def test_hello_creates_nothing(app: Flask, school: School, lee: Device) -> None:
    def state() -> list[Any]:
        with app.app_context():
            tables = ("stream", "envelope", "log_entry", "change")
            return [db.session.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar() for name in tables]

    before = state()
    lee.get("/api/v1/sync/hello")
    stranger = Device(app, school.people["lee"])
    before[0] += 1
    stranger.stream_id = make_id()
    assert stranger.get("/api/v1/sync/hello").get_json()["code"] == "stream-unknown"
    assert state() == before


def test_the_key_of_a_deactivated_account_still_opens_hello(app: Flask, school: School, lee: Device) -> None:
    with app.app_context():
        deactivate_person(school.people["lee"])
    assert lee.get("/api/v1/sync/hello").status_code == 200


def test_the_golden_bodies_are_acknowledged_with_the_golden_hash(app: Flask, lee: Device) -> None:
    rows = json.loads((WIRE / "bodies.json").read_text())["bodies"]
    answer = lee.push([row["body"] for row in rows])
    golden = json.loads((WIRE / "push.json").read_text())["set_aside"]["answer"]["body"]
    assert list(answer) == list(golden)
    assert answer["acknowledged_hash"] == rows[-1]["running_hash"] == golden["acknowledged_hash"]
    assert answer["set_aside"][-1]["code"] == golden["set_aside"][0]["code"]


def test_the_conversation_is_described_in_openapi(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").get_json()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/api/v1/me",
        "/api/v1/sync/streams",
        "/api/v1/sync/hello",
        "/api/v1/sync/push",
        "/api/v1/sync/chunk",
        "/api/v1/sync/verify",
        "/api/v1/sync/changes",
        "/api/v1/sync/photos/{sha256}",
        "/api/v1/sync/photos/{sha256}/lost",
        "/observations/{observation_id}/photos/{entry_id}",
    }
    push = described["paths"]["/api/v1/sync/push"]["post"]
    assert push["requestBody"]["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/Push"
    schemas = described["components"]["schemas"]
    assert set(schemas["PushAnswer"]["required"]) == set(
        json.loads((WIRE / "push.json").read_text())["accepted"]["answer"]["body"]
    )
    referred = set(json.dumps(described).split('"#/components/schemas/')[1:])
    assert {each.split('"')[0] for each in referred} <= set(schemas)
