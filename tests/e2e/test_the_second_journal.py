"""The journal beside IndexedDB: what one of the two loses, the other still has."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from coach import expect_all_marks, install, sign_in, start_visit
from playwright.sync_api import Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

LOSE_DATABASES = """async () => {
  for (const { name } of await indexedDB.databases()) {
    if (name.startsWith('noticing-')) {
      await new Promise((done) => { indexedDB.deleteDatabase(name).onsuccess = done; });
    }
  }
}"""
REFUSE_WRITING = """() => {
  const begin = IDBDatabase.prototype.transaction;
  window.mendStorage = () => { IDBDatabase.prototype.transaction = begin; };
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    if (mode === 'readwrite') throw new DOMException('dead', 'UnknownError');
    return begin.call(this, stores, mode, options);
  };
}"""


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "profile")
    yield tablet
    tablet.sleep()


def begin(tablet: Tablet, server: LiveServer) -> Page:
    page = tablet.wake()
    sign_in(page, server.url, "lee@demo.example")
    install(page)
    tablet.set_offline(True)
    start_visit(page, "Rivera", "Lesson clarity", present=22)
    return page


def test_marks_come_back_where_the_browser_lost_its_database(tablet: Tablet, live_server: LiveServer) -> None:
    page = begin(tablet, live_server)
    looks = page.locator(".look-tap")
    for place in range(3):
        looks.nth(place).click()
    expect_all_marks(page, "dot")
    address = page.url
    page.evaluate(LOSE_DATABASES)
    tablet.kill()
    # The stream's key and the names were lost with the database; the session's cookie, with the power, unless the
    # browser had put it on the disk by then.
    page = tablet.wake()
    assert tablet.context
    tablet.context.clear_cookies()
    sign_in(page, live_server.url, "lee@demo.example")
    expect(page.get_by_role("link", name="Start a visit", exact=True)).to_be_visible()
    page.goto(address)
    expect(page.locator(".look-tap .sign[data-state=check]")).to_have_count(3)
    expect_all_marks(page, "check")


def test_a_mark_is_kept_where_the_database_refuses_and_sent_when_it_is_back(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server)
    page.evaluate(REFUSE_WRITING)
    page.locator(".look-tap").first.click()
    expect(page.locator(".look-tap .sign[data-state=journal]")).to_have_count(1)
    page.get_by_role("link", name="1 in the reserve: why").click()
    expect(page.get_by_text("This tablet’s storage does not take marks.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("timer")).to_be_visible()
    page.evaluate("() => window.mendStorage()")
    tablet.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect_all_marks(page, "check")
