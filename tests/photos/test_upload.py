"""A photo comes in parts, survives whatever cuts it off, and counts when the whole is on the disk."""

import os
import resource
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from device import Device
from noticing.clock import frozen, make_id, now
from noticing.photos.partials import MAX_OPEN
from noticing.photos.shelf import Shelf, shelf
from noticing.photos.upload import drop_stale
from photo_device import CHUNK, JPEG, ask, config_of, partials_of, path_of, send, send_part, sha256_of, stored
from school import PASSWORD, School, csrf_token, make_school, sign_in

SHA = sha256_of(JPEG)


def test_a_photo_that_came_in_parts_is_there_byte_for_byte(app: Flask, school: School, lee: Device) -> None:
    before = ask(lee, SHA)
    assert (before.status_code, before.headers["Noticing-Photo"]) == (200, "none")
    assert before.headers["Upload-Offset"] == "0"
    first = send_part(lee, JPEG, 0)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(CHUNK))
    asked = ask(lee, SHA)
    assert asked.headers["Noticing-Photo"] == "partial"
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == (str(CHUNK), str(len(JPEG)))
    assert stored(app, school) is None
    assert send(lee, JPEG).headers["Noticing-Photo"] == "complete"
    assert stored(app, school) == JPEG
    assert ask(lee, SHA).headers["Upload-Offset"] == str(len(JPEG))
    assert partials_of(app, lee) == []


def test_every_answer_says_that_it_is_ours_and_is_kept_by_nobody(app: Flask, lee: Device) -> None:
    for answer in (ask(lee, SHA), send_part(lee, JPEG, 0), send_part(lee, JPEG, 1)):
        assert answer.headers["Noticing-Sync"] == "1"
        assert answer.headers["Noticing-Nonce"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_after_a_lost_answer_the_upload_goes_on_from_what_is_there(
    app: Flask, school: School, lee: Device
) -> None:
    send_part(lee, JPEG, 0)  # committed, and its answer is lost
    again = send_part(lee, JPEG, 0)
    assert again.status_code == 409
    assert again.json["code"] == "upload-offset-wrong"
    assert again.headers["Upload-Offset"] == str(CHUNK)
    send(lee, JPEG)
    assert stored(app, school) == JPEG


def test_the_last_part_again_is_success(app: Flask, school: School, lee: Device) -> None:
    send(lee, JPEG)
    last = len(JPEG) // CHUNK * CHUNK
    again = send_part(lee, JPEG, last)
    assert (again.status_code, again.headers["Noticing-Photo"]) == (204, "complete")
    assert stored(app, school) == JPEG


def test_a_gap_is_not_accepted(app: Flask, lee: Device) -> None:
    answer = send_part(lee, JPEG, CHUNK)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "0")
    assert answer.headers["Noticing-Photo"] == "none"


def test_what_does_not_have_its_hash_is_dropped_and_can_be_sent_again(
    app: Flask, school: School, lee: Device
) -> None:
    small = JPEG[:1000]
    wrong = send_part(lee, small[:-1] + b"!", 0, sha256=sha256_of(small))
    assert (wrong.status_code, wrong.json["code"]) == (422, "photo-differs")
    assert partials_of(app, lee) == []
    assert stored(app, school, sha256_of(small)) is None
    assert send(lee, small).headers["Noticing-Photo"] == "complete"


def test_another_length_than_before_begins_anew_and_blocks_nothing(
    app: Flask, school: School, lee: Device
) -> None:
    send_part(lee, JPEG, 0, **{"Upload-Length": str(len(JPEG) + 1)})
    assert send_part(lee, JPEG, CHUNK).status_code == 409
    send(lee, JPEG)
    assert stored(app, school) == JPEG


def test_a_stop_before_the_shelf_is_made_good_by_the_next_question(
    app: Flask, school: School, lee: Device
) -> None:
    """Killed when all parts had come, with half of a copy on the shelf."""
    send_part(lee, JPEG, 0)
    (partial,) = partials_of(app, lee)
    partial.write_bytes(JPEG)
    if not config_of(app).photos_url:
        half = config_of(app).data_dir / "photos" / school.tenant_id / SHA[:2] / f"{SHA}#1"
        half.parent.mkdir(parents=True)
        half.write_bytes(JPEG[:77])
    assert ask(lee, SHA).headers["Noticing-Photo"] == "complete"
    assert stored(app, school) == JPEG
    assert partials_of(app, lee) == []


