"""A locked tablet's photo comes as it lies there, and is kept as what was hashed."""

from dataclasses import replace

from flask import Flask

from device import Device, Visit, seal_body
from noticing.organisation_keys.files import file_of
from photo_device import (
    CHUNK,
    JPEG,
    SealedPhoto,
    ask,
    partials_of,
    path_of,
    seal,
    send,
    send_part,
    send_sealed,
    sha256_of,
    stored,
    take,
)
from school import School

SHA = sha256_of(JPEG)


def part_of(device: Device, photo: SealedPhoto, offset: int) -> int:
    answer = send_part(device, photo.lies, offset, sha256=photo.sha256, **photo.headers)
    return answer.status_code


def code_of(device: Device, photo: SealedPhoto) -> str:
    answer = send_part(device, photo.lies, 0, size=len(photo.lies), sha256=photo.sha256, **photo.headers)
    assert answer.status_code >= 400
    return str(answer.get_json()["code"])


def test_what_came_sealed_is_kept_as_the_bytes_that_the_device_hashed(
    app: Flask, school: School, lee: Device
) -> None:
    photo = seal(lee, JPEG, take(Visit(lee, school)))
    first = ask(lee, SHA, **photo.headers)
    assert (first.headers["Noticing-Photo"], first.headers["Upload-Offset"]) == ("none", "0")
    assert part_of(lee, photo, 0) == 204
    asked = ask(lee, SHA, **photo.headers)
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == (
        str(CHUNK),
        str(len(photo.lies)),
    )
    assert stored(app, school) is None
    assert send_sealed(lee, photo).headers["Noticing-Photo"] == "complete"
    assert stored(app, school) == JPEG
    assert partials_of(app, lee) == []
    assert ask(lee, SHA).headers["Noticing-Photo"] == "complete"


def test_sealed_and_opened_parts_are_collected_apart_and_the_first_whole_wins(
    app: Flask, school: School, lee: Device
) -> None:
    entry = take(Visit(lee, school))
    photo, other = seal(lee, JPEG, entry), seal(lee, JPEG, entry, b"o" * 32)
    assert part_of(lee, photo, 0) == 204
    assert ask(lee, SHA).headers["Noticing-Photo"] == "none"
    assert ask(lee, SHA, **other.headers).headers["Noticing-Photo"] == "none"
    send_part(lee, JPEG, 0)
    assert part_of(lee, other, 0) == 204
    assert part_of(lee, photo, CHUNK) == 204
    assert send_part(lee, JPEG, CHUNK).status_code == 204
    assert len(partials_of(app, lee)) == 3
    assert send_sealed(lee, other).headers["Noticing-Photo"] == "complete"
    assert stored(app, school) == JPEG
    assert partials_of(app, lee) == []
    assert send_part(lee, JPEG, 2 * CHUNK).headers["Noticing-Photo"] == "complete"


def test_an_upload_that_began_opened_ends_sealed_after_the_tablet_was_locked(
    app: Flask, school: School, lee: Device
) -> None:
    send_part(lee, JPEG, 0)
    assert send_sealed(lee, seal(lee, JPEG, take(Visit(lee, school)))).headers["Noticing-Photo"] == "complete"
    assert stored(app, school) == JPEG


def test_a_key_that_nobody_has_or_that_does_not_open_is_said_before_anything_is_kept(
    app: Flask, school: School, lee: Device
) -> None:
    photo = seal(lee, JPEG[:1000], take(Visit(lee, school), JPEG[:1000]))
    for spoilt in (
        {"Noticing-Key-Id": lee.stream_id},
        {"Noticing-Sealed-Key": "AAAA"},
        {"Noticing-Key-Id": "1"},
    ):
        assert code_of(lee, replace(photo, headers={**photo.headers, **spoilt})) == "seal-unknown"
    for spoilt in ({"Noticing-Sealed-Key": "no base64"}, {"Noticing-Sealed-Entry": "no base64"}):
        assert code_of(lee, replace(photo, headers={**photo.headers, **spoilt})) == "not-understood"
    assert partials_of(app, lee) == []


