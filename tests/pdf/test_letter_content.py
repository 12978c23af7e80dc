"""What stands in the letter, in which order, on how many pages, and what never stands there."""

import re
import subprocess
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from letters import SLUGS, URL, feedback_on, full_visit, notes_from, sample, sample_notes
from noticing.feedback import pdf as engine
from noticing.feedback.wording_rules import read_lists
from noticing.problems import Problem

Render = Callable[..., bytes]


def read(data: bytes, tmp_path: Path) -> str:
    file = tmp_path / "letter.pdf"
    file.write_bytes(data)
    text = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, check=True, text=True
    ).stdout
    return re.sub(r"[ \n\f\u00a0]+", " ", text)


def count_pages(data: bytes) -> int:
    with pikepdf.open(BytesIO(data)) as opened:
        return len(opened.pages)


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_visit_fits_on_two_pages_of_either_paper(slug: str, paper: str, letter: Render) -> None:
    data = letter(slug, paper)
    with pikepdf.open(BytesIO(data)) as opened:
        assert 1 <= len(opened.pages) <= 2
        width, height = (round(float(side)) for side in opened.pages[0]["/MediaBox"][2:])
    assert (width, height) == {"Letter": (612, 792), "A4": (595, 842)}[paper]


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_twelve_long_lines_three_charts_and_long_names_fit_on_two_pages(paper: str, letter: Render) -> None:
    people = {
        "teacher": "Mme Anne-Sophie de La Rochefoucauld-Montmorency",
        "observer": "Coach Maria-Fernanda Villanueva-Castellanos",
        "class_label": "Mathématiques de quatrième année, groupe bilingue du matin",
    }
    assert count_pages(letter(notes_from(*full_visit(), **people), paper)) <= 2


