"""The browser's own quota runs out in the middle of a visit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, Playwright, expect

from coach import expect_all_marks, install, sign_in, start_visit
from live_server import LiveServer
from tablet import Tablet

ROOM = 30_000  # bytes: some dozens of marks
MOST_TAPS = 30  # tens
HAS_BALLAST = "() => caches.has('noticing-ballast')"


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "profile")
    yield tablet
    tablet.sleep()


def observe(tablet: Tablet, server: LiveServer) -> Page:
    page = tablet.wake()
    sign_in(page, server.url, "lee@demo.example")
    install(page)
    expect_soon(page, HAS_BALLAST, True)
    tablet.set_offline(True)
    start_visit(page, "Rivera", "Lesson clarity", present=22)
    return page


def expect_soon(page: Page, question: str, answer: bool) -> None:
    for _ in range(100):
        if page.evaluate(question) is answer:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{question} is not {answer}")


def wake_full(tablet: Tablet, page: Page, server: LiveServer, room: int) -> tuple[Page, CDPSession]:
    """The same visit after a restart of the browser, which now has `room` bytes left for this site."""
    address, used = page.url, page.evaluate("async () => (await navigator.storage.estimate()).usage")
    tablet.sleep()
    page = tablet.wake()
    page.goto(f"{server.url}/healthz")
    assert tablet.context
    session = tablet.context.new_cdp_session(page)
    # Before the site's first write: the browser remembers for a while how much room it found.
    session.send("Storage.overrideQuotaForOrigin", {"origin": server.url, "quotaSize": used + room})
    page.goto(address)
    expect(page.locator(".look-tap").first).to_be_visible()
    return page, session


def tap(page: Page, times: int) -> None:
    taps = page.locator(".look-tap")
    for each in range(times):
        taps.nth(each % taps.count()).click()


def test_a_full_tablet_gives_up_its_ballast_and_goes_on_taking_marks(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page, _session = wake_full(tablet, observe(tablet, live_server), live_server, ROOM)
    for _ in range(MOST_TAPS):
        tap(page, 10)
        if not page.evaluate(HAS_BALLAST):
            break
    assert not page.evaluate(HAS_BALLAST), "the room was never used up"
    tap(page, 20)
    expect_all_marks(page, "dot")
    counted = page.locator(".look").all_inner_texts()
    tablet.kill()
    page = tablet.wake()
    page.goto(f"{live_server.url}/app/")
    page.get_by_role("link", name="Go on").first.click()
    expect(page.locator(".look").first).to_be_visible()
    expect_all_marks(page, "dot")
    assert page.locator(".look").all_inner_texts() == counted


def test_a_tablet_without_any_room_left_says_so_at_once_and_shows_no_dot(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = observe(tablet, live_server)
    page.evaluate("() => caches.delete('noticing-ballast')")
    page, session = wake_full(tablet, page, live_server, ROOM)
    for _ in range(MOST_TAPS):
        tap(page, 10)
        if page.locator(".sign[data-state=unsaved]").count() > 0:
            break
    told = page.get_by_role("alert").first
    expect(told).to_be_visible()
    expect(page.locator(".sign[data-state=unsaved]").first).to_be_visible()
    session.send("Storage.overrideQuotaForOrigin", {"origin": live_server.url})
    expect(told.get_by_role("button", name="Try again")).to_be_visible()
