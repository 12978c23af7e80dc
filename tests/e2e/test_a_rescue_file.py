"""No network comes: somebody carries what is on the tablet to the server in a file."""

import base64
import contextlib
import gzip
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import coach
import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

HEARD = "Zebras graze quietly"
REFUSE_WRITING = """() => {
  const begin = IDBDatabase.prototype.transaction;
  window.mendStorage = () => { IDBDatabase.prototype.transaction = begin; };
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    if (mode === 'readwrite') throw new DOMException('dead', 'UnknownError');
    return begin.call(this, stores, mode, options);
  };
}"""
BREAK_JOURNAL = "() => { Worker.prototype.postMessage = function () { this.onerror(); }; }"
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "profile", args=CAMERA)
    yield tablet
    tablet.sleep()


def test_a_rescue_file_brings_everything_once_and_nobody_can_read_it(
    tablet: Tablet, browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    page = tablet.wake()
    coach.sign_in(page, live_server.url, "lee@demo.example")
    coach.install(page)
    before = entries_on_server(live_server)
    tablet.set_offline(True)
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    coach.tick(page, "Goal of the lesson can be seen")
    coach.write_line(page, HEARD)
    coach.expect_all_marks(page, "dot")

    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("link", name="What is waiting").click()
    expect(page.get_by_text("Only the server can read it.")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save rescue file").click()
    file = tmp_path / "rescue.json"
    saving.value.save_as(file)
    expect(page.get_by_text(re.compile("Saved with 3 entries"))).to_be_visible()
    expect(page.get_by_text("3 entries are on this tablet only")).to_be_visible()
    assert re.fullmatch(r"noticing-rescue-[\d-]+\.json", saving.value.suggested_filename)
    saved = json.loads(file.read_text())
    assert "Cookie" not in file.read_text()
    assert all("sealed" in content_of(push) for push in saved["pushes"])

    carrier = browser.new_page()
    assert hand_in(carrier, live_server, file) == ["3 entries were taken."]
    assert HEARD not in carrier.content()
    assert hand_in(carrier, live_server, file) == ["3 entries were here already."]
    carrier.close()
    assert entries_on_server(live_server) == before + 3

    expect(page.get_by_text("3 entries are on this tablet only")).to_be_visible()
    tablet.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Nothing is waiting on this tablet.")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("link", name="Go on").click()
    coach.expect_all_marks(page, "check")
    expect(page.locator(".heard-lines").get_by_text(HEARD)).to_have_count(1)
    assert entries_on_server(live_server) == before + 3


def test_a_photo_goes_with_it_and_is_not_sent_again(
    tablet: Tablet, browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    page = tablet.wake()
    coach.sign_in(page, live_server.url, "lee@demo.example")
    coach.install(page)
    tablet.set_offline(True)
    coach.start_visit(page, "Rivera", "Selective script", present=22)
    take_a_photo(page)
    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("link", name="What is waiting").click()
    expect(page.get_by_text(re.compile(r"3 entries and 1 photo, about \d+ KB"))).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save rescue file").click()
    file = tmp_path / "rescue.json"
    saving.value.save_as(file)
    expect(page.get_by_text(re.compile("Saved with 3 entries and 1 photo"))).to_be_visible()
    (photo,) = json.loads(file.read_text())["photos"]
    assert b"JFIF" not in base64.b64decode(photo["body"])

    changed = json.loads(file.read_text())
    changed["photos"][0]["body"] = base64.b64encode(b"another picture").decode()
    file_changed = tmp_path / "changed.json"
    file_changed.write_text(json.dumps(changed))
    carrier = browser.new_page()
    assert hand_in(carrier, live_server, file_changed)[1].startswith("1 photo could not be taken.")
    assert not photos_on_server(live_server)
    assert hand_in(carrier, live_server, file) == ["3 entries were here already.", "1 photo was taken."]
    carrier.close()
    (kept,) = photos_on_server(live_server)
    assert kept.name == photo["path"].rpartition("/")[2] == hashlib.sha256(kept.read_bytes()).hexdigest()

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    tablet.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Nothing is waiting on this tablet.")).to_be_visible(timeout=30_000)
    assert "HEAD" in sent
    assert "PATCH" not in sent
    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("link", name="Go on").click()
    expect(page.locator(".photo-list li .sign[data-state=check]")).to_be_visible()


def test_marks_that_the_database_refuses_go_with_it_and_are_not_doubled(
    tablet: Tablet, browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    page, before = begin(tablet, live_server)
    page.evaluate(REFUSE_WRITING)
    coach.tick(page, "Goal of the lesson can be seen")
    expect(page.locator(".look-tap .sign[data-state=journal]")).to_have_count(1)
    page.get_by_role("link", name="1 in the reserve: why").click()
    expect(page.get_by_text(re.compile("2 entries, about"))).to_be_visible()
    file = save_from(page, tmp_path)
    expect(page.get_by_text(re.compile("Saved with 2 entries"))).to_be_visible()
    assert came_in(browser, live_server, file) == ["2 entries were taken."]

    page.go_back()
    expect(page.get_by_role("timer")).to_be_visible()
    page.evaluate("() => window.mendStorage()")
    go_online(tablet, page)
    coach.expect_all_marks(page, "check")
    assert entries_on_server(live_server) == before + 2


def test_a_mark_that_is_on_no_disk_goes_with_it_from_the_red_banner(
    tablet: Tablet, browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    page, before = begin(tablet, live_server)
    page.evaluate(REFUSE_WRITING)
    page.evaluate(BREAK_JOURNAL)
    coach.tick(page, "Goal of the lesson can be seen")
    banner = page.get_by_role("alert").filter(has_text="This mark is NOT saved.")
    file = save_from(banner, tmp_path)
    expect(banner.get_by_text(re.compile("Saved with 2 entries"))).to_be_visible()
    assert came_in(browser, live_server, file) == ["2 entries were taken."]

    page.evaluate("() => window.mendStorage()")
    banner.get_by_role("button", name="Try again").click()
    expect(banner).to_have_count(0)
    go_online(tablet, page)
    coach.expect_all_marks(page, "check")
    assert entries_on_server(live_server) == before + 2


def begin(tablet: Tablet, server: LiveServer) -> tuple[Page, int]:
    """A visit without a network, and what the server had before."""
    page = tablet.wake()
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    before = entries_on_server(server)
    tablet.set_offline(True)
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    return page, before


def save_from(place: Page | Locator, folder: Path) -> Path:
    page = place if isinstance(place, Page) else place.page
    with page.expect_download() as saving:
        place.get_by_role("button", name="Save rescue file").click()
    file = folder / "rescue.json"
    saving.value.save_as(file)
    assert len(json.loads(file.read_text())["streams"]) == 1
    return file


def came_in(browser: Browser, server: LiveServer, file: Path) -> list[str]:
    carrier = browser.new_page()
    said = hand_in(carrier, server, file)
    carrier.close()
    return said


def go_online(tablet: Tablet, page: Page) -> None:
    tablet.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")


def take_a_photo(page: Page) -> None:
    page.get_by_role("button", name="Take a photo").click()
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("checkbox", name=re.compile("No student can be recognised")).check()
    page.get_by_label("What it shows, in words").fill("Two pages of sorting tables")
    page.get_by_role("button", name="Save the photo").click()
    expect(page.locator(".photo-list li .sign[data-state=dot]")).to_be_visible()


def photos_on_server(server: LiveServer) -> list[Path]:
    return [file for file in (server.data / "photos").glob("*/*/*") if file.is_file()]


def hand_in(page: Page, server: LiveServer, file: Path) -> list[str]:
    page.goto(f"{server.url}/rescue")
    page.get_by_label("Rescue file").set_input_files(file)
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("ul[role=status]")).to_be_visible()
    return page.locator("ul[role=status] li").all_inner_texts()


def content_of(push: dict[str, str]) -> str:
    return gzip.decompress(base64.b64decode(push["body"])).decode()


def entries_on_server(server: LiveServer) -> int:
    with contextlib.closing(sqlite3.connect(server.data / "noticing.db")) as database:
        count: int = database.execute("select count(*) from log_entry").fetchone()[0]
    return count
