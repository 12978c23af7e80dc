"""An entry that does not get through whole comes in pieces; one that the device cannot read is declared lost."""

import base64
import gzip
import hashlib
import json
from typing import Any

import pytest
from flask import Flask

from comparing import CHUNK, agrees, ask, read
from device import Device, Visit, running_hash, seal_body
from noticing.entry_log import chunks
from school import PASSWORD, School, sign_in


def send(lee: Device, seq: int, body: bytes, offset: int, length: int, **other: Any) -> dict[str, Any]:
    content = {
        "stream_seq": seq,
        "sha256": hashlib.sha256(body).hexdigest(),
        "size": len(body),
        "offset": offset,
        "chunk": base64.b64encode(body[offset : offset + length]).decode(),
    }
    return ask(lee, CHUNK, **(content | other))


def send_all(lee: Device, seq: int, body: bytes, length: int = 300) -> dict[str, Any]:
    answer: dict[str, Any] = {"received_through": 0}
    while answer.get("push") is None:
        answer = send(lee, seq, body, answer["received_through"], length)
        assert answer["status"] == 200, answer
    return answer


def rows(app: Flask) -> int:
    return int(read(app, "SELECT count(*) FROM entry_chunk")[0][0])


def test_an_entry_in_pieces_is_pushed_like_any_other(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.line("Thirds don’t fit in fourths 🌱"), visit.mark()]
    lee.push(bodies[:1])
    first = send(lee, 2, bodies[1].encode(), 0, 300)
    assert (first["received_through"], first["push"]) == (300, None)
    answer = send_all(lee, 2, bodies[1].encode())
    assert answer["received_through"] == len(bodies[1].encode())
    assert answer["push"]["acknowledged_hash"] == running_hash(bodies[:2])
    assert answer["push"]["set_aside"] == []
    assert rows(app) == 0
    lee.push(bodies[2:], from_seq=3)
    assert agrees(lee, bodies)


def test_a_piece_that_does_not_follow_is_told_where_to_go_on(app: Flask, school: School, lee: Device) -> None:
    body = Visit(lee, school).start.encode()
    assert send(lee, 1, body, 100, 100)["received_through"] == 0
    send(lee, 1, body, 0, 200)
    for offset in (100, 300):
        assert send(lee, 1, body, offset, 100)["received_through"] == 200
    assert send_all(lee, 1, body)["push"]["acknowledged_through"] == 1


def test_an_empty_piece_is_not_in_the_way_of_the_next(app: Flask, school: School, lee: Device) -> None:
    body = Visit(lee, school).start.encode()
    send(lee, 1, body, 0, 100)
    assert send(lee, 1, body, 100, 0)["received_through"] == 100
    assert send(lee, 1, body, 100, 100)["received_through"] == 200
    assert send_all(lee, 1, body)["push"]["acknowledged_through"] == 1


def test_the_last_piece_again_gets_the_same_answer(app: Flask, school: School, lee: Device) -> None:
    body = b"no entry at all"
    send(lee, 1, body, 0, 10)
    first, again = send(lee, 1, body, 10, 10), send(lee, 1, body, 10, 10)
    assert first["push"]["set_aside"] == again["push"]["set_aside"]
    assert again["push"]["set_aside"][0]["code"] == "not-an-entry"
    assert (again["received_through"], again["push"]["acknowledged_through"]) == (len(body), 1)


def test_an_entry_that_the_server_has_already_needs_no_pieces(
    app: Flask, school: School, lee: Device
) -> None:
    bodies = [Visit(lee, school).start]
    lee.push(bodies)
    answer = send(lee, 1, bodies[0].encode(), 0, 10)
    assert (answer["received_through"], answer["push"]["acknowledged_through"]) == (
        len(bodies[0].encode()),
        1,
    )
    assert rows(app) == 0


