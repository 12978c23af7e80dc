"""Every Problem of the catalogue comes out of a door: each is met here as a client meets it, with a real request."""

import contextlib
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from conftest import disposing, make_app
from device import HELLO, PUSH, Device, Visit, id_of
from full_database import little_room
from noticing.accounts.set_up import make_link
from noticing.clock import make_id, now
from noticing.database import writing
from noticing.entry_log import streams
from noticing.entry_log.streams import revoke_stream
from noticing.feed.counter import suspend
from noticing.feedback import pdf
from noticing.problems import CATALOGUE
from noticing.protocols import loader
from noticing.sync import turns
from noticing.web import shell
from photo_device import JPEG, send_part
from school import School, csrf_token, make_school, sign_in

STREAMS, VERIFY = "/api/v1/sync/streams", "/api/v1/sync/verify"


@dataclass
class World:
    app: Flask
    school: School
    lee: Device
    patch: pytest.MonkeyPatch
    folder: Path

    def client_of(self, who: str) -> FlaskClient:
        client = self.app.test_client()
        assert sign_in(client, self.school.email(who)) == 303
        return client

    def post(self, path: str, content: Any) -> TestResponse:
        """Signed by the device."""
        return self.lee.post(gzip.compress(json.dumps(content).encode()), path)

    def shared_visit(self) -> str:
        visit = Visit(self.lee, self.school)
        mark = visit.mark()
        self.lee.push([visit.start, mark, visit.finish(), visit.share([id_of(mark)])])
        return visit.observation_id


Asking = Callable[[World], TestResponse]
ASKING: dict[str, Asking] = {}


def of(code: str) -> Callable[[Asking], Asking]:
    def note(asking: Asking) -> Asking:
        ASKING[code] = asking
        return asking

    return note


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for app in disposing(make_app(sqlite_url, tmp_path)):
        school = make_school(app)
        yield World(app, school, Device(app, school.people["lee"]), monkeypatch, tmp_path)


def test_each_is_asked_for() -> None:
    assert set(ASKING) == set(CATALOGUE)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_it_comes_out_of_a_door(world: World, code: str) -> None:
    answer = ASKING[code](world)
    if code == "protocol-broken":  # a part of the health page, which goes on without it
        assert answer.get_json()["parts"]["protocols"]["problem"]["code"] == code
        return
    assert answer.status_code == CATALOGUE[code].status
    if answer.content_type == "application/problem+json":
        assert answer.get_json()["code"] == code
        assert answer.get_json()["detail"] == str(CATALOGUE[code].sentence)
    else:
        assert code in answer.text
        assert str(CATALOGUE[code].title) in answer.text


# Who asks.


@of("sign-in-needed")
def ask_without_a_session(world: World) -> TestResponse:
    return world.app.test_client().get("/api/v1/me")


@of("signature-wrong")
def ask_with_another_key(world: World) -> TestResponse:
    other = Device(world.app, world.school.people["lee"], is_enrolled=False)
    headers = world.lee.signed("GET", HELLO, b"") | {
        "Noticing-Signature": other.signed("GET", HELLO, b"")["Noticing-Signature"]
    }
    return world.lee.client.get(HELLO, headers=headers)


@of("csrf-missing")
def ask_without_the_token(world: World) -> TestResponse:
    return world.client_of("lee").post(PUSH, json={})


@of("not-allowed-here")
def ask_as_a_teacher_what_observers_may_hold(world: World) -> TestResponse:
    return world.client_of("rivera").get("/api/v1/sync/changes")


@of("not-found")
def ask_for_nothing(world: World) -> TestResponse:
    return world.app.test_client().get("/api/v1/nothing")


@of("host-unknown")
def ask_by_another_name(world: World) -> TestResponse:
    return world.app.test_client().get("/api/v1/me", headers={"Host": "evil.example"})


@of("method-not-allowed")
def delete_what_can_only_be_read(world: World) -> TestResponse:
    return world.app.test_client().delete("/api/v1/me")


@of("too-many-tries")
def try_too_often(world: World) -> TestResponse:
    client = world.app.test_client()
    form = {"csrf_token": csrf_token(client), "email": "lee@school.example", "password": "wrong"}
    tries = [client.post("/sign-in", data=form) for _ in range(12)]
    return tries[-1]


@of("link-used")
def use_a_link_again(world: World) -> TestResponse:
    with world.app.app_context():
        older = make_link(world.school.people["okafor"])
        make_link(world.school.people["okafor"])
    return world.app.test_client().get(older)


@of("restored-not-checked")
def sign_in_after_a_restore_that_nobody_has_checked(world: World) -> TestResponse:
    with world.app.app_context(), writing(world.school.tenant_id) as session:
        suspend(session, now())
    client = world.app.test_client()
    form = {"csrf_token": csrf_token(client), "email": world.school.email("lee")}
    return client.post("/sign-in", data=form | {"password": "three random words"})


# What is sent.


@of("too-large")
def send_more_than_four_megabytes(world: World) -> TestResponse:
    return world.lee.post(b"x" * (4 * 1024 * 1024 + 1))


@of("too-many-entries")
def send_more_than_a_thousand(world: World) -> TestResponse:
    return world.lee.post(world.lee.content(["x"] * 1001, 1))


