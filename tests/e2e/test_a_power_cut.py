"""What a power cut leaves of the browser's own files, and what becomes of it at the start after the next."""

import importlib
import json
import shutil
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coach import expect_all_marks, install, sign_in, start_visit
from playwright.sync_api import Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

PATIENCE_SECONDS = 15
PROOF = Path(__file__).parents[1] / "proof"
DEVICE_LOG = (PROOF / "crash/device_log.js").read_text("utf-8")
HEAD = struct.Struct("<II")  # of a record: length and CRC-32 of what follows
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


@pytest.fixture
def lazy_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """On whose disk side lies nothing but what was synced."""
    monkeypatch.syspath_prepend(PROOF)
    of_crash = importlib.import_module("crash.lazy_disk")
    if reason := of_crash.reason_without_fuse(tmp_path / "tried"):
        pytest.skip(f"no lazy file system here: {reason}")
    disk = of_crash.LazyDisk(tmp_path / "lazy").mount()
    yield disk
    disk.cut()
    of_crash.unmount(disk.folder)


def tap(tablet: Tablet, server: LiveServer, times: int) -> Page:
    page = tablet.wake()
    sign_in(page, server.url, "lee@demo.example")
    install(page)
    tablet.set_offline(True)
    start_visit(page, "Rivera", "Lesson clarity", present=22)
    for place in range(times):
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
    page = tap(tablet, live_server, 3)
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
    page = tap(tablet, live_server, 3)
    address = page.url
    tablet.kill()
    files, databases = (tablet.profile / "Default" / name for name in ("File System", "IndexedDB"))
    shutil.rmtree(files)
    page = wake_offline(tablet, address)
    expect_all_marks(page, "dot")
    wait_until_written(files, 4)  # the visit and its three marks
    tablet.kill()
    shutil.rmtree(databases)
    page = tablet.wake()
    assert tablet.context
    tablet.context.clear_cookies()  # the session's, where the browser had put it on the disk by then
    sign_in(page, live_server.url, "lee@demo.example")
    expect(page.get_by_role("link", name="Start a visit", exact=True)).to_be_visible()
    page.goto(address)
    expect(page.locator(".look-tap .sign[data-state=check]")).to_have_count(3, timeout=15_000)


def wait_until_written(files: Path, entries: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while len(journal_in(files)) < entries and time.monotonic() < until:
        time.sleep(0.05)
    assert len(journal_in(files)) == entries


def test_marks_in_the_second_journal_are_synced_one_by_one(
    playwright: Playwright, live_server: LiveServer, lazy_disk: Any, tmp_path: Path
) -> None:
    cache = f"--disk-cache-dir={tmp_path / 'cache'}"
    tablet = Tablet(playwright, lazy_disk.folder / "profile", args=[cache])
    try:
        page = tap(tablet, live_server, 5)
        log = sorted(page.evaluate(DEVICE_LOG)["entries"], key=lambda entry: entry[1])
        marks = {entry_id: digest for _stream, _seq, entry_id, digest in log[-5:]}
        assert len(marks) == 5
        files = lazy_disk.disk / "profile/Default/File System"
        until = time.monotonic() + PATIENCE_SECONDS
        while not (synced := journal_in(files)).items() >= marks.items() and time.monotonic() < until:
            time.sleep(0.05)
        assert synced.items() >= marks.items(), f"{len(marks.keys() & synced.keys())} of 5 are on the disk"
    finally:
        tablet.kill()


def journal_in(files: Path) -> dict[str, str]:
    """entry_id -> hash of every whole record in the browser's private files; see pwa/src/journal/record.ts."""
    return dict(record for file in files.glob("*/t/[0-9][0-9]/*") for record in records_of(file.read_bytes()))


def records_of(content: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at + HEAD.size < len(content):
        length, checksum = HEAD.unpack_from(content, at)
        record = content[at + HEAD.size : at + HEAD.size + length]
        if len(record) < length or zlib.crc32(record) != checksum:
            return
        head = json.loads(record[: record.index(0)])
        yield head["entry_id"], head["hash"]
        at += HEAD.size + length