def test_other_content_of_a_used_number_is_a_fork(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    lee.push([visit.start])
    assert send_all(lee, 1, visit.mark().encode())["push"]["fork"] == {"stream_seq": 1}


def test_what_is_not_even_text_is_kept_and_set_aside(app: Flask, school: School, lee: Device) -> None:
    body = b"\xff\x00\xfe" * 200
    answer = send_all(lee, 1, body)
    assert [each["code"] for each in answer["push"]["set_aside"]] == ["not-an-entry"]
    assert bytes(read(app, "SELECT body FROM log_entry")[0][0]) == body
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    items = client.get("/api/v1/sync/changes").get_json()["items"]
    assert [each["code"] for each in items if each["what"] == "set_aside"] == ["not-an-entry"]


def test_an_entry_of_no_bytes_is_an_entry(app: Flask, school: School, lee: Device) -> None:
    assert send(lee, 1, b"", 0, 0)["push"]["acknowledged_through"] == 1


def test_pieces_that_do_not_make_the_entry_are_dropped_and_it_begins_anew(
    app: Flask, school: School, lee: Device
) -> None:
    body = Visit(lee, school).start.encode()
    answer = send(lee, 1, body, 0, len(body), sha256="ab" * 32)
    assert (answer["status"], answer["received_through"], answer["push"]) == (200, 0, None)
    assert rows(app) == 0
    assert send_all(lee, 1, body)["push"]["acknowledged_through"] == 1


def test_another_entry_under_the_same_number_begins_anew(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    one, other = visit.start.encode(), visit.line("x" * 800).encode()
    send(lee, 1, one, 0, 300)
    assert send(lee, 1, other, 300, 300)["received_through"] == 0
    assert send_all(lee, 1, other)["push"]["acknowledged_through"] == 1


def test_with_too_many_open_entries_the_oldest_begins_anew(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "MAX_OPEN", 3)
    body = Visit(lee, school).start.encode()
    for seq in (5, 6, 7, 8):
        assert send(lee, seq, body, 0, 100)["received_through"] == 100
    assert rows(app) == 3
    assert send(lee, 5, body, 100, 100)["received_through"] == 0
    assert send(lee, 8, body, 100, 100)["received_through"] == 200


WRONG = [{"size": -1}, {"offset": -1}, {"sha256": "x"}, {"chunk": "!"}, {"size": 2**40}, {"stream_seq": 0}]


@pytest.mark.parametrize("wrong", [*WRONG, {"chunk": base64.b64encode(bytes(8193)).decode()}], ids=str)
def test_a_piece_that_is_none_gets_a_problem(lee: Device, wrong: dict[str, Any]) -> None:
    content = {"stream_seq": 1, "sha256": "ab" * 32, "size": 4, "offset": 0, "chunk": "Ym9keQ=="}
    answer = ask(lee, CHUNK, **(content | wrong))
    assert (answer["status"], answer["code"]) == (422, "wrong-shape")


def test_more_than_the_size_that_was_said_is_not_kept(app: Flask, lee: Device) -> None:
    answer = send(lee, 1, b"body and more", 0, 13, size=4)
    assert (answer["received_through"], answer["push"]) == (0, None)
    assert rows(app) == 0


def test_a_piece_for_another_stream_is_refused(app: Flask, school: School, lee: Device) -> None:
    park = Device(app, school.people["park"])
    assert send(lee, 1, b"body", 0, 4, stream_id=park.stream_id)["code"] == "signature-wrong"


def test_an_entry_that_the_device_has_lost_is_set_aside_as_lost(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    former = hashlib.sha256(visit.mark().encode()).hexdigest()
    lost = json.dumps({"lost": True, "stream_seq": 2, "hash": former}, separators=(",", ":"))
    bodies = [visit.start, lost, visit.mark()]
    answer = lee.push(bodies)
    assert answer["acknowledged_through"] == 3
    assert [(each["stream_seq"], each["code"]) for each in answer["set_aside"]] == [(2, "lost-on-device")]
    assert "tablet" in answer["set_aside"][0]["text"]
    assert agrees(lee, bodies)


def test_a_lost_entry_of_which_not_even_the_hash_is_known_is_one(
    app: Flask, school: School, lee: Device
) -> None:
    answer = lee.push([json.dumps({"lost": True, "stream_seq": 1, "hash": None})])
    assert [each["code"] for each in answer["set_aside"]] == ["lost-on-device"]


@pytest.mark.parametrize("other", [{"lost": False}, {"hash": "short"}, {"stream_seq": "2"}])
def test_what_only_looks_like_it_is_no_entry(
    app: Flask, school: School, lee: Device, other: dict[str, Any]
) -> None:
    answer = lee.push([json.dumps({"lost": True, "stream_seq": 1, "hash": "ab" * 32} | other)])
    assert [each["code"] for each in answer["set_aside"]] == ["not-an-entry"]


def test_the_request_is_an_ordinary_signed_one(app: Flask, lee: Device) -> None:
    sent = gzip.compress(json.dumps({"stream_id": lee.stream_id}).encode())
    assert lee.post(sent, CHUNK, **{"Noticing-Signature": "nonsense"}).get_json()["code"] == "signature-wrong"


def send_sealed(
    lee: Device, seq: int, raw: bytes, key: bytes, length: int = 300, **other: Any
) -> dict[str, Any]:
    """As a locked device sends it: the bytes that lie there sealed, in pieces."""
    sealed = {name: value for name, value in lee.seal([], key).items() if name != "bodies"}
    sealed["sha256"] = hashlib.sha256(raw).hexdigest()
    answer: dict[str, Any] = {"received_through": 0, "push": None, "status": 200}
    while answer["status"] == 200 and answer["push"] is None:
        offset = answer["received_through"]
        chunk = base64.b64encode(raw[offset : offset + length]).decode()
        piece = {"stream_seq": seq, "size": len(raw), "offset": offset, "chunk": chunk}
        answer = ask(lee, CHUNK, sealed=sealed | other, **piece)
    return answer


def test_what_comes_sealed_in_pieces_is_the_same_entry(app: Flask, school: School, lee: Device) -> None:
    visit, key = Visit(lee, school), b"k" * 32
    bodies = [visit.start, visit.line("Thirds don’t fit in fourths 🌱"), visit.mark()]
    lee.push(bodies[:1])
    raw = base64.b64decode(seal_body(key, bodies[1].encode()))
    answer = send_sealed(lee, 2, raw, key)
    assert (answer["received_through"], answer["push"]["unsealable"]) == (len(raw), [])
    assert answer["push"]["acknowledged_hash"] == running_hash(bodies[:2])
    assert rows(app) == 0
    again = send_sealed(lee, 2, raw, key)["push"]
    assert (again["fork"], again["acknowledged_hash"]) == (None, running_hash(bodies[:2]))
    lee.push(bodies[2:], from_seq=3)
    assert agrees(lee, bodies)


def test_sealed_pieces_that_do_not_open_are_told_and_not_appended(
    app: Flask, school: School, lee: Device
) -> None:
    visit, key = Visit(lee, school), b"k" * 32
    lee.push([visit.start])
    park = Device(app, school.people["park"])
    for body, sealing in ((visit.mark(), b"x" * 32), (Visit(park, school).start, key)):
        raw = base64.b64decode(seal_body(sealing, body.encode()))
        answer = send_sealed(lee, 2, raw, key)["push"]
        assert (answer["acknowledged_through"], answer["unsealable"]) == (1, [2])
    assert send_sealed(lee, 2, b"short", key)["push"]["unsealable"] == [2]
    assert rows(app) == 0


def test_sealed_pieces_under_a_key_that_nobody_has_are_refused(
    app: Flask, school: School, lee: Device
) -> None:
    raw = base64.b64decode(seal_body(b"k" * 32, Visit(lee, school).start.encode()))
    answer = send_sealed(lee, 1, raw, b"k" * 32, sealed_key="AAAA")
    assert (answer["status"], answer["code"]) == (422, "seal-unknown")
    assert read(app, "SELECT count(*) FROM envelope")[0][0] == 0


def test_a_piece_has_one_hash_of_either_kind(lee: Device) -> None:
    piece = {"stream_seq": 1, "size": 2, "offset": 0, "chunk": "e30="}
    both = {"sha256": "0" * 64, "sealed": {"key_id": lee.stream_id, "sealed_key": "", "sha256": "0" * 64}}
    for content in (both, {}):
        answer = ask(lee, CHUNK, **piece, **content)
        assert (answer["status"], answer["errors"]) == (422, {"sha256": ["wrong-shape"]})