def test_a_second_page_for_a_few_lines_is_saved_by_smaller_type(
    letter: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert count_pages(letter("selective-script")) == 1
    monkeypatch.setattr(engine, "REST_MIN", 0)
    assert count_pages(letter("selective-script")) == 2


def test_lines_without_end_are_cut_short_with_a_word_where_the_rest_stands(
    letter: Render, tmp_path: Path
) -> None:
    view, document = full_visit()
    for line in view["timeline"][-12:]:
        line["payload"]["text"] = "une deux trois quatre " * 900
    view["replies"] = [{**view["replies"][0], "text": "merci beaucoup " * 260}] * 9
    data = letter(notes_from(view, document))
    assert count_pages(data) <= 3
    assert "… (more on the web page)" in read(data, tmp_path)


def test_the_parts_stand_in_their_order(letter: Render, tmp_path: Path) -> None:
    text = read(letter("lesson-clarity"), tmp_path)
    parts = [
        "Coaching, not evaluation",
        "Classroom visit notes, Grade 4 mathematics",
        "Ms Rivera · Tuesday 6 October 2026, 9:00 am–9:10 am · Coach Lee · Lesson clarity 1.0",
        "We agreed to look for: Goal of the lesson can be seen;",
        "What worked for students",
        "Seen at 9:03 am and 9:08 am",
        "What was seen",
        "9:05 am Teacher: “I fold once, and now I ask myself: are both parts the same size?”",
        "When each look-for was first seen",
        "Looked for between 9:00 am and 9:10 am; each stands",
        "One step to try",
        "Show one shape that is not cut into halves",
        "Thursday 15 October",
        "To think about",
        "How will you know on Thursday",
        "Your reply",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_the_text_comes_out_in_the_order_in_which_it_is_read(letter: Render, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(letter("lesson-clarity"))
    raw = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, check=True, text=True).stdout
    lines = [
        "9:00 am Goal of the lesson",
        "9:03 am Goal is said",
        "9:05 am Teacher:",
        "9:09 am A check before",
        "Steps are shown",
    ]
    places = [raw.find(line) for line in lines]
    assert -1 not in places
    assert places == sorted(places)


def test_every_page_says_who_can_see_it_and_which_page_it_is(letter: Render, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(letter("lesson-clarity"))
    for number in ("1", "2"):
        command = ["pdftotext", "-f", number, "-l", number, file, "-"]
        page = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        assert "Visible to: Ms Rivera, Coach Lee. Shared 6 Oct 2026. Not part of any evaluation file." in page
        assert f"Page {number} of 2" in page


def test_a_new_version_names_the_one_that_it_replaces(letter: Render, tmp_path: Path) -> None:
    notes = sample_notes("selective-script")
    assert f"v2, replaces v1 · {notes.short_hash}" in read(letter(notes), tmp_path)


def test_the_hash_changes_with_the_notes_and_not_with_the_reply() -> None:
    notes = sample_notes("lesson-clarity")
    assert replace(notes, replies=()).short_hash == notes.short_hash
    assert replace(notes, questions=("Another?",)).short_hash != notes.short_hash


def test_the_same_notes_give_the_same_bytes(letter: Render) -> None:
    first = letter("lesson-clarity")
    letter("engagement-sweep")
    assert letter("lesson-clarity") == first


def test_a_visit_without_entries_is_said_and_has_no_empty_table(letter: Render, tmp_path: Path) -> None:
    view, document = deepcopy(sample("lesson-clarity"))
    view |= {
        "timeline": [],
        "items": {},
        "replies": [],
        "feedback": [feedback_on({**view, "timeline": []}, document)],
    }
    text = read(letter(notes_from(view, document)), tmp_path)
    assert "Nothing was recorded for: Goal of the lesson can be seen; Goal is said" in text
    assert text.count("Nothing was recorded") == 1
    assert "Seen or heard" not in text


def test_a_protocol_that_is_not_known_here_still_gives_a_letter(letter: Render, tmp_path: Path) -> None:
    view, _document = sample("lesson-clarity")
    text = read(letter(notes_from(view, None)), tmp_path)
    assert "Goal in student words" in text
    assert "Lesson clarity" in text


@pytest.mark.parametrize("slug", SLUGS)
def test_no_word_of_judgement_stands_in_a_coaching_letter(slug: str, letter: Render, tmp_path: Path) -> None:
    text = (
        re.sub("“[^”]*”", "", read(letter(slug), tmp_path))
        .replace("not evaluation", "")
        .replace("evaluation file", "")
    )
    banned = [*read_lists().errors["coaching"], "grade:", "evaluation", "rank"]
    found = [word for word in banned if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)]
    assert found == []


def test_a_rating_tells_what_was_seen_and_not_its_level(letter: Render, tmp_path: Path) -> None:
    text = read(letter("engagement-sweep"), tmp_path)
    assert "Voices reach across a table" in text
    assert "Table talk" not in text


def test_private_drafts_and_students_counts_stay_out(letter: Render, tmp_path: Path) -> None:
    view, document = deepcopy(sample("lesson-clarity"))
    view["drafts"] = {"strengths": {"versions": [{"entry_id": "x", "value": [{"text": "kestrel-private"}]}]}}
    data = letter(notes_from(view, document))
    assert "kestrel-private" not in read(data, tmp_path)
    assert b"kestrel-private" not in data


def test_the_link_leads_to_the_page(letter: Render) -> None:
    with pikepdf.open(BytesIO(letter("lesson-clarity"))) as opened:
        links = [note["/A"]["/URI"] for page in opened.pages for note in page.get("/Annots", [])]
    assert [str(link) for link in links] == [URL]


@pytest.mark.parametrize(
    "url", ["https://example.org/x.png", "file:///etc/passwd", "file:///letter/letter.css", "data:,x"]
)
def test_nothing_can_be_fetched_that_the_letter_does_not_name(url: str) -> None:
    with pytest.raises(ValueError, match="names no such file"):
        engine.fetch_named(url)


def test_without_pango_there_is_a_problem_that_says_where_else_to_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cannot_load(*_arguments: object) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(engine, "import_module", cannot_load)
    with pytest.raises(Problem) as raised:
        engine.render_pdf(sample_notes("lesson-clarity"), URL)
    assert raised.value.code == "pdf-engine-missing"