def test_a_stop_between_the_shelf_and_the_database_is_made_good(
    app: Flask, school: School, lee: Device
) -> None:
    with app.app_context():
        shelf().put(school.tenant_id, SHA, JPEG)
    assert ask(lee, SHA).headers["Noticing-Photo"] == "none"
    assert send(lee, JPEG).headers["Noticing-Photo"] == "complete"


def test_spoilt_bytes_on_the_shelf_are_replaced_when_the_photo_comes_again(
    app: Flask, school: School, lee: Device
) -> None:
    with app.app_context():
        shelf()._store.put(f"{school.tenant_id}/{SHA[:2]}/{SHA}", b"zeroes")
    send(lee, JPEG)
    assert stored(app, school) == JPEG


def test_a_photo_that_vanished_from_the_shelf_is_sent_again(app: Flask, school: School, lee: Device) -> None:
    send(lee, JPEG)
    with app.app_context():
        shelf()._store.delete(f"{school.tenant_id}/{SHA[:2]}/{SHA}")
    assert ask(lee, SHA).headers["Noticing-Photo"] == "none"
    send(lee, JPEG)
    assert stored(app, school) == JPEG


def test_a_photo_of_another_stream_looks_like_none(app: Flask, school: School, lee: Device) -> None:
    send(lee, JPEG)
    for other in (Device(app, school.people["park"]), Device(app, school.people["lee"])):
        answer = ask(other, SHA)
        assert (answer.headers["Noticing-Photo"], answer.headers["Upload-Offset"]) == ("none", "0")
        assert "Upload-Length" not in answer.headers
        assert send_part(other, JPEG, CHUNK).status_code == 409
        assert send_part(other, JPEG, 0).headers["Noticing-Photo"] == "partial"


def test_two_streams_bring_the_same_photo_without_disturbing_each_other(
    app: Flask, school: School, lee: Device
) -> None:
    park = Device(app, school.people["park"])
    send_part(lee, JPEG, 0)
    send(park, JPEG)
    assert ask(lee, SHA).headers["Upload-Offset"] == str(CHUNK)
    send(lee, JPEG)
    assert stored(app, school) == JPEG


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "%2e%2e%2fsecret-key",
        "..%2f..%2fnoticing.db",
        SHA.upper(),
        SHA + "0",
        SHA[:-1],
        SHA[:-1] + "*",
        "０" * 64,
        SHA + "%0A",
        SHA + "%2f",
    ],
)
def test_a_name_that_is_no_hash_reaches_no_file(app: Flask, lee: Device, name: str) -> None:
    before = sorted(config_of(app).data_dir.rglob("*"))
    assert send_part(lee, b"x", 0, sha256=name).status_code in (404, 405)
    assert ask(lee, name).status_code in (404, 405)
    assert {file for file in config_of(app).data_dir.rglob("*") if "photo" in file.name} <= set(before)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Upload-Offset": "-1"}, "not-understood"),
        ({"Upload-Offset": "0x1"}, "not-understood"),
        ({"Upload-Offset": ""}, "not-understood"),
        ({"Upload-Length": "many"}, "not-understood"),
        ({"Upload-Length": "0"}, "not-understood"),
        ({"Upload-Length": "3"}, "not-understood"),
        ({"Upload-Length": str(10 * 1024 * 1024 + 1)}, "photo-too-large"),
        ({"Content-Type": "image/jpeg"}, "not-understood"),
    ],
)
def test_a_part_that_makes_no_sense_changes_nothing(
    app: Flask, lee: Device, headers: dict[str, str], code: str
) -> None:
    answer = send_part(lee, JPEG, 0, **headers)
    assert answer.json["code"] == code
    assert partials_of(app, lee) == []


def test_a_part_has_at_most_256_kib(app: Flask, lee: Device) -> None:
    answer = send_part(lee, JPEG, 0, size=CHUNK + 1)
    assert (answer.status_code, answer.json["code"]) == (413, "photo-too-large")


