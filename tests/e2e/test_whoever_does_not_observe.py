"""A teacher or administrator who opens the app: a plain word, and no tablet of hers on the server."""

import coach
import pytest
from playwright.sync_api import Browser, Page, expect

from live_server import LiveServer

TABLET = {"width": 1180, "height": 820}


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("rivera@demo.example", "The notes that were shared with you"),
        ("admin@demo.example", "People, schools"),
    ],
)
def test_the_app_says_whom_it_is_for_and_not_that_anything_has_ended(
    live_server: LiveServer, browser: Browser, email: str, said: str
) -> None:
    page = _open(browser, live_server, email)
    expect(page.get_by_text("This app is for coaches and principals.")).to_be_visible()
    expect(page.get_by_text(said)).to_be_visible()
    page.get_by_role("link", name="connected").click()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("All of it is on the server.")).to_be_visible()
    page.get_by_role("link", name="Back to Today").click()
    expect(page.get_by_text("any more")).to_have_count(0)
    page.context.close()


def test_their_browsers_stand_under_no_tablets(live_server: LiveServer, browser: Browser) -> None:
    page = _open(browser, live_server, "admin@demo.example")
    page.get_by_role("link", name="connected").click()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("All of it is on the server.")).to_be_visible()
    page.goto(f"{live_server.url}/tablets")
    expect(page.get_by_role("heading", name="Tablets")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Sam Ortiz")).to_have_count(0)
    page.context.close()


def _open(browser: Browser, server: LiveServer, email: str) -> Page:
    page = browser.new_context(viewport=TABLET, locale="en-US").new_page()
    coach.sign_in(page, server.url, email)
    return page
