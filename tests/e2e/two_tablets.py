"""One coach with two tablets: each a browser of its own, with the app installed."""

import coach
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from live_server import LiveServer

TABLET = {"width": 1180, "height": 820}


def wake_tablet(browser: Browser, server: LiveServer) -> tuple[BrowserContext, Page]:
    context = browser.new_context(
        viewport=TABLET, locale="en-US", timezone_id="America/New_York", bypass_csp=True
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    return context, page


def fetch_news(page: Page) -> None:
    """As when the tablet is taken up again: a good moment to talk with the server."""
    page.evaluate("() => window.dispatchEvent(new Event('online'))")


def list_under(page: Page, heading: str) -> Locator:
    section = page.locator("section", has=page.get_by_role("heading", name=heading, exact=True))
    return section.get_by_role("listitem")


def open_visit(page: Page, heading: str, teacher: str) -> None:
    """From Today, of the visits that another tablet began or ended."""
    row = list_under(page, heading).filter(has_text=teacher).filter(has_text="today").first
    for _ in range(20):
        fetch_news(page)
        if row.is_visible():
            break
        page.wait_for_timeout(500)
    expect(row).to_be_visible()
    row.get_by_role("link").first.click()
