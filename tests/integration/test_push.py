"""What a tablet pushes is kept byte for byte, counted once, and answered only when it is committed."""

import gzip
import io
import json
import logging

import pytest
import sqlalchemy as sa
from flask import Flask

from device import PUSH, Device, Visit, id_of, running_hash
from noticing.accounts.people import deactivate_person
from noticing.database import db
from noticing.entry_log.store import read_after
from noticing.sync import receive
from noticing.sync.other_rooms import OtherRooms
from school import PASSWORD, School, sign_in


def bodies_in_log(app: Flask, school: School) -> list[bytes]:
    with app.app_context():
        return [entry.body for entry in read_after(db.session(), school.tenant_id, 0, 10_000)]


def test_what_is_acknowledged_is_in_the_log_byte_for_byte(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.line("Thirds don’t fit in fourths 🌱"), visit.finish()]
    answer = lee.push(bodies)
    assert answer["acknowledged_through"] == 4
    assert answer["acknowledged_hash"] == running_hash(bodies)
    assert answer["set_aside"] == []
    assert answer["ranges_beyond"] == []
    assert answer["fork"] is None
    assert answer["wanted_photos"] == []
    assert bodies_in_log(app, school) == [body.encode() for body in bodies]


def test_the_same_push_again_changes_nothing(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.mark()]
    first = lee.push(bodies)
    again = lee.push(bodies, from_seq=1)
    assert (again["acknowledged_through"], again["acknowledged_hash"]) == (3, first["acknowledged_hash"])
    assert len(bodies_in_log(app, school)) == 3


def test_overlapping_pushes_count_each_entry_once(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.mark(), visit.mark(), visit.finish()]
    lee.push(bodies[:3])
    answer = lee.push(bodies[1:], from_seq=2)
    assert answer["acknowledged_through"] == 5
    assert answer["acknowledged_hash"] == running_hash(bodies)
    assert len(bodies_in_log(app, school)) == 5


def test_entries_beyond_a_gap_are_kept_but_not_acknowledged(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.mark(), visit.mark(), visit.mark(), visit.finish()]
    lee.push(bodies[:1])
    beyond = lee.push(bodies[2:4], from_seq=3)
    assert (beyond["acknowledged_through"], beyond["ranges_beyond"]) == (1, [[3, 4]])
    further = lee.push(bodies[5:], from_seq=6)
    assert further["ranges_beyond"] == [[3, 4], [6, 6]]
    assert len(bodies_in_log(app, school)) == 4
    filled = lee.push(bodies[1:2], from_seq=2)
    assert (filled["acknowledged_through"], filled["ranges_beyond"]) == (4, [[6, 6]])
    last = lee.push(bodies[4:5], from_seq=5)
    assert (last["acknowledged_through"], last["ranges_beyond"]) == (6, [])
    assert last["acknowledged_hash"] == running_hash(bodies)


def test_other_content_under_a_used_number_is_a_fork_and_nothing_is_appended(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.mark()]
    before = lee.push(bodies)
    answer = lee.push([bodies[1], visit.mark(), visit.mark(), visit.mark()], from_seq=2)
    assert answer["fork"] == {"stream_seq": 3}
    assert answer["acknowledged_through"] == 3
    assert answer["acknowledged_hash"] == before["acknowledged_hash"]
    assert len(bodies_in_log(app, school)) == 3


def test_after_a_fork_the_same_bodies_in_a_new_stream_are_not_doubled(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.mark()]
    lee.push(bodies)
    clone = Device(app, school.people["lee"])
    new = visit.mark()
    answer = clone.push([*bodies[1:], new])
    assert answer["acknowledged_through"] == 3
    assert answer["acknowledged_hash"] == running_hash([*bodies[1:], new])
    assert answer["set_aside"] == []
    assert bodies_in_log(app, school) == [body.encode() for body in [*bodies, new]]


