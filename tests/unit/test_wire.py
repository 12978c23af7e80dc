"""The golden examples: what both sides of the wire must obey. The app reads the same files."""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask_babel import Babel

from noticing.entry_log.entry import Unreadable, hash_body, parse_body
from noticing.entry_log.running_hash import NOTHING, extend_running_hash
from noticing.problems import Problem
from noticing.sync import set_aside, wire
from noticing.sync.stream_key import is_on_curve, is_signed, text_to_sign

WIRE = Path(__file__).parents[1] / "wire"


def read(name: str) -> Any:
    return json.loads((WIRE / name).read_text(encoding="utf-8"))


def examples(name: str, shape: type) -> list[Any]:
    return [pytest.param(example, shape, id=f"{name}:{key}") for key, example in read(name).items()]


ANSWERS = [
    pytest.param(read("hello.json")["enrol"], wire.Enrolled, id="enrol"),
    pytest.param(read("hello.json")["me"], wire.Me, id="me"),
    pytest.param(read("hello.json")["hello"], wire.Hello, id="hello"),
    *examples("push.json", wire.PushAnswer),
    *examples("changes.json", wire.Changes),
    *examples("chunk.json", wire.ChunkAnswer),
    *(pytest.param(read("verify.json")[name], wire.Verified, id=name) for name in ("agrees", "differs")),
    pytest.param(read("verify.json")["repair"], wire.PushAnswer, id="repair"),
]


@pytest.mark.parametrize(("example", "shape"), ANSWERS)
def test_every_answer_has_exactly_the_fields_that_were_agreed(example: Any, shape: type) -> None:
    body = example["answer"]["body"]
    read_back = msgspec.json.decode(json.dumps(body), type=shape)
    assert json.loads(msgspec.json.encode(read_back)) == body


@pytest.mark.parametrize(("example", "_shape"), examples("push.json", wire.PushAnswer))
def test_every_push_can_be_read(example: Any, _shape: type) -> None:
    body = example["request"]["body"]
    assert msgspec.to_builtins(msgspec.json.decode(json.dumps(body), type=wire.Push)) == body


REQUESTS = [
    *examples("chunk.json", wire.Chunk),
    *(pytest.param(read("verify.json")[name], wire.Verify, id=name) for name in ("agrees", "differs")),
    pytest.param(read("verify.json")["repair"], wire.Push, id="repair"),
]


@pytest.mark.parametrize(("example", "shape"), REQUESTS)
def test_every_question_can_be_read(example: Any, shape: type) -> None:
    body = example["request"]["body"]
    assert json.loads(msgspec.json.encode(msgspec.json.decode(json.dumps(body), type=shape))) == body


def test_a_range_is_told_by_the_xor_of_its_hashes() -> None:
    hashes = [hash_body(row["body"].encode()) for row in read("bodies.json")["bodies"]]
    for held in read("verify.json")["agrees"]["request"]["body"]["ranges"]:
        mixed = 0
        for body_hash in hashes[held["from_seq"] - 1 : held["through_seq"]]:
            mixed ^= int.from_bytes(body_hash)
        assert held["xor"] == mixed.to_bytes(32).hex()


def test_the_enrolment_can_be_read() -> None:
    body = read("hello.json")["enrol"]["request"]["body"]
    enrolment = msgspec.json.decode(json.dumps(body), type=wire.Enrolment)
    assert msgspec.to_builtins(enrolment) == body
    assert is_on_curve(enrolment.public_key)


def test_bodies_hash_as_agreed() -> None:
    running = NOTHING
    for row in read("bodies.json")["bodies"]:
        body_hash = hash_body(row["body"].encode())
        running = extend_running_hash(running, [body_hash])
        assert (body_hash.hex(), running.hex()) == (row["hash"], row["running_hash"])


def test_the_running_hash_does_not_depend_on_how_it_was_cut() -> None:
    hashes = [hash_body(row["body"].encode()) for row in read("bodies.json")["bodies"]]
    whole = extend_running_hash(NOTHING, hashes)
    assert extend_running_hash(extend_running_hash(NOTHING, hashes[:2]), hashes[2:]) == whole
    assert extend_running_hash(NOTHING, hashes[::-1]) != whole


def test_all_bodies_but_the_last_are_entries() -> None:
    *entries, garbage = [row["body"].encode() for row in read("bodies.json")["bodies"]]
    for body in entries:
        assert list(json.loads(body)) == list(msgspec.structs.asdict(parse_body(body)))
    with pytest.raises(Unreadable):
        parse_body(garbage)


def test_signatures_verify_as_agreed() -> None:
    example = read("signature.json")
    for one in example["signed"]:
        text = text_to_sign(one["method"], one["path"], one["nonce"], base64.b64decode(one["body_base64"]))
        assert text.decode() == one["text"]
        assert is_signed(example["public_key"], one["signature"], text)
        assert not is_signed(example["public_key"], one["signature"], text + b" ")


def test_problems_keep_their_codes_and_statuses() -> None:
    app = Flask("noticing")
    Babel(app)
    for problem in read("problems.json")["problems"]:
        with app.test_request_context():
            said = Problem(problem["code"]).as_json()
        assert list(said) == list(problem)
        for name in ("type", "code", "status"):
            assert said[name] == problem[name]
        assert said["detail"]


def test_set_aside_examples_name_codes_of_the_catalogue() -> None:
    told = read("push.json")["set_aside"]["answer"]["body"]["set_aside"]
    assert [each["code"] for each in told] == ["not-an-entry"]
    assert told[0]["code"] in set_aside.CATALOGUE
    assert set(set_aside.CATALOGUE) >= set_aside.WAITING
