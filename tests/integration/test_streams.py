"""A device goes on in a further stream by its own signature; one that was taken out of use goes on delivering."""

import base64
import gzip
import json
from typing import Any

import pytest
from flask import Flask

from comparing import agrees
from device import Device, Visit, running_hash
from noticing.accounts.people import deactivate_person, end_role, grant_role
from noticing.entry_log import streams
from noticing.entry_log.streams import revoke_stream
from noticing.sync.reprocessing import reprocess
from school import PASSWORD, School, sign_in

STREAMS = "/api/v1/sync/streams"


def further(lee: Device, **other: Any) -> tuple[int, Device]:
    """The same device in a new stream with a new key, which the old one has signed for."""
    new = Device(lee.app, lee.person_id, is_enrolled=False)
    jwk = {name: getattr(new.public_key(), name) for name in ("kty", "crv", "x", "y")}
    sent = {"stream_id": new.stream_id, "public_key": jwk, "device_label": "iPad"} | other
    answer = lee.post(gzip.compress(json.dumps(sent).encode()), STREAMS)
    return answer.status_code, new


def revoke(app: Flask, school: School, device: Device) -> bool:
    with app.app_context():
        return revoke_stream(school.tenant_id, device.stream_id)


def codes(answer: dict[str, Any]) -> list[str]:
    return [each["code"] for each in answer["set_aside"]]


def hello(device: Device) -> dict[str, Any]:
    said: dict[str, Any] = device.get("/api/v1/sync/hello").get_json()
    return said


def test_a_stream_that_another_one_signed_for_delivers(app: Flask, school: School, lee: Device) -> None:
    status, new = further(lee)
    assert status == 201
    visit = Visit(new, school)
    answer = new.push([visit.start, visit.mark()])
    assert (answer["acknowledged_through"], answer["set_aside"]) == (2, [])