def test_what_does_not_open_or_is_another_photo_is_dropped_and_can_be_sent_again(
    app: Flask, school: School, lee: Device
) -> None:
    small = JPEG[:1000]
    entry = take(Visit(lee, school), small)
    photo = seal(lee, small, entry)
    another = replace(seal(lee, JPEG[:999], entry), sha256=photo.sha256, headers=photo.headers)
    spoilt = replace(photo, lies=photo.lies[:-1] + bytes([photo.lies[-1] ^ 1]))
    for wrong in (another, spoilt, replace(photo, lies=b"short")):
        assert code_of(lee, wrong) == "photo-differs"
        assert partials_of(app, lee) == []
    assert stored(app, school, photo.sha256) is None
    assert send_sealed(lee, photo).headers["Noticing-Photo"] == "complete"


def test_nobody_has_the_photo_of_somebody_else_opened_for_her(
    app: Flask, school: School, lee: Device
) -> None:
    """Who has the tablet in hand has sealed bytes, sealed key and hash, and can name the photo in her own entry."""
    small, key = JPEG[:1000], b"k" * 32
    theirs = seal(lee, small, take(Visit(lee, school), small), key)
    park = Device(app, school.people["park"])
    own_entry = take(Visit(park, school), small)
    unsealed_for_her = {"Noticing-Sealed-Entry": seal_body(b"p" * 32, own_entry.encode())}
    other_photo = {"Noticing-Sealed-Entry": seal_body(key, take(Visit(lee, school), JPEG).encode())}
    said = {"feedback_entry_id": lee.stream_id, "text": "Thank you", "sha256": theirs.sha256}
    reply = Visit(park, school).body("feedback.replied", said)  # which the tablet has fetched and sealed
    own_reply = {"Noticing-Sealed-Entry": seal_body(key, reply.encode())}
    for headers in ({}, unsealed_for_her, other_photo, own_reply, {"Noticing-Sealed-Entry": ""}):
        attempt = replace(theirs, headers={**theirs.headers, **headers})
        assert code_of(park, attempt) == "photo-differs"
    assert stored(app, school, theirs.sha256) is None
    assert partials_of(app, park) == []


def test_a_stop_when_all_parts_had_come_is_made_good_by_the_next_question(
    app: Flask, school: School, lee: Device
) -> None:
    photo = seal(lee, JPEG, take(Visit(lee, school)))
    part_of(lee, photo, 0)
    (partial,) = partials_of(app, lee)
    partial.write_bytes(photo.lies)
    assert ask(lee, SHA, **photo.headers).headers["Noticing-Photo"] == "complete"
    assert stored(app, school) == JPEG


def test_where_the_key_is_missing_for_a_while_nothing_that_came_is_dropped(
    app: Flask, school: School, lee: Device
) -> None:
    photo = seal(lee, JPEG, take(Visit(lee, school)))
    part_of(lee, photo, 0)
    (partial,) = partials_of(app, lee)
    partial.write_bytes(photo.lies)
    with app.app_context():
        file = file_of(school.tenant_id, photo.headers["Noticing-Key-Id"])
    away = file.rename(file.with_suffix(".away"))
    from noticing.organisation_keys import keys

    keys._opened.clear()
    assert ask(lee, SHA, **photo.headers).status_code == 422
    away.rename(file)
    assert ask(lee, SHA, **photo.headers).headers["Noticing-Photo"] == "complete"


def test_the_limit_is_the_same_as_for_opened_photos(app: Flask, school: School, lee: Device) -> None:
    photo = seal(lee, JPEG, take(Visit(lee, school)))
    for length, code in ((10 * 1024 * 1024 + 28, 204), (10 * 1024 * 1024 + 29, 413)):
        headers = {**photo.headers, "Upload-Length": str(length)}
        assert part_of(lee, replace(photo, headers=headers), 0) == code


def test_a_sealed_photo_answers_the_same_where_it_is_there_already(
    app: Flask, school: School, lee: Device
) -> None:
    send(lee, JPEG)
    photo = seal(lee, JPEG, take(Visit(lee, school)))
    assert ask(lee, SHA, **photo.headers).headers["Noticing-Photo"] == "complete"
    assert part_of(lee, photo, 0) == 204
    assert path_of(SHA).endswith(SHA)
