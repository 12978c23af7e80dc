"""With the longest of what the status line says, no screen is wider than what it is shown on."""

import coach
import pytest
from playwright.sync_api import Browser, Page, expect

from live_server import LiveServer

SIZES = {"phone": (390, 844), "small phone": (360, 640), "tablet upright": (820, 1180)}


@pytest.mark.parametrize("size", SIZES)
def test_a_visit_without_a_network_is_as_wide_as_its_screen(
    browser: Browser, live_server: LiveServer, size: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
    page = context.new_page()
    coach.sign_in(page, live_server.url, "lee@demo.example")
    coach.install(page)
    expect_no_wider(page, "today")
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    context.set_offline(True)
    coach.write_line(page, "What could we draw to check?")
    page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    expect(page.get_by_text("no network since")).to_be_visible(timeout=20_000)
    expect_no_wider(page, "capture")
    coach.finish(page)
    expect(page.get_by_text("no network since")).to_be_visible()
    expect_no_wider(page, "review")
    for address in ("", "waiting", "leave", "start"):
        page.evaluate("hash => { location.hash = hash; }", f"#/{address}")
        expect(page.locator("main")).to_be_visible()
        expect_no_wider(page, address or "today without a network")
    context.close()


def expect_no_wider(page: Page, where: str) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth")
    shown = page.evaluate("document.documentElement.clientWidth")
    assert (where, wide) == (where, shown)