@of("wrong-content-type")
def send_something_else_than_json(world: World) -> TestResponse:
    return world.lee.post(b"x", **{"Content-Type": "text/plain"})


@of("not-understood")
def send_a_sign_that_no_keyboard_makes(world: World) -> TestResponse:
    return world.client_of("lee").get("/api/v1/sync/changes?after=%00")


@of("not-json")
def send_what_is_no_json(world: World) -> TestResponse:
    return world.lee.post(gzip.compress(b"{"))


@of("wrong-shape")
def send_json_without_its_fields(world: World) -> TestResponse:
    return world.post(PUSH, {"stream_id": world.lee.stream_id})


@of("stream-unknown")
def send_before_enrolment(world: World) -> TestResponse:
    other = Device(world.app, world.school.people["lee"], is_enrolled=False)
    return other.post(other.content([], 1))


@of("other-person")
def ask_for_another_persons_tablet(world: World) -> TestResponse:
    of_another = {"for": world.school.people["park"]}
    return world.client_of("lee").get("/api/v1/sync/changes", query_string=of_another)


@of("stream-taken")
def enrol_with_another_key(world: World) -> TestResponse:
    other = Device(world.app, world.school.people["lee"], is_enrolled=False)
    jwk = {name: getattr(other.public_key(), name) for name in ("kty", "crv", "x", "y")}
    return world.post(STREAMS, {"stream_id": world.lee.stream_id, "public_key": jwk})


@of("seal-unknown")
def send_what_is_sealed_to_a_strange_key(world: World) -> TestResponse:
    sealed = world.lee.seal(["x"]) | {"key_id": make_id()}
    return world.post(PUSH, {"stream_id": world.lee.stream_id, "from_seq": 1, "sealed": sealed})


@of("stream-quota")
def send_without_end_from_a_revoked_device(world: World) -> TestResponse:
    world.patch.setattr(streams, "MAX_REVOKED_ENTRIES", 1)
    with world.app.app_context():
        assert revoke_stream(world.school.tenant_id, world.lee.stream_id)
    return world.lee.post(world.lee.content(["x", "y"], 1))


@of("too-much-to-verify")
def compare_too_much_at_once(world: World) -> TestResponse:
    held = {"from_seq": 1, "through_seq": 10_001, "count": 10_001, "xor": "00" * 32}
    return world.post(VERIFY, {"stream_id": world.lee.stream_id, "ranges": [held]})


# Photos.


@of("upload-offset-wrong")
def send_a_part_that_does_not_follow(world: World) -> TestResponse:
    return send_part(world.lee, JPEG, 1000)


@of("photo-differs")
def send_another_photo_than_was_announced(world: World) -> TestResponse:
    return send_part(world.lee, JPEG[:1000], 0, sha256="0" * 64)


@of("photo-too-large")
def send_a_photo_of_more_than_ten_megabytes(world: World) -> TestResponse:
    return send_part(world.lee, JPEG, 0, **{"Upload-Length": str(10 * 1024 * 1024 + 1)})


@of("photo-not-kept")
def send_a_photo_where_none_can_be_kept(world: World) -> TestResponse:
    (world.folder / "photos").touch()  # a file where the folder would be
    return send_part(world.lee, JPEG[:1000], 0)


# What is the server's own fault, or its administrator's.


@of("server-fault")
def meet_a_fault(world: World) -> TestResponse:
    world.patch.setattr("noticing.sync.api.say_hello", lambda *_: 1 / 0)
    return world.lee.get(HELLO)


@of("busy")
def push_while_others_have_all_turns(world: World) -> TestResponse:
    with contextlib.ExitStack() as others:
        for _ in range(turns.AT_ONCE):
            others.enter_context(turns.turn())
        return world.lee.post(world.lee.content([], 1))


@of("database-away")
def ask_while_the_database_is_away(world: World) -> TestResponse:
    def gone(*_arguments: object) -> None:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    world.patch.setattr("noticing.sync.api.say_hello", gone)
    return world.lee.get(HELLO)


@of("no-room")
def push_to_a_server_whose_disk_is_full(world: World) -> TestResponse:
    visit = Visit(world.lee, world.school)
    with little_room(world.app, 0):
        return world.lee.post(world.lee.content([visit.start, visit.line("word " * 6_000)], 1))


@of("protocol-broken")
def ask_how_a_server_with_a_broken_protocol_is(world: World) -> TestResponse:
    broken = world.folder / "protocols/lesson-clarity/1.0.0.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    world.patch.setattr(loader, "find_folder", lambda: broken.parents[1])
    loader._shelf.cache_clear()
    try:
        return world.app.test_client().get("/healthz")
    finally:
        world.patch.undo()
        loader._shelf.cache_clear()


@of("app-not-built")
def open_an_app_that_is_not_built(world: World) -> TestResponse:
    world.patch.setattr(shell, "BUILT", world.folder)
    return world.app.test_client().get("/app/")


@of("pdf-engine-missing")
def ask_for_a_letter_without_pango(world: World) -> TestResponse:
    def cannot_load(*_arguments: object) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    observation_id = world.shared_visit()
    world.patch.setattr(pdf, "import_module", cannot_load)
    return world.client_of("rivera").get(f"/notes/{observation_id}.pdf")