def test_a_session_of_the_same_account_delivers_for_a_stream(app: Flask, school: School, lee: Device) -> None:
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    token = client.get("/api/v1/me").json["csrf_token"]
    small = JPEG[:1000]
    headers = {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": "0",
        "Upload-Length": "1000",
        "X-CSRFToken": token,
    }
    path = path_of(sha256_of(small))
    answer = client.patch(f"{path}?stream_id={lee.stream_id}", data=small, headers=headers)
    assert answer.headers["Noticing-Photo"] == "complete"
    assert client.patch(f"{path}?stream_id={make_id()}", data=small, headers=headers).status_code == 404
    other = app.test_client()
    sign_in(other, school.email("park"), PASSWORD)
    headers["X-CSRFToken"] = csrf_token(other)
    assert other.patch(f"{path}?stream_id={lee.stream_id}", data=small, headers=headers).status_code == 404


def test_of_too_many_open_photos_the_oldest_gives_way(sqlite_app: Flask, tmp_path: Path) -> None:
    lee = Device(sqlite_app, make_school(sqlite_app).people["lee"])
    photos = [JPEG + bytes([number]) for number in range(MAX_OPEN + 1)]
    for number, photo in enumerate(photos):
        send_part(lee, photo, 0, size=10)
        file = next(file for file in partials_of(sqlite_app, lee) if file.name.startswith(sha256_of(photo)))
        os.utime(file, (number, number))
    assert len(partials_of(sqlite_app, lee)) == MAX_OPEN
    assert ask(lee, sha256_of(photos[0])).headers["Noticing-Photo"] == "none"
    assert ask(lee, sha256_of(photos[1])).headers["Upload-Offset"] == "10"
    send(lee, photos[0])


def test_parts_that_nobody_went_on_with_are_gone_after_a_month(app: Flask, lee: Device) -> None:
    send_part(lee, JPEG, 0)
    assert drop_stale(config_of(app)) == 0
    assert len(partials_of(app, lee)) == 1
    with frozen(now() + timedelta(days=31)):
        assert drop_stale(config_of(app)) == 1
    assert ask(lee, SHA).headers["Noticing-Photo"] == "none"


def test_a_full_disk_is_said_and_the_upload_goes_on_when_there_is_room(
    app: Flask, school: School, lee: Device
) -> None:
    """A limit of the operating system's stands for the full disk: the write stops in the middle of a part."""
    large = JPEG + b"\0" * 4 * CHUNK
    send_part(lee, large, 0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for offset in range(CHUNK, 5 * CHUNK, CHUNK):
        send_part(lee, large, offset)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5 * CHUNK + 1000, hard))
    try:
        full = send_part(lee, large, 5 * CHUNK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (full.status_code, full.json["code"]) == (503, "photo-not-kept")
    assert ask(lee, sha256_of(large)).headers["Upload-Offset"] == str(5 * CHUNK)
    send(lee, large)
    assert stored(app, school, sha256_of(large)) == large


def test_a_shelf_that_is_away_loses_nothing(sqlite_app: Flask, tmp_path: Path) -> None:
    school = make_school(sqlite_app)
    lee = Device(sqlite_app, school.people["lee"])
    in_the_way = tmp_path / "photos"
    in_the_way.touch()
    small = JPEG[:1000]
    assert send_part(lee, small, 0).status_code == 503
    assert len(partials_of(sqlite_app, lee)) == 1
    in_the_way.unlink()
    assert ask(lee, sha256_of(small)).headers["Noticing-Photo"] == "complete"
    assert stored(sqlite_app, school, sha256_of(small)) == small


def test_file_and_folder_are_synced_before_a_photo_counts(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = make_school(sqlite_app)
    lee = Device(sqlite_app, school.people["lee"])
    events: list[str] = []
    real_sync, real_put = os.fsync, Shelf.put

    def note_sync(handle: int) -> None:
        events.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real_sync(handle)

    def note_put(shelf: Shelf, tenant_id: str, sha256: str, content: bytes) -> None:
        real_put(shelf, tenant_id, sha256, content)
        events.append("put")

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Shelf, "put", note_put)
    send(lee, JPEG)
    folder = tmp_path / "photos" / school.tenant_id / SHA[:2]
    at_put = events[: events.index("put")]
    assert at_put[-2:] == [str(folder / SHA), str(folder)]
    assert {str(folder.parent), str(tmp_path / "photos")} <= set(at_put)
    partial = str(tmp_path / "photos-partial" / lee.stream_id / f"{SHA}.{len(JPEG)}")
    assert at_put.count(partial) == len(JPEG) // CHUNK + 1
