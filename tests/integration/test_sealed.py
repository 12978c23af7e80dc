"""A locked device delivers: what it seals to the organisation's key is the same entry as in the clear."""

import json
import stat
from typing import Any

from flask import Flask

from device import PUSH, Device, Visit, running_hash, seal_body
from noticing.accounts.places import add_tenant
from noticing.database import db
from noticing.entry_log.store import read_after
from noticing.organisation_keys.files import file_of
from noticing.organisation_keys.keys import add_key, missing_keys
from school import School


def bodies_in_log(app: Flask, school: School) -> list[bytes]:
    with app.app_context():
        return [entry.body for entry in read_after(db.session(), school.tenant_id, 0, 10_000)]


def test_what_came_sealed_is_kept_as_the_bytes_that_the_device_hashed(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.line("Thirds don’t fit 🌱")]
    answer = lee.push_sealed(bodies).get_json()
    assert (answer["acknowledged_through"], answer["acknowledged_hash"]) == (3, running_hash(bodies))
    assert answer.get("unsealable", []) == []
    assert bodies_in_log(app, school) == [body.encode() for body in bodies]


def test_a_retry_in_the_clear_is_the_same_entry(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark()]
    lee.push_sealed(bodies)
    again = lee.push(bodies, from_seq=1)
    assert (again["acknowledged_through"], again["fork"]) == (2, None)
    assert len(bodies_in_log(app, school)) == 2


def test_from_the_first_body_that_does_not_open_nothing_is_appended(
    app: Flask, school: School, lee: Device
) -> None:
    visit, key = Visit(lee, school), b"k" * 32
    bodies = [visit.start, visit.mark(), visit.mark(), visit.mark()]
    sealed = lee.seal(bodies, key)
    sealed["bodies"][2] = seal_body(b"x" * 32, bodies[2].encode())
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "sealed": sealed}
    answer = lee.client.post(**_signed(lee, sent)).get_json()
    assert (answer["acknowledged_through"], answer["unsealable"]) == (2, [3])
    assert bodies_in_log(app, school) == [body.encode() for body in bodies[:2]]


def test_what_somebody_else_made_is_not_opened(app: Flask, school: School, lee: Device) -> None:
    park = Device(app, school.people["park"])
    theirs = Visit(lee, school).start
    answer = park.push_sealed([Visit(park, school).mark(), theirs]).get_json()
    assert (answer["acknowledged_through"], answer["unsealable"]) == (1, [2])
    assert theirs.encode() not in bodies_in_log(app, school)


def test_a_body_that_is_no_base64_is_unsealable(app: Flask, school: School, lee: Device) -> None:
    for spoilt in ("not base64!", "", "AAAA"):
        sealed = lee.seal([Visit(lee, school).start]) | {"bodies": [spoilt]}
        sent = {"stream_id": lee.stream_id, "from_seq": 1, "sealed": sealed}
        answer = lee.client.post(**_signed(lee, sent)).get_json()
        assert (answer["acknowledged_through"], answer["unsealable"]) == (0, [1])


def test_a_key_that_nobody_has_or_that_does_not_open_is_said(app: Flask, school: School, lee: Device) -> None:
    good = lee.seal([Visit(lee, school).start])
    for spoilt in ({"key_id": lee.stream_id}, {"sealed_key": "AAAA"}, {"sealed_key": "no base64"}):
        sent = {"stream_id": lee.stream_id, "from_seq": 1, "sealed": good | spoilt}
        answer = lee.client.post(**_signed(lee, sent))
        assert (answer.status_code, answer.get_json()["code"]) == (422, "seal-unknown")
    assert bodies_in_log(app, school) == []


def test_a_push_is_either_sealed_or_not(app: Flask, school: School, lee: Device) -> None:
    start = Visit(lee, school).start
    both = {"sealed": lee.seal([start]), "bodies": [start]}
    for content in (both, {}):
        answer = lee.client.post(**_signed(lee, {"stream_id": lee.stream_id, "from_seq": 1} | content))
        assert (answer.status_code, answer.get_json()["errors"]) == (422, {"bodies": ["wrong-shape"]})


def test_a_tenants_key_opens_nothing_of_another(app: Flask, school: School, lee: Device) -> None:
    with app.app_context():
        strange = add_key(add_tenant("Hillside")).key_id
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "sealed": lee.seal(["x"]) | {"key_id": strange}}
    assert lee.client.post(**_signed(lee, sent)).get_json()["code"] == "seal-unknown"


def test_the_newest_key_is_handed_out_and_the_older_one_still_opens(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    sealed = lee.seal([visit.start])
    with app.app_context():
        newer = add_key(school.tenant_id)
    assert lee.hello()["organisation_key"]["key_id"] == newer.key_id != sealed["key_id"]
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "sealed": sealed}
    assert lee.client.post(**_signed(lee, sent)).get_json()["acknowledged_through"] == 1


def test_a_key_whose_private_part_is_gone_is_not_handed_out(app: Flask, school: School, lee: Device) -> None:
    lost = lee.hello()["organisation_key"]["key_id"]
    with app.app_context():
        file_of(school.tenant_id, lost).unlink()
        assert missing_keys() == [(school.tenant_id, lost)]
    assert lee.hello()["organisation_key"]["key_id"] != lost


def test_the_private_part_is_a_file_of_the_servers_own_account(
    app: Flask, school: School, lee: Device
) -> None:
    key_id = lee.hello()["organisation_key"]["key_id"]
    with app.app_context():
        file = file_of(school.tenant_id, key_id)
        dump = db.session.connection().exec_driver_sql("SELECT * FROM organisation_key").fetchall()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "PRIVATE" in file.read_text()
    assert "PRIVATE" not in str(dump)
    assert '"d"' not in str(dump)


def _signed(device: Device, sent: object) -> dict[str, Any]:
    body = json.dumps(sent).encode()
    headers = {"Content-Type": "application/json"} | device.signed("POST", PUSH, body)
    return {"path": PUSH, "data": body, "headers": headers}
