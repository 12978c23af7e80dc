"""The teacher replies on her page: as an entry of hers, without losing a word when something is wrong."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from notes_world import School, csrf_of, make_school, share_visit
from noticing.feedback.reply import REPLY_MAX
from noticing.observations import projection


@pytest.fixture
def school(app: Flask) -> School:
    return make_school(app)


def reply(
    school: School, url: str, text: str, who: str = "teacher", *, htmx: bool = False, **fields: str
) -> TestResponse:
    client = school.client_of(who)
    token = csrf_of(client.get("/notes"))
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(url + "/replies", data={"csrf_token": token, "text": text, **fields}, headers=headers)


def replies_of(school: School, observation_id: str) -> list[str]:
    with school.app.app_context():
        projection.catch_up(school.tenant_id)
        view = projection.view_of(school.tenant_id, observation_id)
    assert view
    return [one["text"] for one in view["replies"]]


def test_a_reply_is_kept_as_an_entry_and_both_read_it(school: School) -> None:
    visit = share_visit(school)
    answer = reply(school, visit.url, "Thank you.\r\nI will try it on Monday.")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"{visit.url}#replies")
    assert replies_of(school, visit.observation_id) == ["Thank you.\nI will try it on Monday."]
    for who in ("teacher", "coach"):
        assert "I will try it on Monday." in school.client_of(who).get(visit.url).get_data(as_text=True)


def test_a_second_reply_stands_below_the_first(school: School) -> None:
    visit = share_visit(school)
    reply(school, visit.url, "First.")
    reply(school, visit.url, "Second.")
    assert replies_of(school, visit.observation_id) == ["First.", "Second."]


def form_of(school: School, url: str) -> dict[str, str]:
    """What the teacher's form says besides her words."""
    page = school.client_of("teacher").get(url).get_data(as_text=True)
    return dict(re.findall(r'type="hidden" name="((?:feedback_)?entry_id)" value="([^"]+)"', page))


def test_a_form_that_is_sent_twice_is_one_reply(school: School) -> None:
    visit = share_visit(school)
    form = form_of(school, visit.url)
    assert reply(school, visit.url, "Thank you.", **form).status_code == 303
    assert reply(school, visit.url, "Thank you.", **form).status_code == 303
    assert replies_of(school, visit.observation_id) == ["Thank you."]
    assert reply(school, visit.url, "Thank you.", **form_of(school, visit.url)).status_code == 303
    assert replies_of(school, visit.observation_id) == ["Thank you.", "Thank you."]


def test_other_words_in_the_same_form_are_not_lost(school: School) -> None:
    visit = share_visit(school)
    form = form_of(school, visit.url)
    reply(school, visit.url, "Thank you.", **form)
    reply(school, visit.url, "Thank you. See you on Monday.", **form)
    assert replies_of(school, visit.observation_id) == ["Thank you.", "Thank you. See you on Monday."]


def test_a_form_with_an_invented_id_is_still_sent(school: School) -> None:
    visit = share_visit(school)
    assert reply(school, visit.url, "Thank you.", entry_id="not an id").status_code == 303
    assert replies_of(school, visit.observation_id) == ["Thank you."]


def test_htmx_gets_only_the_part_that_changed(school: School) -> None:
    visit = share_visit(school)
    answer = reply(school, visit.url, "Thank you.", htmx=True)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<html" not in text
    assert "Sent to Coach Lee." in text
    assert "Thank you." in text


@pytest.mark.parametrize("htmx", [False, True])
def test_an_empty_reply_is_answered_in_place(school: School, htmx: bool) -> None:
    visit = share_visit(school)
    answer = reply(school, visit.url, "  \r\n ", htmx=htmx)
    assert answer.status_code == (200 if htmx else 422)
    assert "Write a line before you send it." in answer.get_data(as_text=True)
    assert replies_of(school, visit.observation_id) == []


def test_a_reply_that_is_too_long_says_by_how_much_and_keeps_every_word(school: School) -> None:
    visit = share_visit(school)
    typed = "ß" * (REPLY_MAX + 1)
    answer = reply(school, visit.url, typed)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This is 4,001 characters long; 4,000 fit. Nothing was sent yet." in text
    assert typed in text
    assert replies_of(school, visit.observation_id) == []


def test_the_longest_reply_of_the_widest_signs_still_fits_an_entry(school: School) -> None:
    visit = share_visit(school)
    text = "🌱" * REPLY_MAX
    assert reply(school, visit.url, text).status_code == 303
    assert replies_of(school, visit.observation_id) == [text]


def test_a_reply_answers_the_version_that_was_read(school: School) -> None:
    visit = share_visit(school)
    visit.share([visit.add("item.marked", {}, "steps_shown")], version=2)
    visit.push()
    with school.app.app_context():
        projection.catch_up(school.tenant_id)
        view = projection.view_of(school.tenant_id, visit.observation_id)
    assert view
    first = view["feedback"][0]["entry_id"]
    reply(school, visit.url, "To the first.", feedback_entry_id=first)
    reply(school, visit.url, "To an invented one.", feedback_entry_id="019a3f62-5400-7d77-8d95-264c81023a02")
    with school.app.app_context():
        projection.catch_up(school.tenant_id)
        view = projection.view_of(school.tenant_id, visit.observation_id)
    assert view
    assert [one["feedback_entry_id"] for one in view["replies"]] == [first, view["feedback"][1]["entry_id"]]


@pytest.mark.parametrize("who", ["coach", "principal", "other_teacher", "admin"])
def test_nobody_else_can_reply(school: School, who: str) -> None:
    visit = share_visit(school)
    assert reply(school, visit.url, "Not me.", who).status_code == 404
    assert replies_of(school, visit.observation_id) == []


def test_a_form_without_its_token_is_not_taken(school: School) -> None:
    visit = share_visit(school)
    answer = school.client_of("teacher").post(visit.url + "/replies", data={"text": "Thank you."})
    assert answer.status_code == 400
    assert replies_of(school, visit.observation_id) == []
