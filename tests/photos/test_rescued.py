"""A photo that a rescue file carries comes in as if the tablet had sent it: signed, whole, and what was hashed."""

import base64
import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from device import Device, Visit
from noticing.rescue import importing
from photo_device import (
    CHUNK,
    JPEG,
    SHA,
    ask,
    partials_of,
    save_photo,
    seal,
    send,
    send_part,
    sha256_of,
    stored,
    take,
)
from school import School, csrf_token

REFUSED = "could not be taken. Keep the file and the tablet, and ask your administrator."


def hand_in(client: FlaskClient, saved: dict[str, Any]) -> list[str]:
    form = {
        "csrf_token": csrf_token(client, "/rescue"),
        "files": [(io.BytesIO(json.dumps(saved).encode()), "rescue.json")],
    }
    answer = client.post("/rescue", data=form, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.text
    return re.findall(r"<li>([^<]+)</li>", answer.text)


def file_of(device: Device, *photos: dict[str, Any], bodies: tuple[str, ...] = ()) -> dict[str, Any]:
    pushes = [device.content(bodies, 1)] if bodies else []
    return device.save(*pushes) | {"photos": list(photos)}


def test_an_entry_and_its_photo_come_in_together_and_once(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    visit = Visit(lee, school)
    entry = take(visit)
    photo = seal(lee, JPEG, entry)
    saved = file_of(lee, save_photo(lee, photo.lies, SHA, **photo.headers), bodies=(visit.start, entry))
    assert hand_in(client, saved) == ["2 entries were taken.", "1 photo was taken."]
    assert stored(app, school) == JPEG
    assert hand_in(client, saved) == ["2 entries were here already.", "1 photo was here already."]
    assert ask(lee, SHA).headers["Noticing-Photo"] == "complete"
    assert lee.push([visit.start], 1)["wanted_photos"] == []
    assert partials_of(app, lee) == []


def test_one_of_which_a_part_had_come_is_taken_on_from_there(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    assert send_part(lee, JPEG, 0, size=CHUNK // 2 + 1).status_code == 204
    assert hand_in(client, file_of(lee, save_photo(lee, JPEG))) == ["1 photo was taken."]
    assert stored(app, school) == JPEG


def test_one_that_the_tablet_has_sent_meanwhile_was_here_already(
    school: School, lee: Device, client: FlaskClient
) -> None:
    send(lee, JPEG)
    assert hand_in(client, file_of(lee, save_photo(lee, JPEG))) == ["1 photo was here already."]


def test_one_that_was_changed_on_the_way_is_refused_and_said(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    changed = save_photo(lee, JPEG)
    changed["body"] = base64.b64encode(JPEG[:-1] + b"x").decode()
    renamed = save_photo(lee, JPEG) | {"path": save_photo(lee, b"another")["path"]}
    unsigned = save_photo(lee, JPEG)
    unsigned["headers"].pop("Noticing-Signature")
    elsewhere = save_photo(lee, JPEG) | {"path": "/people"}
    garbled = save_photo(lee, JPEG) | {"body": "no base64!"}
    saved = file_of(lee, changed, renamed, unsigned, elsewhere, garbled)
    assert hand_in(client, saved) == [f"5 photos {REFUSED}"]
    assert stored(app, school) is None
    assert partials_of(app, lee) == []


def test_one_that_is_not_what_its_name_says_is_refused_though_it_was_signed(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    assert hand_in(client, file_of(lee, save_photo(lee, b"another", SHA))) == [f"1 photo {REFUSED}"]
    entry = take(Visit(lee, school))
    photo = seal(lee, JPEG, entry)
    spoilt = photo.lies[:-1] + bytes([photo.lies[-1] ^ 1])
    assert hand_in(client, file_of(lee, save_photo(lee, spoilt, SHA, **photo.headers))) == [
        f"1 photo {REFUSED}"
    ]
    assert stored(app, school) is None
    assert partials_of(app, lee) == []


def test_a_sealed_photo_of_somebody_else_is_not_opened_for_who_signed(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    theirs = seal(lee, JPEG, take(Visit(lee, school)))
    park = Device(app, school.people["park"])
    own = seal(park, JPEG, take(Visit(park, school)), b"p" * 32)
    for headers in (
        theirs.headers,
        {**theirs.headers, "Noticing-Sealed-Entry": own.headers["Noticing-Sealed-Entry"]},
    ):
        saved = file_of(park, save_photo(park, theirs.lies, SHA, **headers))
        assert hand_in(client, saved) == [f"1 photo {REFUSED}"]
    assert stored(app, school) is None


def test_one_is_refused_and_the_others_come_in(
    app: Flask, school: School, lee: Device, client: FlaskClient
) -> None:
    too_large = b"x" * (10 * 1024 * 1024 + 1)
    saved = file_of(lee, save_photo(lee, too_large), save_photo(lee, JPEG))
    assert hand_in(client, saved) == ["1 photo was taken.", f"1 photo {REFUSED}"]
    assert stored(app, school) == JPEG
    assert stored(app, school, sha256_of(too_large)) is None


def test_after_twenty_that_nobody_signed_no_other_is_looked_at(
    app: Flask, school: School, lee: Device, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_REFUSALS", 2)
    unsigned = save_photo(lee, JPEG)
    unsigned["headers"].pop("Noticing-Signature")
    saved = file_of(lee, unsigned, unsigned, save_photo(lee, JPEG))
    assert hand_in(client, saved) == [f"3 photos {REFUSED}"]
    assert stored(app, school) is None
