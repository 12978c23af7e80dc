"""By which names the server answers, and whose name gets into links and letters."""

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from conftest import disposing, make_app
from notes_world import make_school, share_visit
from school import csrf_token, sign_in
from school import make_school as make_small_school


@pytest.fixture
def named_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    yield from disposing(make_app(sqlite_url, tmp_path, public_url="https://noticing.school.example"))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "127.0.0.1:8000",
        "192.168.1.20:8000",
        "[::1]:8000",
        "LOCALHOST.",
        socket.gethostname(),
    ],
)
def test_it_answers_by_address_and_by_its_own_name(sqlite_app: Flask, host: str) -> None:
    assert sqlite_app.test_client().get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "noticing.school.example", "localhost.evil.example", "a@b", ""]
)
def test_a_name_that_nobody_set_up_opens_nothing(sqlite_app: Flask, host: str) -> None:
    for path in ("/", "/sign-in", "/api/v1/me", "/nothing"):
        answer = sqlite_app.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 421
        assert "host-unknown" in answer.text
        assert "evil" not in answer.text


def test_the_name_that_was_set_up_opens(named_app: Flask) -> None:
    client = named_app.test_client()
    assert client.get("/sign-in", headers={"Host": "noticing.school.example"}).status_code == 200
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 421


def test_a_letter_names_the_address_that_was_set_up(named_app: Flask) -> None:
    school = make_school(named_app)
    visit = share_visit(school)
    letter = school.client_of("teacher").get(visit.url + ".pdf")
    with pikepdf.open(io.BytesIO(letter.data)) as pdf:
        links = {
            str(note["/A"]["/URI"]) for page in pdf.pages for note in page.get("/Annots", []) if "/A" in note
        }
    assert links == {"https://noticing.school.example" + visit.url}


def test_a_link_to_hand_over_names_the_address_that_was_set_up(named_app: Flask) -> None:
    school = make_small_school(named_app)
    client = named_app.test_client()
    sign_in(client, school.email("dana"))
    form = {"name": "Ms Tran", "email": "t@school.example", "role": "teacher", "school_id": school.school_id}
    page = client.post("/people", data=form | {"csrf_token": csrf_token(client, "/people")}).text
    assert "<code>https://noticing.school.example/set-up/" in page
