"""A photo is read through the entry that shows it, by those who may read that entry."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from device import Device, Visit, id_of
from noticing.accounts.people import end_role
from photo_device import JPEG, send, sha256_of, take
from school import PASSWORD, School, sign_in

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 "
PAGE = b"<html><script>alert(1)</script></html>"


class Reader:
    def __init__(self, app: Flask, school: School, who: str) -> None:
        self.client: FlaskClient = app.test_client()
        assert sign_in(self.client, school.email(who), PASSWORD) == 303

    def open(self, visit: Visit, entry_id: str) -> TestResponse:
        return self.client.get(f"/observations/{visit.observation_id}/photos/{entry_id}")


def test_the_observer_reads_her_photo_and_nothing_of_it_is_kept(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    photo = take(visit)
    lee.push([visit.start, photo])
    reader = Reader(app, school, "lee")
    assert reader.open(visit, id_of(photo)).status_code == 404  # it has not come yet
    send(lee, JPEG)
    answer = reader.open(visit, id_of(photo))
    assert (answer.status_code, answer.content_type, answer.data) == (200, "image/jpeg", JPEG)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_teacher_reads_it_when_the_visit_is_finished_and_nobody_else_ever(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    photo = take(visit)
    lee.push([visit.start, photo])
    send(lee, JPEG)
    rivera = Reader(app, school, "rivera")
    assert rivera.open(visit, id_of(photo)).status_code == 404
    lee.push([visit.finish()])
    assert rivera.open(visit, id_of(photo)).data == JPEG
    for who in ("okafor", "park", "dana"):
        assert Reader(app, school, who).open(visit, id_of(photo)).status_code == 404
    assert (
        app.test_client().get(f"/observations/{visit.observation_id}/photos/{id_of(photo)}").status_code
        == 303
    )


def test_with_her_role_the_observer_loses_the_photo(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    photo = take(visit)
    lee.push([visit.start, photo])
    send(lee, JPEG)
    reader = Reader(app, school, "lee")
    assert reader.open(visit, id_of(photo)).status_code == 200
    with app.app_context():
        end_role(school.people["lee"], "coach")
    assert reader.open(visit, id_of(photo)).status_code in (303, 404)


def test_names_that_are_not_covered_are_for_the_author_alone(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    photo = take(visit, names_covered=False)
    lee.push([visit.start, photo, visit.finish()])
    send(lee, JPEG)
    assert Reader(app, school, "lee").open(visit, id_of(photo)).data == JPEG
    assert Reader(app, school, "rivera").open(visit, id_of(photo)).status_code == 404


def test_an_amendment_shows_the_covered_photo_in_place_of_the_first(
    app: Flask, school: School, lee: Device
) -> None:
    visit, covered = Visit(lee, school), JPEG[:1000]
    photo = take(visit, names_covered=False)
    payload = {"sha256": sha256_of(covered), "alt": "Names covered", "names_covered": True}
    amended = visit.body("entry.amended", {"entry_id": id_of(photo), "payload": payload, "reason": ""})
    lee.push([visit.start, photo, amended, visit.finish()])
    send(lee, JPEG)
    send(lee, covered)
    assert Reader(app, school, "rivera").open(visit, id_of(photo)).data == covered


def test_a_photo_that_was_taken_back_is_shown_to_nobody(app: Flask, school: School, lee: Device) -> None:
    visit = Visit(lee, school)
    photo = take(visit)
    undo = visit.body("entry.retracted", {"entry_id": id_of(photo), "reason": "undo"})
    lee.push([visit.start, photo, undo, visit.finish()])
    send(lee, JPEG)
    for who in ("lee", "rivera"):
        assert Reader(app, school, who).open(visit, id_of(photo)).status_code == 404


def test_naming_the_hash_of_somebody_elses_photo_shows_nothing(
    app: Flask, school: School, lee: Device
) -> None:
    send(Device(app, school.people["park"]), JPEG)
    visit = Visit(lee, school)
    photo = take(visit)
    assert lee.push([visit.start, photo])["wanted_photos"] == [sha256_of(JPEG)]
    assert Reader(app, school, "lee").open(visit, id_of(photo)).status_code == 404


def test_an_entry_of_another_visit_or_kind_shows_nothing(app: Flask, school: School, lee: Device) -> None:
    visit, other = Visit(lee, school), Visit(lee, school)
    photo, mark = take(visit), visit.mark()
    lee.push([visit.start, photo, mark, other.start])
    send(lee, JPEG)
    reader = Reader(app, school, "lee")
    assert reader.open(other, id_of(photo)).status_code == 404
    assert reader.open(visit, id_of(mark)).status_code == 404


@pytest.mark.parametrize(
    ("content", "content_type"), [(PNG, "image/png"), (WEBP, "image/webp"), (PAGE, None), (b"GIF89a", None)]
)
def test_only_pictures_are_handed_out_whatever_was_sent(
    app: Flask, school: School, lee: Device, content: bytes, content_type: str | None
) -> None:
    visit = Visit(lee, school)
    photo = take(visit, content)
    lee.push([visit.start, photo])
    send(lee, content)
    answer = Reader(app, school, "lee").open(visit, id_of(photo))
    assert answer.status_code == (200 if content_type else 404)
    assert content not in answer.data or answer.content_type == content_type
