"""The browser's own quota runs out in the middle of a visit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from coach import expect_all_marks, install, sign_in, start_visit
from playwright.sync_api import CDPSession, Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

HAS_BALLAST = "() => caches.has('noticing-ballast')"
# Another database of the site, filled until not even a mark fits.
FILL_UP = """async () => {
  const open = indexedDB.open('photos', 1);
  open.onupgradeneeded = () => open.result.createObjectStore('x', { autoIncrement: true });
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const put = (size) => new Promise((done) => {
    const writing = database.transaction('x', 'readwrite', { durability: 'strict' });
    writing.objectStore('x').add(crypto.getRandomValues(new Uint8Array(size)));
    writing.oncomplete = () => done(true);
    writing.onabort = () => done(false);
  });
  for (const size of [60_000, 300]) while (await put(size));
  database.close();
}"""


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


def wake_full(tablet: Tablet, page: Page, server: LiveServer) -> tuple[Page, CDPSession]:
    """The same visit after a restart of the browser, which now has no room left for this site."""
    address, used = page.url, page.evaluate("async () => (await navigator.storage.estimate()).usage")
    tablet.sleep()
    page = tablet.wake()
    page.goto(f"{server.url}/healthz")
    assert tablet.context
    session = tablet.context.new_cdp_session(page)
    # Before the site's first write: the browser remembers for a while how much room it found.
    session.send("Storage.overrideQuotaForOrigin", {"origin": server.url, "quotaSize": used + 100_000})
    tablet.set_offline(True)
    page.goto(address)
    expect(page.locator(".look-tap").first).to_be_visible()
    page.evaluate(FILL_UP)
    return page, session


def tap(page: Page, times: int) -> None:
    taps = page.locator(".look-tap")
    for each in range(times):
        taps.nth(each % taps.count()).click()


def test_a_full_tablet_gives_up_its_ballast_and_goes_on_taking_marks(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page, _session = wake_full(tablet, observe(tablet, live_server), live_server)
    tap(page, 10)
    expect_all_marks(page, "dot")
    assert not page.evaluate(HAS_BALLAST)
    counted, address = page.locator(".look").all_inner_texts(), page.url
    tablet.kill()
    page = tablet.wake()
    tablet.set_offline(True)
    page.goto(address)
    expect(page.locator(".look").first).to_be_visible()
    expect_all_marks(page, "dot")
    assert page.locator(".look").all_inner_texts() == counted


def test_a_tablet_without_any_room_left_says_at_once_that_a_mark_is_not_saved(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page, session = wake_full(tablet, observe(tablet, live_server), live_server)
    page.evaluate("() => caches.delete('noticing-ballast')")
    page.evaluate(FILL_UP)
    tap(page, 1)
    expect(page.locator(".look-tap .sign[data-state=unsaved]")).to_have_count(1)
    told = page.get_by_role("alert")
    expect(told).to_contain_text("NOT saved")
    session.send("Storage.overrideQuotaForOrigin", {"origin": live_server.url})
    page.evaluate("() => indexedDB.deleteDatabase('photos')")
    told.get_by_role("button", name="Try again").click()
    expect_all_marks(page, "dot")
