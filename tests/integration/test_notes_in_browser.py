"""The notes in a real browser: accessible at every size, and a reply that loses no word."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from notes_world import School, Visit, make_school, share_visit

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}


@pytest.fixture
def school(sqlite_app: Flask) -> School:
    return make_school(sqlite_app)


@pytest.fixture
def visit(school: School) -> Visit:
    return share_visit(school)


@pytest.fixture
def address(sqlite_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, sqlite_app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def open_as(browser: Browser, school: School, who: str, address: str, **look: object) -> Page:
    cookie = school.client_of(who).get_cookie("noticing-session")
    assert cookie
    context = browser.new_context(**look)  # type: ignore[arg-type]
    context.add_cookies([{"name": "noticing-session", "value": cookie.value, "url": address}])
    return context.new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_list_and_notes_are_accessible_and_never_scroll_sideways(
    browser: Browser, school: School, visit: Visit, address: str, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    look = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    page = open_as(browser, school, "teacher", address, **look)
    for path in ("/notes", visit.url):
        page.goto(address + path)
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def test_at_twice_the_text_size_the_notes_flow_anew(
    browser: Browser, school: School, visit: Visit, address: str
) -> None:
    page = open_as(browser, school, "teacher", address, viewport={"width": 390, "height": 844})
    page.goto(address + visit.url)
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%', 'important')")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def test_a_reply_appears_without_loading_the_page_again(
    browser: Browser, school: School, visit: Visit, address: str
) -> None:
    page = open_as(browser, school, "teacher", address)
    page.goto(address + visit.url)
    page.evaluate("window.isSame = true")
    page.get_by_label("What would you add or correct?").fill("I will try it on Monday.")
    page.get_by_role("button", name="Send to Coach Lee").click()
    expect(page.get_by_text("Sent to Coach Lee.")).to_be_focused()
    expect(page.get_by_role("listitem").filter(has_text="I will try it on Monday.")).to_be_visible()
    assert page.evaluate("window.isSame")
    page.context.close()


def test_an_empty_reply_is_answered_beside_the_field(
    browser: Browser, school: School, visit: Visit, address: str
) -> None:
    page = open_as(browser, school, "teacher", address)
    page.goto(address + visit.url)
    page.get_by_role("button", name="Send to Coach Lee").click()
    expect(page.get_by_role("alert")).to_have_text("Write a line before you send it.")
    expect(page.get_by_label("What would you add or correct?")).to_be_focused()
    page.context.close()


def test_without_scripts_the_same_form_works(
    browser: Browser, school: School, visit: Visit, address: str
) -> None:
    page = open_as(browser, school, "teacher", address, java_script_enabled=False)
    page.goto(address + visit.url)
    page.get_by_label("What would you add or correct?").fill("Thank you.")
    page.get_by_role("button", name="Send to Coach Lee").click()
    expect(page.get_by_role("listitem").filter(has_text="Thank you.")).to_be_visible()
    page.context.close()


def test_typed_words_stay_when_the_network_fails(
    browser: Browser, school: School, visit: Visit, address: str
) -> None:
    page = open_as(browser, school, "teacher", address)
    page.goto(address + visit.url)
    field = page.get_by_label("What would you add or correct?")
    field.fill("Every word of this.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send to Coach Lee").click()
    expect(page.get_by_text("This could not be sent.")).to_be_visible()
    expect(field).to_have_value("Every word of this.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Send to Coach Lee").click()
    expect(page.get_by_text("Sent to Coach Lee.")).to_be_visible()
    page.context.close()
