"""A photo that was picked as evidence stands on the teacher's page and in her letter, with its words."""

from io import BytesIO

import pikepdf
from flask import Flask
from PIL import Image

from device import Device, Visit, id_of
from noticing.photos.image import MAX_PIXELS, shrink
from photo_device import declare_lost, send, sha256_of, take
from school import PASSWORD, School, sign_in

ALT = "Four posters on a wall"
LOST = "This photo was lost on the tablet."


def picture(width: int = 1600, height: int = 900, form: str = "JPEG", **options: object) -> bytes:
    made = BytesIO()
    Image.new("RGB", (width, height), (40, 120, 90)).save(made, form, **options)
    return made.getvalue()


def share(lee: Device, school: School, content: bytes, **said: object) -> tuple[Visit, str]:
    visit = Visit(lee, school)
    photo = take(visit, content, **said)
    answer = lee.push([visit.start, photo, visit.finish(), visit.share([id_of(photo)])])
    assert answer["set_aside"] == []
    return visit, id_of(photo)


def read(app: Flask, school: School, visit: Visit, end: str = "") -> bytes:
    client = app.test_client()
    sign_in(client, school.email("rivera"), PASSWORD)
    answer = client.get(f"/notes/{visit.observation_id}{end}")
    assert answer.status_code == 200
    return answer.data


def images_in(letter: bytes) -> int:
    with pikepdf.open(BytesIO(letter)) as pdf:
        return sum(len(page.get_images()) for page in pdf.pages)


def alts_in(letter: bytes) -> set[str]:
    with pikepdf.open(BytesIO(letter)) as pdf:
        return {
            str(part["/Alt"])
            for part in pdf.objects
            if isinstance(part, pikepdf.Dictionary) and "/Alt" in part and part.get("/S") == "/Figure"
        }


def test_page_and_letter_show_the_photo_with_its_words(app: Flask, school: School, lee: Device) -> None:
    visit, entry_id = share(lee, school, picture())
    address = f"/observations/{visit.observation_id}/photos/{entry_id}"
    before = read(app, school, visit).decode()
    assert ALT in before
    assert address not in before
    assert images_in(read(app, school, visit, ".pdf")) == 0
    send(lee, picture())
    page = read(app, school, visit).decode()
    assert f'alt="{ALT}"' in page
    assert f'src="{address}"' in page
    letter = read(app, school, visit, ".pdf")
    assert images_in(letter) == 1
    assert ALT in alts_in(letter)
    assert letter == read(app, school, visit, ".pdf")


def test_a_photo_with_names_on_it_stands_there_in_words_only(app: Flask, school: School, lee: Device) -> None:
    visit, entry_id = share(lee, school, picture(), names_covered=False)
    send(lee, picture())
    page = read(app, school, visit).decode()
    assert ALT in page
    assert entry_id not in page.partition("<img")[2]
    assert images_in(read(app, school, visit, ".pdf")) == 0


def test_a_photo_that_cannot_be_read_does_not_spoil_the_letter(
    app: Flask, school: School, lee: Device
) -> None:
    broken = picture()[:500]
    visit, _ = share(lee, school, broken)
    send(lee, broken)
    assert images_in(read(app, school, visit, ".pdf")) == 0


def test_what_a_camera_writes_into_its_files_is_not_printed() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    exif[0x0112] = 6  # turned by a quarter
    small = shrink(picture(exif=exif))
    assert small
    with Image.open(BytesIO(small)) as printed:
        assert printed.height > printed.width
        assert not printed.getexif()
    assert b"Maker of cameras" not in small


def test_a_picture_that_would_fill_the_memory_is_left_out() -> None:
    side = int(MAX_PIXELS**0.5) + 10
    assert shrink(picture(side, side, "PNG")) is None
    assert shrink(b"no picture") is None


def test_the_teachers_page_says_that_the_photo_was_lost_until_it_comes(
    app: Flask, school: School, lee: Device
) -> None:
    visit, _entry_id = share(lee, school, picture())
    assert LOST not in read(app, school, visit).decode()
    declare_lost(lee, sha256_of(picture()))
    assert LOST in read(app, school, visit).decode()
    send(lee, picture())
    assert LOST not in read(app, school, visit).decode()
