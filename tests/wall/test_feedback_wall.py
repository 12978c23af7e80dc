"""Notes belong to two people. Nobody else opens them, learns that they exist, or finds a private line in them."""

import io
import zlib

import pikepdf
import pytest
from flask import Flask

from notes_world import CANARY, School, make_school, share_visit
from noticing.accounts.pairings import pair
from noticing.accounts.people import add_person
from school import without_token

OUTSIDERS = ["other_coach", "other_teacher", "principal", "admin"]
DOORS = ["", ".pdf"]


@pytest.fixture
def school(app: Flask) -> School:
    return make_school(app)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_coaching_notes_are_nothing_for_whoever_is_not_of_the_pair(school: School, who: str) -> None:
    visit = share_visit(school)
    client = school.client_of(who)
    for door in DOORS:
        answer = client.get(visit.url + door)
        unknown = client.get("/notes/019a3f62-5400-7d77-8d95-264c81023a02" + door)
        assert (answer.status_code, without_token(answer.text)) == (
            unknown.status_code,
            without_token(unknown.text),
        )
        assert answer.status_code == 404
    assert visit.observation_id not in client.get("/notes").get_data(as_text=True)


@pytest.mark.parametrize("who", ["coach", "other_coach", "other_teacher", "admin"])
def test_a_walkthrough_is_nothing_for_the_coach(school: School, who: str) -> None:
    visit = share_visit(school, "principal")
    client = school.client_of(who)
    assert [client.get(visit.url + door).status_code for door in DOORS] == [404, 404]
    assert visit.observation_id not in client.get("/notes").get_data(as_text=True)
    assert school.client_of("principal").get(visit.url).status_code == 200


def test_an_administrator_who_teaches_besides_still_reads_only_her_own(school: School) -> None:
    visit = share_visit(school)
    with school.app.app_context():
        roles = [("admin", None), ("teacher", school.school_id), ("principal", None)]
        school.people = {
            **school.people,
            "all": add_person(school.tenant_id, "Ms All", "all@school.test", roles),
        }
    assert school.client_of("all").get(visit.url).status_code == 404


def test_the_next_coach_of_the_teacher_does_not_inherit_the_notes(school: School) -> None:
    visit = share_visit(school)
    with school.app.app_context():
        pair(school.people["other_coach"], school.people["teacher"])
    assert school.client_of("other_coach").get(visit.url).status_code == 404


def test_somebody_of_another_district_finds_nothing(school: School) -> None:
    visit = share_visit(school)
    from noticing.accounts.places import add_school, add_tenant

    with school.app.app_context():
        tenant_id = add_tenant("River District")
        place = add_school(tenant_id, "Delta")
        school.people = {
            **school.people,
            "stranger": add_person(
                tenant_id, "Coach Far", "far@river.test", [("coach", place), ("principal", None)]
            ),
        }
    client = school.client_of("stranger")
    assert [client.get(visit.url + door).status_code for door in DOORS] == [404, 404]


def test_the_pair_itself_gets_page_and_letter(school: School) -> None:
    visit = share_visit(school)
    for who in ("teacher", "coach"):
        answers = [school.client_of(who).get(visit.url + door) for door in DOORS]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store", "no-store"]


def test_a_letter_carries_no_name_in_its_address_and_no_private_line_inside(school: School) -> None:
    visit = share_visit(school)
    answer = school.client_of("teacher").get(visit.url + ".pdf")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="visit-notes-2026-03-12.pdf"'
    with pikepdf.open(io.BytesIO(answer.data)) as letter:
        for thing in letter.objects:
            if isinstance(thing, pikepdf.Stream):
                try:
                    assert CANARY.encode() not in thing.read_bytes()
                except (pikepdf.PdfError, zlib.error):
                    continue
        assert set(letter.docinfo.keys()) == {"/Title", "/Producer"}
        assert str(letter.docinfo["/Title"]) == "Classroom visit notes, Ms Rivera, 12 March 2026"
    assert CANARY.encode() not in answer.data


def test_the_letter_comes_on_the_paper_of_the_district(school: School) -> None:
    visit = share_visit(school)
    answer = school.client_of("teacher").get(visit.url + ".pdf")
    with pikepdf.open(io.BytesIO(answer.data)) as letter:
        assert [round(float(side)) for side in letter.pages[0]["/MediaBox"][2:]] == [595, 842]
