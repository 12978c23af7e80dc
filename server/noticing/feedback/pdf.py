"""The letter: notes as a PDF that is tagged for PDF/UA-1. The only user of WeasyPrint, which is imported when needed.

What is rendered is plain data through one template, and nothing can be fetched that is not named here.
The same notes give the same bytes.
"""

import atexit
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flask import render_template

from noticing.feedback import sentences
from noticing.feedback.context import Notes
from noticing.problems import Problem

FOLDER = Path(__file__).parent
FONTS = {f"file:///letter/fonts/{file.name}": file for file in (FOLDER / "fonts").glob("*.woff2")}
PAPERS = ("Letter", "A4")
PAGES_MAX = 2
# Of a page. With less on the second one, smaller type on a single page is easier to hand over.
REST_MIN = 0.25

_one_at_a_time = threading.Lock()  # Pango's font map, which the styles share, is not safe among threads


def render_pdf(
    notes: Notes, url: str, paper: str = "Letter", photos: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """One or two pages on `paper`, with a link to the notes' page at `url`; `photos` are JPEG, by entry_id.

    Raises Problem("pdf-engine-missing") where Pango is not installed.
    """
    weasyprint = _weasyprint()
    text = render_template("feedback/letter.html", notes=notes, say=sentences, url=url, photos=photos)
    with _one_at_a_time:
        styles = _read_styles(paper if paper in PAPERS else PAPERS[0])
        fetch = partial(fetch_named, photos=photos)
        html = weasyprint.HTML(string=text, base_url="file:///letter/", url_fetcher=fetch)
        document = _lay_out(html, styles)
        made: bytes = document.write_pdf(
            pdf_variant="pdf/ua-1",
            pdf_identifier=notes.digest[:16],
            finisher=partial(_finish, link_text=sentences.name_link()),
        )
    return made


def _lay_out(html: Any, styles: "_Styles") -> Any:
    """In large type, unless small type saves a page that would be one too many or nearly empty."""
    large = _render(html, styles.fonts, [styles.sheet])
    pages = len(large.pages)
    if pages == 1 or (pages == PAGES_MAX and _filled(large.pages[-1]) >= REST_MIN):
        return large
    small = _render(html, styles.fonts, [styles.sheet, styles.small])
    return small if len(small.pages) < pages or pages > PAGES_MAX else large


def _render(html: Any, fonts: Any, sheets: list[Any]) -> Any:
    return html.render(font_config=fonts, stylesheets=sheets, pdf_variant="pdf/ua-1")


def _filled(page: Any) -> float:
    """Which part of a page's height has something on it."""
    box = page._page_box  # WeasyPrint tells it nowhere else
    return float(box.children[0].height / box.height)


def fetch_named(url: str, photos: Mapping[str, bytes] = MappingProxyType({})) -> Any:
    """The letter's own fonts and photos, and nothing else, wherever it lies."""
    from weasyprint.urls import URLFetcherResponse

    photo = photos.get(url.removeprefix("file:///letter/photo/"))
    if photo is not None:
        return URLFetcherResponse(url, photo, {"Content-Type": "image/jpeg"})
    if url not in FONTS:
        raise ValueError("the letter names no such file")
    return URLFetcherResponse(url, FONTS[url].read_bytes(), {"Content-Type": "font/woff2"})


@dataclass(frozen=True)
class _Styles:
    sheet: Any
    small: Any  # for visits that would need a third page, or a second one for a few lines
    fonts: Any


@cache
def _read_styles(paper: str) -> _Styles:
    """Parsed once in a process: a tenth of each letter's time otherwise."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()

    def parse(text: str) -> Any:
        return CSS(string=text, base_url="file:///letter/", font_config=fonts, url_fetcher=fetch_named)

    letter = (FOLDER / "letter.css").read_text("utf-8")
    small = (FOLDER / "letter-small.css").read_text("utf-8")
    return _Styles(parse(f"{letter} @page {{ size: {paper} }}"), parse(small), fonts)


# Fonts are freed with functions that are gone themselves when the interpreter takes its modules apart.
atexit.register(_read_styles.cache_clear)


def _weasyprint() -> Any:
    try:
        return import_module("weasyprint")
    except OSError as error:  # Pango or one of its companions is not installed
        raise Problem("pdf-engine-missing") from error


def _finish(_document: Any, pdf: Any, link_text: str) -> None:
    """What WeasyPrint leaves out: which cells a table's header heads, and what the link is called."""
    from pydyf import String

    parts: dict[bytes, Any] = {one.reference: one for one in pdf.objects if hasattr(one, "items")}
    for part in parts.values():
        if part.get("S") == "/TH":
            group = parts[parts[part["P"]]["P"]]
            part["A"]["Scope"] = "/Column" if group["S"] == "/THead" else "/Row"
        if part.get("Subtype") == "/Link":
            part["Contents"] = String(link_text)
