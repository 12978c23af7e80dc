"""The letter is tagged for PDF/UA-1: checked with pikepdf and pdfua, which cover a part of its rules."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from letters import SLUGS, full_visit, notes_from, sample_notes
from noticing.feedback.context import Notes

Render = Callable[..., bytes]


_drawn: dict[str, bytes] = {}


@pytest.fixture(params=[*SLUGS, "full"])
def pdf(request: pytest.FixtureRequest, letter: Render) -> Iterator[pikepdf.Pdf]:
    if request.param not in _drawn:
        _drawn[request.param] = letter(notes_of(request.param))
    with pikepdf.open(BytesIO(_drawn[request.param])) as opened:
        yield opened


def notes_of(slug: str) -> Notes:
    return notes_from(*full_visit()) if slug == "full" else sample_notes(slug)


def walk(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any, list[str]]]:
    """Every structure element: its role, itself, the roles above it."""

    def below(element: Any, above: list[str]) -> Iterator[tuple[str, Any, list[str]]]:
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                role = str(kid["/S"])
                yield role, kid, above
                yield from below(kid, [*above, role])

    yield from below(pdf.Root["/StructTreeRoot"], [])


def roles(pdf: pikepdf.Pdf) -> list[str]:
    return [role for role, _element, _above in walk(pdf)]


def test_it_is_marked_titled_and_says_its_language(pdf: pikepdf.Pdf) -> None:
    assert pdf.Root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a pikepdf boolean
    assert str(pdf.Root["/Lang"]) == "en"
    assert pdf.Root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert str(pdf.docinfo["/Title"]).startswith("Classroom visit notes, Ms Rivera, ")


def test_its_metadata_name_the_standard_and_nothing_else_than_title_and_producer(pdf: pikepdf.Pdf) -> None:
    xmp = pdf.open_metadata()
    assert xmp["pdfuaid:part"] == "1"
    assert set(pdf.docinfo.keys()) == {"/Title", "/Producer"}


def test_headings_come_in_order_and_the_first_is_the_only_h1(pdf: pikepdf.Pdf) -> None:
    headings = [role for role in roles(pdf) if role.startswith("/H")]
    assert headings[0] == "/H1"
    assert set(headings[1:]) == {"/H2"}


def test_every_header_cell_says_what_it_heads(pdf: pikepdf.Pdf) -> None:
    scopes = {
        (str(element["/A"]["/Scope"]), "/THead" in above)
        for role, element, above in walk(pdf)
        if role == "/TH"
    }
    assert scopes == {("/Column", True), ("/Row", False)}


def test_every_figure_has_an_alternative_text_with_its_number(pdf: pikepdf.Pdf) -> None:
    texts = [str(element.get("/Alt", "")) for role, element, _above in walk(pdf) if role == "/Figure"]
    assert texts
    assert all(texts)


def test_the_link_is_called_by_its_name(pdf: pikepdf.Pdf) -> None:
    links = [note for page in pdf.pages for note in page.get("/Annots", []) if note["/Subtype"] == "/Link"]
    assert [str(link["/Contents"]) for link in links] == ["Read these notes as a web page and reply there"]
    assert roles(pdf).count("/Link") == 1


def test_questions_are_a_list(pdf: pikepdf.Pdf) -> None:
    found = roles(pdf)
    assert found.count("/L") == 1
    assert found.count("/LI") == found.count("/Lbl") == found.count("/LBody") >= 2


def test_the_tab_key_follows_the_structure_on_every_page(pdf: pikepdf.Pdf) -> None:
    assert {str(page["/Tabs"]) for page in pdf.pages} == {"/S"}
    assert len(pdf.open_outline().root) == 1


def test_every_font_is_embedded_as_a_subset_and_maps_to_unicode(pdf: pikepdf.Pdf) -> None:
    fonts = [font for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/ToUnicode" in font
        assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())
        assert "Atkinson" in str(font["/BaseFont"])


@pytest.mark.parametrize("slug", [*SLUGS, "full"])
def test_pdfua_finds_nothing(slug: str, letter: Render, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(letter(notes_of(slug)))
    command = [Path(sys.executable).with_name("pdfua"), "check", "--format", "json", file]
    report = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert report["findings"] == []
    assert report["summary"]["rules_run"] >= 11
    # Its heading rule crashes with the present pikepdf; test_headings_come_in_order stands in for it.
    assert {one["rule_id"] for one in report["skipped"]} <= {"UA-14-001"}
