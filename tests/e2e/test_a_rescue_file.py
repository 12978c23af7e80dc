"""No network comes: somebody carries what is on the tablet to the server in a file."""

import base64
import contextlib
import gzip
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import coach
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

HEARD = "Zebras graze quietly"


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "profile")
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
