"""More pushes at once than are taken: those too many are told to come again, and nobody else waits for them."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask

from device import Device, Visit
from noticing.clock import make_id
from noticing.sync import turns
from school import School


@contextmanager
def all_turns_taken() -> Iterator[None]:
    with ExitStack() as taken:
        for _ in range(turns.AT_ONCE):
            taken.enter_context(turns.turn())
        yield


def test_one_push_too_many_is_told_at_once_by_our_headers(app: Flask, school: School, lee: Device) -> None:
    body = Visit(lee, school).start
    with all_turns_taken():
        answer = lee.post(lee.content([body], 1))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
    assert (answer.headers["Noticing-Sync"], answer.headers["Retry-After"]) == ("1", "2")
    assert answer.headers["Noticing-Nonce"]
    assert lee.push([body])["acknowledged_through"] == 1


def test_hello_does_not_wait_for_pushes(app: Flask, school: School, lee: Device) -> None:
    with all_turns_taken():
        assert lee.hello()["acknowledged_through"] == 0


def test_a_push_that_fails_gives_its_turn_back(app: Flask, school: School, lee: Device) -> None:
    for _ in range(turns.AT_ONCE + 1):
        sealed = {"key_id": make_id(), "sealed_key": "", "bodies": [""]}
        sent = {"stream_id": lee.stream_id, "from_seq": 1, "sealed": sealed}
        assert lee.post(gzip.compress(json.dumps(sent).encode())).get_json()["code"] == "seal-unknown"
    lee.push([Visit(lee, school).start])


def test_pushes_that_come_together_are_all_kept(app: Flask, school: School, lee: Device) -> None:
    """As many as there are turns: each waits for the others' commits, and none is sent away."""
    devices = [Device(app, school.people["lee"]) for _ in range(turns.AT_ONCE)]
    bodies = [Visit(device, school).start for device in devices]
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda d=device, b=body: found.append(d.push([b])["acknowledged_through"]))
        for device, body in zip(devices, bodies, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * turns.AT_ONCE
