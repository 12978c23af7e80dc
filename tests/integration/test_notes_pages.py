"""The teacher's list of notes and her notes page, made of entries that came through the push door."""

import pytest
from flask import Flask

from notes_world import CANARY, School, Visit, make_school, share_visit
from noticing.accounts.pairings import end_pairing
from noticing.feedback import pages
from noticing.problems import Problem
from school import without_token


@pytest.fixture
def school(app: Flask) -> School:
    return make_school(app)


def test_the_teacher_reads_the_words_and_times_that_were_tapped(school: School) -> None:
    visit = share_visit(school)
    page = school.client_of("teacher").get(visit.url)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Teacher: “Which half is bigger, and how do you know?”" in text
    assert ">9:04 am</td>" in text
    assert "After each open question, wait three seconds" in text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("door", "words"), [("", "page"), (".pdf", "pdf")])
def test_giving_back_is_the_seventh_step_of_the_log_and_names_nobody(
    school: School, caplog: pytest.LogCaptureFixture, door: str, words: str
) -> None:
    visit = share_visit(school)
    caplog.set_level("INFO")
    caplog.clear()
    school.client_of("teacher").get(visit.url + door)
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if line.startswith("step=7")] == [f"step=7 give back {words}"]
    assert not any(visit.observation_id in line for line in said)


def test_what_is_nothing_for_one_is_not_given_back(school: School, caplog: pytest.LogCaptureFixture) -> None:
    visit = share_visit(school)
    caplog.set_level("INFO")
    assert school.client_of("principal").get(visit.url).status_code == 404
    assert "step=7" not in caplog.text


def test_the_order_is_what_worked_then_what_was_seen_then_numbers_then_the_step(school: School) -> None:
    visit = share_visit(school)
    text = school.client_of("teacher").get(visit.url).get_data(as_text=True)
    order = [
        "What worked for students",
        "What was seen",
        "When each look-for was first seen",
        "One step to try",
    ]
    order += ["To think about", "Your reply", "Visible to: Ms Rivera, Coach Lee."]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_an_agreed_look_for_without_evidence_is_said(school: School) -> None:
    visit = share_visit(school)
    text = school.client_of("teacher").get(visit.url).get_data(as_text=True)
    assert "Nothing was recorded for: The close returns to the goal;" in text
    assert text.count("Nothing was recorded") == 1


def test_notes_of_a_visit_without_a_single_tap_say_so(school: School) -> None:
    visit = Visit(school, agreed_items=[])
    visit.finish()
    visit.share(
        [],
        strengths=[
            {"text": "We met, and looked at the plan.", "evidence": ["019a3f62-5400-7d77-8d95-264c81023a02"]}
        ],
    )
    visit.push()
    text = school.client_of("teacher").get(visit.url).get_data(as_text=True)
    assert "Nothing was recorded for Lesson clarity." in text


def test_what_is_not_shared_yet_is_nothing_for_the_teacher_and_for_the_coach(school: School) -> None:
    visit = Visit(school)
    visit.see_lesson()
    visit.finish()
    visit.push()
    assert school.client_of("teacher").get(visit.url).status_code == 404
    assert school.client_of("coach").get(visit.url).status_code == 404


def test_an_unknown_visit_looks_exactly_like_a_forbidden_one(school: School) -> None:
    visit = share_visit(school)
    client = school.client_of("other_coach")
    forbidden = client.get(visit.url)
    unknown = client.get("/notes/019a3f62-5400-7d77-8d95-264c81023a02")
    assert without_token(forbidden.text) == without_token(unknown.text)
    assert (forbidden.status_code, unknown.status_code) == (404, 404)


def test_after_the_pairing_ended_the_teacher_keeps_her_notes_and_the_coach_does_not(school: School) -> None:
    visit = share_visit(school)
    assert school.client_of("coach").get(visit.url).status_code == 200
    with school.app.app_context():
        end_pairing(school.pairing_id)
    assert school.client_of("coach").get(visit.url).status_code == 404
    assert school.client_of("coach").get(visit.url + ".pdf").status_code == 404
    assert "Grade 4" not in school.client_of("coach").get("/notes").get_data(as_text=True)
    assert school.client_of("teacher").get(visit.url).status_code == 200


def test_only_the_observer_learns_of_new_evidence_since_feedback(school: School) -> None:
    visit = share_visit(school)
    visit.clock_session_id = "0f4f6a54-6f0a-4d4e-9a63-0d2a6c2f9d11"
    visit.add("item.marked", {}, "steps_shown")
    visit.push()
    words = "New evidence since feedback"
    assert words in school.client_of("coach").get(visit.url).get_data(as_text=True)
    assert words not in school.client_of("teacher").get(visit.url).get_data(as_text=True)


