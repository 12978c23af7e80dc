"""What a power cut leaves of the browser's own files, and what becomes of it at the start after the next."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from coach import expect_all_marks, install, sign_in, start_visit
from playwright.sync_api import Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

PATIENCE_SECONDS = 15
STREAM = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.databases().then((all) => all.find((one) => /^noticing-[0-9a-f]{8}-/.test(one.name)));
  opening.then(({ name }) => {
    const request = indexedDB.open(name);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const asked = database.transaction('meta').objectStore('meta').get('stream');
      asked.onsuccess = () => { database.close(); resolve(asked.result.stream_id); };
    };
  });
})"""


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "profile")
    yield tablet
    tablet.sleep()


def tap_three(tablet: Tablet, server: LiveServer) -> Page:
    page = tablet.wake()
    sign_in(page, server.url, "lee@demo.example")
    install(page)
    tablet.set_offline(True)
    start_visit(page, "Rivera", "Lesson clarity", present=22)
    for place in range(3):
        page.locator(".look-tap").nth(place).click()
    expect_all_marks(page, "dot")
    return page


def wake_offline(tablet: Tablet, address: str) -> Page:
    page = tablet.wake()
    tablet.set_offline(True)
    page.goto(address)
    return page


def database_log(tablet: Tablet) -> Path:
    """LevelDB's newest one, in which the last marks stand."""
    return max((tablet.profile / "Default" / "IndexedDB").glob("*.leveldb/*.log"))


def wait_until_gone(path: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while path.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not path.exists(), f"{path.name} is still written to"


def test_marks_behind_a_torn_end_of_the_browsers_database_are_there_after_the_next_start(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = tap_three(tablet, live_server)
    address, stream = page.url, page.evaluate(STREAM)
    tablet.kill()
    torn = database_log(tablet)
    with torn.open("r+b") as log:
        log.truncate(torn.stat().st_size - 5)
    page = wake_offline(tablet, address)
    page.locator(".look-tap").nth(3).click()
    expect_all_marks(page, "dot")
    wait_until_gone(torn)
    tablet.kill()
    page = wake_offline(tablet, address)
    expect(page.locator(".look-tap .sign[data-state=dot]")).to_have_count(4)
    assert page.evaluate(STREAM) == stream


def test_what_the_private_files_lost_is_in_them_again_after_the_next_start(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = tap_three(tablet, live_server)
    address = page.url
    tablet.kill()
    files, databases = (tablet.profile / "Default" / name for name in ("File System", "IndexedDB"))
    shutil.rmtree(files)
    page = wake_offline(tablet, address)
    expect_all_marks(page, "dot")
    wait_until_written(files)
    tablet.kill()
    shutil.rmtree(databases)
    page = tablet.wake()
    sign_in(page, live_server.url, "lee@demo.example")
    expect(page.get_by_role("link", name="Start a visit", exact=True)).to_be_visible()
    page.goto(address)
    expect(page.locator(".look-tap .sign[data-state=check]")).to_have_count(3)


def wait_until_written(files: Path) -> None:
    """The journal is the longest of them."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if any(one.stat().st_size > 1_500 for one in files.glob("*/t/*/0*")):
            return
        time.sleep(0.05)
    raise AssertionError("the journal was not written again")
