"""A rescue file comes in through the very door that its pushes were made for; whoever brings it sees numbers only."""

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from device import Device, Visit, running_hash
from full_database import little_room
from noticing.cli import main
from noticing.database import db
from noticing.entry_log.store import read_after
from noticing.entry_log.streams import revoke_stream
from noticing.rescue import importing
from noticing.sync.turns import RESCUES, turn
from school import School, csrf_token, make_school, sign_in


def bodies_in_log(app: Flask, school: School) -> list[bytes]:
    with app.app_context():
        return [entry.body for entry in read_after(db.session(), school.tenant_id, 0, 10_000)]


def hand_in(client: FlaskClient, *files: Any) -> TestResponse:
    contents = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in files]
    form = {
        "csrf_token": csrf_token(client, "/rescue"),
        "files": [(io.BytesIO(content), f"rescue-{n}.json") for n, content in enumerate(contents, 1)],
    }
    return client.post("/rescue", data=form, content_type="multipart/form-data")


def sentences(answer: TestResponse) -> list[str]:
    return re.findall(r"<li>([^<]+)</li>", answer.text)


def test_what_a_tablet_saved_comes_in_once(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), "no entry at all"]
    saved = lee.save(lee.content(bodies[:2], 1), lee.content(bodies[2:], 3))
    first = hand_in(client, saved)
    assert first.status_code == 200
    assert sentences(first) == [
        "3 entries were taken.",
        "1 of these is kept but set aside; its author sees why.",
    ]
    assert bodies_in_log(app, school) == [body.encode() for body in bodies]
    again = hand_in(client, saved)
    assert sentences(again)[0] == "3 entries were here already."
    assert len(bodies_in_log(app, school)) == 3


def test_a_full_server_says_to_hand_the_same_file_in_again(sqlite_app: Flask) -> None:
    school = make_school(sqlite_app)
    lee = Device(sqlite_app, school.people["lee"])
    visit = Visit(lee, school)
    lines = [visit.line("word " * 1000) for _ in range(40)]
    saved, client = lee.save(lee.content([visit.start, *lines], 1)), sqlite_app.test_client()
    with little_room(sqlite_app, 2):
        (said,) = sentences(hand_in(client, saved))
        assert said.startswith("41 entries were not taken just now")
    assert sentences(hand_in(client, saved)) == ["41 entries were taken."]


def test_a_sealed_push_comes_in_too(app: Flask, school: School, lee: Device, client: FlaskClient) -> None:
    start = Visit(lee, school).start
    content = {"stream_id": lee.stream_id, "from_seq": 1, "sealed": lee.seal([start])}
    saved = lee.save(json.dumps(content).encode())
    saved["pushes"][0]["headers"].pop("Content-Encoding")
    assert sentences(hand_in(client, saved)) == ["1 entry was taken."]
    assert bodies_in_log(app, school) == [start.encode()]