def test_the_same_body_twice_in_one_push_is_two_numbers_and_one_entry(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    mark = visit.mark()
    answer = lee.push([visit.start, mark, mark])
    assert answer["acknowledged_through"] == 3
    assert len(bodies_in_log(app, school)) == 2


def test_a_push_of_a_thousand_entries_is_one_request(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, *(visit.mark(minute=each / 100) for each in range(999))]
    answer = lee.push(bodies)
    assert answer["acknowledged_through"] == 1000
    assert answer["set_aside"] == []
    assert len(bodies_in_log(app, school)) == 1000


def test_an_empty_push_says_where_the_stream_stands(school: School, lee: Device) -> None:
    lee.push([Visit(lee, school).start])
    assert lee.push([])["acknowledged_through"] == 1


def test_every_answer_says_that_it_is_us_and_echoes_the_nonce(lee: Device) -> None:
    for response in (lee.get("/api/v1/sync/hello"), lee.client.get("/api/v1/sync/nothing-here")):
        assert response.headers["Noticing-Sync"] == "1"
    nonce = {"Noticing-Nonce": "a-nonce-of-mine"}
    refused = lee.client.get("/api/v1/me", headers=nonce)
    assert refused.status_code == 401
    assert refused.headers["Noticing-Nonce"] == "a-nonce-of-mine"


def test_the_answer_comes_after_the_commit(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the very last statement of the transaction: no acknowledgement, and nothing is there."""
    bodies = [Visit(lee, school).start]

    def fail(*_: object) -> None:
        raise sa.exc.OperationalError("no disk", None, OSError("no space left"))

    with monkeypatch.context() as broken:
        broken.setattr(receive, "move_mark", fail)
        response = lee.post(lee.content(bodies, 1))
    assert response.status_code >= 500
    assert "acknowledged_through" not in response.get_data(as_text=True)
    assert bodies_in_log(app, school) == []
    assert lee.push(bodies)["acknowledged_through"] == 1


def test_a_fault_of_the_next_step_does_not_take_back_the_answer(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_tenant_id: str) -> None:
        raise RuntimeError("the fold fell over")

    monkeypatch.setitem(app.extensions, "noticing.sync", OtherRooms(followers=(fail,)))
    assert lee.push([Visit(lee, school).start])["acknowledged_through"] == 1
    assert len(bodies_in_log(app, school)) == 1


def test_a_deactivated_account_still_delivers_what_it_saw_while_it_could(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    with app.app_context():
        deactivate_person(school.people["lee"])
    answer = lee.push([visit.start, visit.mark(minute=600)])
    assert answer["acknowledged_through"] == 2
    assert [(each["stream_seq"], each["code"]) for each in answer["set_aside"]] == [(2, "not-permitted-then")]
    assert len(bodies_in_log(app, school)) == 2


def test_a_session_of_the_same_account_may_deliver_for_the_stream(
    app: Flask, school: School, lee: Device
) -> None:
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    token = client.get("/api/v1/me").get_json()["csrf_token"]
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "bodies": [Visit(lee, school).start]}
    assert client.post(PUSH, json=sent).get_json()["code"] == "csrf-missing"
    answer = client.post(PUSH, json=sent, headers={"X-CSRFToken": token}).get_json()
    assert answer["acknowledged_through"] == 1


def test_somebody_elses_stream_is_as_unknown_as_none(app: Flask, school: School, lee: Device) -> None:
    client = app.test_client()
    sign_in(client, school.email("park"), PASSWORD)
    token = client.get("/api/v1/me").get_json()["csrf_token"]
    for stream_id in (lee.stream_id, "019a3f62-5400-7d77-8d95-264c81023a02"):
        sent = {"stream_id": stream_id, "from_seq": 1, "bodies": []}
        answer = client.post(PUSH, json=sent, headers={"X-CSRFToken": token})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "stream-unknown")


def test_a_wrong_signature_opens_nothing(app: Flask, school: School, lee: Device) -> None:
    other, body = Device(app, school.people["park"]), lee.content([], 1)
    wrong = [
        {"Noticing-Signature": "nonsense"},
        {"Noticing-Signature": other.signed("POST", PUSH, body)["Noticing-Signature"]},
        {"Noticing-Nonce": "another"},
        {"Noticing-Stream": other.stream_id},
        {"Noticing-Stream": "not-an-id"},
        {"Noticing-Nonce": ""},
    ]
    for headers in wrong:
        response = lee.post(body, **headers)
        assert (response.status_code, response.get_json()["code"]) == (401, "signature-wrong"), headers
    assert (
        lee.post(body[:-1] + b"x").status_code == 400
    )  # signed as sent: the signature is right, the zip is not


def test_a_signature_does_not_open_another_stream_of_the_account(
    app: Flask, school: School, lee: Device
) -> None:
    second = Device(app, school.people["lee"])
    response = lee.post(second.content([], 1))
    assert (response.status_code, response.get_json()["code"]) == (401, "signature-wrong")


def test_an_unenrolled_stream_is_told_to_enrol(app: Flask, school: School, lee: Device) -> None:
    lee.stream_id = "019a3f62-5400-7d77-8d95-264c81023a02"
    response = lee.post(lee.content([], 1))
    assert (response.status_code, response.get_json()["code"]) == (404, "stream-unknown")


def test_without_session_and_signature_there_is_nothing_to_push_to(app: Flask, lee: Device) -> None:
    response = app.test_client().post(PUSH, json={"stream_id": lee.stream_id, "from_seq": 1, "bodies": []})
    assert (response.status_code, response.get_json()["code"]) == (401, "sign-in-needed")


GZIP, PLAIN = {"Content-Encoding": "gzip"}, {"Content-Encoding": "identity"}
BAD = {
    "half an object": (b"{not json", PLAIN, 400, "not-json"),
    "nothing": (b"", PLAIN, 400, "not-json"),
    "no text": (b"\xff\xfe\x00", PLAIN, 400, "not-json"),
    "a string that is no UTF-8": (b'{"bodies":["\xff"]}', PLAIN, 400, "not-json"),
    "deep brackets": (b'{"other":' + b"[" * 100_000, PLAIN, 400, "not-json"),
    "a list": (b"[]", PLAIN, 422, "wrong-shape"),
    "null": (b"null", PLAIN, 422, "wrong-shape"),
    "a stream that is no id": (b'{"stream_id":"x","from_seq":1,"bodies":[]}', PLAIN, 422, "wrong-shape"),
    "no stream": (b'{"from_seq":1,"bodies":[]}', PLAIN, 422, "wrong-shape"),
    "text": (b"{}", PLAIN | {"Content-Type": "text/plain"}, 415, "wrong-content-type"),
    "brotli": (b"{}", {"Content-Encoding": "br"}, 415, "wrong-content-type"),
    "half a zip": (gzip.compress(b"{}")[:-4], GZIP, 400, "not-json"),
    "a zip with more behind it": (gzip.compress(b"{}") + b"more", GZIP, 400, "not-json"),
    "no zip": (b"{}", GZIP, 400, "not-json"),
    "a zip bomb": (gzip.compress(b" " * 9_000_000), GZIP, 413, "too-large"),
    "5 MB": (b" " * 5_000_000, PLAIN, 413, "too-large"),
}


@pytest.mark.parametrize(("body", "headers", "status", "code"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_gets_a_problem_and_changes_nothing(
    app: Flask, school: School, lee: Device, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    response = lee.post(body, **headers)
    problem = response.get_json(force=True)
    assert (response.status_code, problem["code"]) == (status, code)
    assert response.mimetype == "application/problem+json"
    assert response.headers["Noticing-Sync"] == "1"
    assert bodies_in_log(app, school) == []
    assert lee.push([Visit(lee, school).start])["acknowledged_through"] == 1


@pytest.mark.parametrize("wrong", [{"from_seq": 0}, {"from_seq": "1"}, {"from_seq": 2**70}, {"bodies": [1]}])
def test_a_field_of_another_type_is_named_but_not_quoted(lee: Device, wrong: dict[str, object]) -> None:
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "bodies": []} | wrong
    response = lee.post(gzip.compress(json.dumps(sent).encode()))
    assert (response.status_code, response.get_json()["code"]) == (422, "wrong-shape")
    assert next(iter(response.get_json()["errors"])).split("[")[0] in wrong


def test_more_than_a_thousand_entries_are_asked_for_in_parts(app: Flask, school: School, lee: Device) -> None:
    response = lee.post(lee.content(["{}"] * 1001, 1))
    assert (response.status_code, response.get_json()["code"]) == (413, "too-many-entries")
    assert bodies_in_log(app, school) == []


@pytest.mark.parametrize("is_length_said", [True, False])
def test_a_body_of_50_mb_gets_a_problem(app: Flask, lee: Device, is_length_said: bool) -> None:
    """A body without a length is cut off at the limit by the framework, which must not look like its end."""
    chunked = {} if is_length_said else {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    signed = lee.signed("POST", PUSH, b"") | {"Content-Type": "application/json"}
    stream = io.BytesIO(b" " * 50_000_000)
    response = lee.client.post(PUSH, input_stream=stream, headers=signed, environ_overrides=chunked)
    assert (response.status_code, response.get_json(force=True)["code"]) == (413, "too-large")


def test_the_log_line_tells_the_step_and_no_content(
    school: School, lee: Device, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "noticing.journey")
    visit = Visit(lee, school)
    bodies = [visit.start, visit.line("a secret word")]
    lee.push(bodies)
    lines = [record.getMessage() for record in caplog.records if record.name == "noticing.journey"]
    assert f"step=5 receive stream={lee.stream_id} entries=2 acknowledged_through=2 set_aside=0" in lines
    assert "secret" not in caplog.text
    assert "Rivera" not in caplog.text


def test_ids_of_entries_are_not_taken_by_those_who_do_not_own_them(
    app: Flask, school: School, lee: Device
) -> None:
    """A colleague who sends an entry under the id of mine cannot keep mine out."""
    visit = Visit(lee, school)
    mine = visit.start
    park = Device(app, school.people["park"])
    squat = json.loads(mine) | {"salt": "other", "author_id": school.people["lee"]}
    park.push([json.dumps(squat), mine])
    answer = lee.push([mine])
    assert answer["set_aside"] == []
    assert len(bodies_in_log(app, school)) == 3
    assert id_of(mine) == id_of(json.dumps(squat))