def test_a_second_version_says_what_it_replaces(school: School) -> None:
    visit = share_visit(school)
    picked = [visit.add("item.marked", {}, "steps_shown")]
    visit.share(picked, version=2, questions=["Which of the two would you try first?"])
    visit.push()
    text = school.client_of("teacher").get(visit.url).get_data(as_text=True)
    assert "v2, replaces v1" in text
    assert "Which of the two would you try first?" in text
    assert "Is this what you thought was happening?" not in text


def test_a_corrected_line_shows_what_stood_there_before(school: School) -> None:
    visit = Visit(school)
    picked = visit.see_lesson()
    amended = {
        "entry_id": picked[1],
        "payload": {"text": "Which one is bigger?", "speaker": "T"},
        "reason": "misheard",
    }
    visit.add("entry.amended", amended)
    visit.finish()
    visit.share(picked)
    visit.push()
    text = school.client_of("teacher").get(visit.url).get_data(as_text=True)
    assert "Teacher: “Which one is bigger?”" in text
    assert "<summary>corrected</summary>" in text
    assert "Before: Teacher: “Which half is bigger, and how do you know?”" in text


def test_a_line_that_was_taken_back_after_sharing_is_counted_not_shown(school: School) -> None:
    visit = Visit(school)
    picked = visit.see_lesson()
    visit.finish()
    visit.share(picked)
    visit.add("entry.retracted", {"entry_id": picked[2], "reason": "another class"})
    visit.push()
    text = school.client_of("teacher").get(visit.url).get_data(as_text=True)
    assert "They are the same" not in text
    assert "1 line was taken back by its author after these notes were shared." in text


def test_what_a_person_typed_is_text_and_never_markup(school: School) -> None:
    visit = share_visit(school, questions=["<script>alert(1)</script>"])
    text = school.client_of("teacher").get(visit.url).get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text


def test_private_drafts_stay_private(school: School) -> None:
    visit = share_visit(school)
    for who in ("teacher", "coach"):
        assert CANARY not in school.client_of(who).get(visit.url).get_data(as_text=True)


def test_the_list_shows_the_newest_visit_first(school: School) -> None:
    older = share_visit(school)
    newer = Visit(school)
    newer.at = newer.at.replace(day=20)
    newer.entries[0]["occurred_at"] = newer.entries[0]["entered_at"] = newer.at.isoformat(
        timespec="milliseconds"
    )
    picked = newer.see_lesson()
    newer.finish()
    newer.share(picked)
    newer.push()
    text = school.client_of("teacher").get("/notes").get_data(as_text=True)
    assert text.index(newer.observation_id) < text.index(older.observation_id)


def test_a_list_without_notes_says_what_will_come(school: School) -> None:
    assert "No notes yet." in school.client_of("teacher").get("/notes").get_data(as_text=True)
    assert "You have shared no notes yet." in school.client_of("coach").get("/notes").get_data(as_text=True)


def test_a_coach_finds_what_she_shared_and_a_principal_what_he_walked(school: School) -> None:
    coaching, walkthrough = share_visit(school), share_visit(school, "principal")
    of_coach = school.client_of("coach").get("/notes").get_data(as_text=True)
    of_principal = school.client_of("principal").get("/notes").get_data(as_text=True)
    of_teacher = school.client_of("teacher").get("/notes").get_data(as_text=True)
    assert coaching.observation_id in of_coach
    assert walkthrough.observation_id not in of_coach
    assert walkthrough.observation_id in of_principal
    assert coaching.observation_id not in of_principal
    assert coaching.observation_id in of_teacher
    assert walkthrough.observation_id in of_teacher


def test_without_a_session_one_is_asked_to_sign_in(school: School) -> None:
    visit = share_visit(school)
    answer = school.app.test_client().get(visit.url)
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


def test_without_the_pdf_engine_there_is_a_way_back_to_the_notes(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot_render(*_arguments: object) -> bytes:
        raise Problem("pdf-engine-missing")

    visit = share_visit(school)
    monkeypatch.setattr(pages, "render_pdf", cannot_render)
    teacher = school.client_of("teacher")
    answer = teacher.get(f"{visit.url}.pdf")
    assert answer.status_code == 503
    assert f'href="{visit.url}">Back to the notes' in answer.text
    assert f'href="{visit.url}.pdf" download' in teacher.get(visit.url).text


def test_a_page_names_who_is_signed_in_and_nobody_else(school: School, app: Flask) -> None:
    client = school.client_of("teacher")
    person_id = client.get("/api/v1/me").get_json()["person_id"]
    assert f'<body data-person="{person_id}">' in client.get("/notes").get_data(as_text=True)
    assert "<body>" in app.test_client().get("/sign-in").get_data(as_text=True)