def test_what_was_changed_or_signed_by_nobody_does_not_come_in(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    visit = Visit(lee, school)
    content, other = lee.content([visit.start], 1), lee.content([visit.start, visit.mark()], 1)
    changed = lee.save(content)
    changed["pushes"][0]["body"] = lee.save(other)["pushes"][0]["body"]
    unsigned = lee.save(content)
    unsigned["pushes"][0]["headers"].pop("Noticing-Signature")
    elsewhere = lee.save(content)
    elsewhere["pushes"][0]["path"] = "/people"
    garbled = lee.save(content)
    garbled["pushes"][0]["body"] = "no base64!"
    answer = hand_in(client, changed, unsigned, elsewhere, garbled)
    unreadable = "could not be read. Keep the file and the tablet, and ask your administrator."
    assert sentences(answer) == [
        f"1 entry {unreadable}",
        f"1 entry {unreadable}",
        f"1 entry {unreadable}",
        f"1 entry {unreadable}",
    ]
    assert bodies_in_log(app, school) == []


def test_nothing_is_unzipped_that_nobody_signed(
    school: School, lee: Device, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = lee.save(lee.content([Visit(lee, school).start], 1))
    saved["pushes"][0]["headers"]["Noticing-Nonce"] = "another"
    monkeypatch.setattr(importing, "_read_push", lambda *_: pytest.fail("it was unzipped"))
    assert sentences(hand_in(client, saved))[0].startswith("1 entry could not be read.")


def test_after_twenty_refusals_the_others_are_not_looked_at(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    saved = lee.save(*[lee.content([Visit(lee, school).start], 1)] * 21)
    for push in saved["pushes"][:20]:
        push["headers"]["Noticing-Signature"] = "x"
    assert sentences(hand_in(client, saved))[0].startswith("21 entries could not be read.")
    assert bodies_in_log(app, school) == []


def test_a_file_has_an_end(
    app: Flask, school: School, lee: Device, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_PUSHES", 2)
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.mark()]
    saved = lee.save(*(lee.content([body], seq) for seq, body in enumerate(bodies, 1)))
    assert sentences(hand_in(client, saved))[0] == "2 entries were taken."
    assert len(bodies_in_log(app, school)) == 2


def test_one_rescue_is_taken_at_a_time(app: Flask, school: School, lee: Device, client: FlaskClient) -> None:
    saved = lee.save(lee.content([Visit(lee, school).start], 1))
    with turn(RESCUES):
        assert hand_in(client, saved).status_code == 503
    assert sentences(hand_in(client, saved)) == ["1 entry was taken."]


@pytest.mark.parametrize("value", ["a\nb: c", "\u2603", "\x00", "\ud800"])
def test_a_header_that_can_be_none_is_unreadable(
    school: School, lee: Device, client: FlaskClient, value: str
) -> None:
    saved = lee.save(lee.content([Visit(lee, school).start], 1))
    for name in ("Noticing-Nonce", "Content-Type"):
        saved["pushes"][0]["headers"][name] = value
        answer = hand_in(client, saved)
        assert answer.status_code == 200
        assert len(sentences(answer)) == 1


def test_a_session_of_the_bringer_opens_nothing(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    assert sign_in(client, school.email("lee")) == 303
    saved = lee.save(lee.content([Visit(lee, school).start], 1))
    saved["pushes"][0]["headers"].pop("Noticing-Signature")
    hand_in(client, saved)
    assert bodies_in_log(app, school) == []


def test_entries_of_a_copied_profile_are_left_to_the_tablet(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    visit = Visit(lee, school)
    lee.push([visit.start])
    saved = lee.save(lee.content([visit.mark()], 1))
    assert sentences(hand_in(client, saved)) == [
        "1 entry is of a copied profile. The tablet has to send it itself."
    ]


def test_another_file_and_none_are_said(school: School, client: FlaskClient) -> None:
    for content in (b"{}", b"\xff\x00", b'{"noticing_rescue":2,"pushes":[]}', b"[" * 100_000):
        assert sentences(hand_in(client, content)) == ["This is no rescue file. Nothing was taken from it."]
    assert hand_in(client).status_code == 422


def test_more_than_20_mb_and_a_form_without_its_token_are_refused(
    school: School, client: FlaskClient
) -> None:
    assert hand_in(client, b"x" * (20 * 1024 * 1024 + 100_000)).status_code == 413
    file = {"files": (io.BytesIO(b"{}"), "rescue.json")}
    assert client.post("/rescue", data=file, content_type="multipart/form-data").status_code == 400


def test_a_file_larger_than_other_requests_may_be_comes_in(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    saved = lee.save(lee.content([Visit(lee, school).start], 1)) | {"padding": "x" * (5 * 1024 * 1024)}
    assert sentences(hand_in(client, saved)) == ["1 entry was taken."]


def test_the_page_names_nobody(app: Flask, school: School, lee: Device, client: FlaskClient) -> None:
    visit = Visit(lee, school)
    answer = hand_in(client, lee.save(lee.content([visit.start, visit.line("Thirds don’t fit.")], 1)))
    for said in ("Lee", "Rivera", "Thirds", lee.stream_id, lee.person_id, visit.observation_id):
        assert said not in answer.text


def test_marks_of_no_stream_come_in_by_one_that_a_known_one_vouches_for_and_once(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.mark()]
    saved = lee.save_loose(bodies, sealed=True)
    assert sentences(hand_in(client, saved)) == ["3 entries were taken."]
    assert bodies_in_log(app, school) == [body.encode() for body in bodies]
    assert sentences(hand_in(client, saved)) == ["3 entries were here already."]
    # The tablet recovers, and sends the same under its own numbers.
    answer = lee.push(bodies)
    assert (answer["acknowledged_through"], answer["set_aside"]) == (3, [])
    assert answer["acknowledged_hash"] == running_hash(bodies)
    assert bodies_in_log(app, school) == [body.encode() for body in bodies]


def test_a_second_file_of_the_same_marks_finds_them_here_already(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark()]
    hand_in(client, lee.save_loose(bodies))
    more = [*bodies, visit.mark()]
    assert sentences(hand_in(client, lee.save_loose(more))) == [
        "1 entry was taken.",
        "2 entries were here already.",
    ]
    assert bodies_in_log(app, school) == [body.encode() for body in more]


def test_what_the_tablet_had_sent_is_not_doubled_by_a_file_that_comes_later(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark()]
    saved = lee.save_loose(bodies)
    lee.push(bodies)
    assert sentences(hand_in(client, saved)) == ["2 entries were here already."]
    assert bodies_in_log(app, school) == [body.encode() for body in bodies]


@pytest.mark.parametrize(
    "path", ["/people", "/api/v1/sync/push", "/api/v1/sync/chunk", "/api/v1/sync/streams/"]
)
def test_no_other_door_opens_to_what_stands_for_a_stream(
    app: Flask, school: School, lee: Device, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    saved = lee.save_loose([Visit(lee, school).start])
    content = base64.b64decode(saved["streams"][0]["body"])
    saved["streams"][0] |= {"path": path}
    saved["streams"][0]["headers"] |= lee.signed("POST", path, content)
    monkeypatch.setattr(importing, "run_wsgi_app", lambda *_, **__: pytest.fail("it was replayed"))
    assert sentences(hand_in(client, saved)) == [
        "2 entries could not be read. Keep the file and the tablet, and ask your administrator."
    ]
    assert bodies_in_log(app, school) == []


def test_a_push_does_not_pass_for_an_enrolment_nor_an_enrolment_for_a_push(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    saved = lee.save_loose([Visit(lee, school).start])
    swapped = saved | {"streams": saved["pushes"], "pushes": saved["streams"]}
    assert sentences(hand_in(client, swapped))[0].startswith("2 entries could not be read.")
    assert bodies_in_log(app, school) == []


def test_nobody_vouches_for_a_stream_with_another_key_or_for_another_person(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    """A stranger's stream does not come in; what a known one signs belongs to that one's person."""
    stranger = Device(app, school.people["lee"], is_enrolled=False)
    forged = stranger.save_loose([Visit(stranger, school).start])
    forged["streams"][0]["headers"]["Noticing-Stream"] = lee.stream_id
    assert sentences(hand_in(client, forged))[0].startswith("2 entries could not be read.")
    unknown = stranger.save_loose([Visit(stranger, school).start])
    assert sentences(hand_in(client, unknown))[0].startswith("2 entries could not be read.")
    assert bodies_in_log(app, school) == []


def test_marks_of_a_tablet_taken_out_of_use_are_set_aside_also_by_a_file(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    saved = lee.save_loose([Visit(lee, school).start])
    with app.app_context():
        revoke_stream(school.tenant_id, lee.stream_id)
    assert sentences(hand_in(client, saved)) == [
        "1 entry was taken.",
        "1 of these is kept but set aside; its author sees why.",
    ]


def test_the_command_does_the_same(sqlite_app: Flask, tmp_path: Path) -> None:
    school = make_school(sqlite_app)
    lee = Device(sqlite_app, school.people["lee"])
    file = tmp_path / "rescue.json"
    file.write_text(json.dumps(lee.save(lee.content([Visit(lee, school).start], 1))))
    assert main(["rescue", str(file), "--data", str(tmp_path)]) == 0
    assert len(bodies_in_log(sqlite_app, school)) == 1
    file.write_text("{}")
    assert main(["rescue", str(file), "--data", str(tmp_path)]) == 2
