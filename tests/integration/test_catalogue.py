"""Every visible word comes from the message catalogue: pages in a made-up language show no English.

The language is Greek by name and English in Greek letters: what is still in Latin letters is either the name of
somebody or something, or was written past the catalogue.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from flask import Flask

import noticing
from conftest import disposing, make_app
from noticing import demo
from noticing.accounts.people import add_person, grant_role, person_of_email
from noticing.accounts.set_up import make_link
from noticing.database import Base, db
from noticing.problem_pages import show
from noticing.problems import CATALOGUE, Problem
from noticing.protocols.loader import load_all
from noticing.web import layout
from school import csrf_token, sign_in

SOURCES = Path(noticing.__file__).parent
MAPPING = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**/templates/**.html": {"trimmed": "false", "silent": "false"}}
SMALL = dict(zip("abcdefghijklmnopqrstuvwxyz", "αβγδεφγηιγκλμνοπκρστυβωξψζ", strict=True))
GREEK = str.maketrans(SMALL | {latin.upper(): greek.upper() for latin, greek in SMALL.items()})
PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%%)")
READ_ALOUD = {"alt", "title", "aria-label", "placeholder", "content"}
UNSEEN = {"script", "style"}
NAMES = {"Noticing", "PDF", "JSON", "MB", "application/json", "Pango", "python3 dev.py run"}  # of things
TABLETS = ("/tablets", "/tablets?q=zzz", "/tablets/set-aside")
ADDRESS = re.compile(r"\b[0-9a-f]{8}\b|https?://\S+|\S+@\S+|[\w.-]+\.(?:html|py)\b|/[\w/-]+")


def to_greek(text: str) -> str:
    return "".join(
        part if PLACEHOLDER.fullmatch(part) else part.translate(GREEK) for part in PLACEHOLDER.split(text)
    )


def find_messages() -> Iterator[tuple[str, ...]]:
    for _file, _line, found, _comments, _context in extract_from_dir(SOURCES, MAPPING, OPTIONS, KEYWORDS):
        yield found if isinstance(found, tuple) else (found,)


@pytest.fixture(scope="module")
def translations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("translations")
    catalogue = Catalog(locale="el")
    for message in find_messages():
        if len(message) == 1:
            catalogue.add(message[0], to_greek(message[0]))
        else:
            catalogue.add(message[:2], tuple(to_greek(text) for text in message[:2]))
    file = folder / "el/LC_MESSAGES/messages.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as binary:
        write_mo(binary, catalogue)
    return folder


@pytest.fixture
def greek_app(
    demo_data: Path, tmp_path: Path, translations: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The demo school, in which everything has a name, in the made-up language."""
    (tmp_path / "noticing.db").write_bytes((demo_data / "noticing.db").read_bytes())
    app = make_app(f"sqlite:///{tmp_path / 'noticing.db'}", tmp_path)
    monkeypatch.setattr(layout, "LANGUAGES", ("el",))
    app.extensions["babel"].translation_directories = [str(translations)]
    yield from disposing(app)


class Seen(HTMLParser):
    """What a person reads on a page or hears of it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within.append(tag)
        values = dict(attrs)
        if tag != "meta":
            self.texts += [value for name, value in attrs if name in READ_ALOUD and value]
        if tag in ("input", "button") and values.get("type") in ("submit", "button"):
            self.texts.append(values.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not UNSEEN & set(self.within):
            self.texts.append(data)


def find_english(page: str, names: Iterable[str] = ()) -> set[str]:
    """The words in Latin letters, but for whole names: a sentence is not excused by a name that has a word of it."""
    seen = Seen()
    seen.feed(page)
    text = " ".join(" ".join(seen.texts).split())
    for name in sorted({*names, *NAMES}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return {word.lower() for word in re.findall(r"[A-Za-zÀ-ɏ]{2,}", ADDRESS.sub(" ", text))}


def names_in(app: Flask) -> set[str]:
    """What somebody is called, wrote, or put into a protocol: it is shown as it is in every language."""
    with app.app_context():
        tables = [db.session.execute(sa.select(table)).all() for table in Base.metadata.sorted_tables]
    cells = [cell for rows in tables for row in rows for cell in row]
    documents: list[object] = [protocol.document for protocol in load_all().values()]
    for cell in cells:
        text = cell.decode(errors="replace") if isinstance(cell, bytes) else cell
        with contextlib.suppress(ValueError, TypeError):
            text = json.loads(text)
        documents.append(text)
    return {
        " ".join(text.split()) for document in documents for text in strings_of(document) if len(text) > 1
    }


def strings_of(document: object) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for value in document.values() if isinstance(document, dict) else document:
            yield from strings_of(value)


def test_the_catalogue_is_found_by_extraction() -> None:
    messages = {message[0] for message in find_messages()}
    assert {"Sign in", "My notes", "%(num)s person", "Nothing here", "Add a person"} <= messages
    assert len(messages) > 100


def test_english_is_noticed_where_it_stands() -> None:
    page = (
        '<title>Α</title><p title="Hello">γεια</p><img alt="a picture"><script>var word</script><b>Ms Lee</b>'
    )
    assert find_english(page, {"Ms Lee"}) == {"hello", "picture"}


def test_a_visitor_sees_no_word_past_the_catalogue(greek_app: Flask) -> None:
    names, client = names_in(greek_app) | {"not-found"}, greek_app.test_client()
    tried = client.post("/sign-in", data={"csrf_token": csrf_token(client), "email": "x", "password": "y"})
    for page in (client.get("/"), client.get("/sign-in"), tried, client.get("/nothing")):
        assert 'lang="el"' in page.text
        assert find_english(page.text, names) == set()


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_no_problem_is_told_past_the_catalogue(greek_app: Flask, code: str) -> None:
    with greek_app.test_request_context("/somewhere", method="POST"):
        page = show(Problem(code)).get_data(as_text=True)
    assert find_english(page, {code}) == set()


def test_people_and_set_up_show_no_word_past_the_catalogue(greek_app: Flask) -> None:
    client = greek_app.test_client()
    with greek_app.app_context():
        admin = person_of_email(an_account(greek_app, "dmin"))
        assert admin
        grant_role(admin.person_id, "teacher")
        new = add_person(admin.tenant_id, "Ms Newcomer", "newcomer@school.example")
        link = make_link(new)
    names = names_in(greek_app) | {"not-found"}
    pages = [client.get(link), client.post(link, data={"csrf_token": csrf_token(client)})]
    sign_in(client, an_account(greek_app, "dmin"), demo.PASSWORD)
    token = csrf_token(client, "/people")
    pages += [client.get(path) for path in ("/", "/people", "/people?q=zzz", "/notes", *TABLETS)]
    pages += [client.post("/people", data={"csrf_token": token}), client.get("/app/nothing")]
    for page in pages:
        assert find_english(page.text, names) == set()


def test_notes_show_no_word_past_the_catalogue(greek_app: Flask) -> None:
    names = names_in(greek_app)
    for email in accounts_of(greek_app):
        client = greek_app.test_client()
        sign_in(client, email, demo.PASSWORD)
        page = client.get("/notes").text
        assert find_english(page, names) == set()
        for path in re.findall(r'href="(/notes/[0-9a-f-]{36})"', page):
            assert sorted(find_english(client.get(path).text, names)) == []


def accounts_of(app: Flask) -> list[str]:
    with app.app_context():
        return [email for email, _words in demo.accounts_there()]


def an_account(app: Flask, role: str) -> str:
    with app.app_context():
        return next(email for email, words in demo.accounts_there() if role in words + email)