def test_a_device_without_a_role_can_still_go_on_in_a_further_stream(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    with app.app_context():
        deactivate_person(school.people["lee"])
    status, new = further(lee)
    assert status == 201
    assert new.push([visit.start])["set_aside"] == []


def test_a_signature_enrols_for_nobody_else(app: Flask, school: School, lee: Device) -> None:
    park = Device(app, school.people["park"])
    status, _ = further(lee, stream_id=park.stream_id)
    assert status == 409


def test_reading_is_open_until_the_role_ends_and_again_when_it_is_back(
    app: Flask, school: School, lee: Device
) -> None:
    assert (hello(lee)["reading"], lee.push([])["reading"]) == ("open", "open")
    with app.app_context():
        end_role(school.people["lee"], "coach")
    assert (hello(lee)["reading"], lee.push([])["reading"]) == ("ended", "ended")
    with app.app_context():
        grant_role(school.people["lee"], "coach")
    assert hello(lee)["reading"] == "open"


def test_reading_ends_with_the_account_and_with_the_device(app: Flask, school: School, lee: Device) -> None:
    second = Device(app, school.people["lee"])
    revoke(app, school, second)
    assert (hello(lee)["reading"], hello(second)["reading"]) == ("open", "ended")
    with app.app_context():
        deactivate_person(school.people["lee"])
    assert hello(lee)["reading"] == "ended"


def test_a_revoked_stream_goes_on_delivering_and_is_set_aside(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark()]
    assert lee.push(bodies)["set_aside"] == []
    assert revoke(app, school, lee)
    bodies.append(visit.mark())
    answer = lee.push(bodies[2:])
    assert (answer["acknowledged_through"], codes(answer)) == (3, ["device-revoked"])
    assert answer["acknowledged_hash"] == running_hash(bodies)
    assert answer["reading"] == "ended"
    assert agrees(lee, bodies)
    again = lee.push(bodies, from_seq=1)
    assert [each["stream_seq"] for each in again["set_aside"]] == [3]


def test_revoking_is_done_once_and_only_to_a_device_of_the_tenant(
    app: Flask, school: School, lee: Device
) -> None:
    assert revoke(app, school, lee)
    assert not revoke(app, school, lee)
    with app.app_context():
        other = Device(app, school.people["lee"])
        assert not revoke_stream(school.school_id, other.stream_id)
    assert hello(other)["reading"] == "open"


def test_what_waited_from_before_the_revocation_still_counts_when_its_start_comes(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    assert codes(lee.push([visit.mark()], from_seq=2)) == ["observation-unknown"]
    revoke(app, school, lee)
    second = Device(app, school.people["lee"])
    second.push([visit.start])
    assert lee.push([], from_seq=2)["set_aside"] == []
    assert codes(lee.push([visit.start], from_seq=1)) == []
    with app.app_context():
        assert reprocess(school.tenant_id) == 0
    assert codes(lee.push([visit.start], from_seq=1)) == []


def test_what_came_after_the_revocation_stays_aside_when_it_is_judged_again(
    app: Flask, school: School, lee: Device
) -> None:
    revoke(app, school, lee)
    visit = Visit(lee, school)
    lee.push([visit.start])
    with app.app_context():
        reprocess(school.tenant_id)
    assert codes(lee.push([visit.start], from_seq=1)) == ["device-revoked"]


def test_a_further_stream_of_a_revoked_device_is_revoked_too(app: Flask, school: School, lee: Device) -> None:
    revoke(app, school, lee)
    status, new = further(lee)
    assert (status, hello(new)["reading"]) == (201, "ended")
    assert codes(new.push([Visit(new, school).start])) == ["device-revoked"]


def test_revoking_a_stream_revokes_all_of_the_device(app: Flask, school: School, lee: Device) -> None:
    _, second = further(lee)
    _, third = further(second)
    revoke(app, school, second)
    assert [hello(each)["reading"] for each in (lee, second, third)] == ["ended"] * 3


def test_a_new_session_of_the_account_enrols_it_anew(app: Flask, school: School, lee: Device) -> None:
    revoke(app, school, lee)
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    token = {"X-CSRFToken": client.get("/api/v1/me").get_json()["csrf_token"]}
    new = Device(app, lee.person_id, is_enrolled=False)
    jwk = {name: getattr(new.public_key(), name) for name in ("kty", "crv", "x", "y")}
    sent = {"stream_id": new.stream_id, "public_key": jwk}
    assert client.post(STREAMS, json=sent, headers=token).status_code == 201
    assert hello(new)["reading"] == "open"


@pytest.mark.parametrize(("limit", "value"), [("MAX_REVOKED_ENTRIES", 5), ("MAX_REVOKED_BYTES", 4000)])
def test_a_revoked_device_has_a_quota_over_all_its_streams(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    visit = Visit(lee, school)
    before = [visit.start, *(visit.mark() for _ in range(9))]
    lee.push(before)
    monkeypatch.setattr(streams, limit, value)
    revoke(app, school, lee)
    bodies = [visit.mark() for _ in range(3)]
    assert len(codes(lee.push(bodies))) == 3
    _, new = further(lee)
    assert len(codes(new.push([visit.mark()]))) == 1
    for device, from_seq in ((lee, 14), (new, 2)):
        refused = device.post(device.content([visit.line("x" * 4000), visit.mark()], from_seq))
        assert (refused.status_code, refused.get_json()["code"]) == (429, "stream-quota")
    again = lee.push([*before, *bodies], from_seq=1)
    assert again["acknowledged_through"] == 13
    assert agrees(lee, [*before, *bodies])


def test_a_closed_account_has_the_same_quota_and_still_delivers(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark()]
    with app.app_context():
        deactivate_person(school.people["lee"])
    monkeypatch.setattr(streams, "MAX_REVOKED_ENTRIES", 2)
    assert lee.push(bodies)["set_aside"] == []
    refused = lee.post(lee.content([visit.mark()], 3))
    assert (refused.status_code, refused.get_json()["code"]) == (429, "stream-quota")
    assert lee.push(bodies, from_seq=1)["acknowledged_through"] == 2


def test_pieces_of_a_revoked_device_count_too(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoke(app, school, lee)
    monkeypatch.setattr(streams, "MAX_REVOKED_BYTES", 1000)
    sent = {"stream_id": lee.stream_id, "sha256": "a" * 64, "size": 5000, "offset": 0}
    piece = sent | {"chunk": base64.b64encode(bytes(700)).decode()}
    answers = [
        lee.post(gzip.compress(json.dumps(piece | {"stream_seq": seq}).encode()), "/api/v1/sync/chunk")
        for seq in (1, 2)
    ]
    assert [each.status_code for each in answers] == [200, 429]


def test_a_revoked_device_cannot_make_streams_without_end(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_REVOKED_STREAMS", 3)
    revoke(app, school, lee)
    assert [further(lee)[0] for _ in range(3)] == [201, 201, 429]
