"""A Chromium on a profile of its own, and the ways in which it can die."""

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Cookie, Error, Page, Playwright, ViewportSize, expect

from browser import chromium_options
from crash.glass import Glass, Place
from crash.keeper import processes_of

SIZE: ViewportSize = {"width": 1180, "height": 820}
# By both names that Chromium has had for it; one that it does not know is nothing to it.
SQLITE = "--enable-features=IdbSqliteOnDiskRollout,IdbSqliteBackingStore"
# A spare renderer is killed with the others, and a page that is given a dead one never comes. The switch takes the
# place of Playwright's own: what of that matters here is said again.
NO_SPARE = (
    "--disable-features=SpareRendererForSitePerProcess,HttpsUpgrades,Translate,MediaRouter,PaintHolding"
)
DEVICE_LOG = Path(__file__).with_name("device_log.js").read_text("utf-8")
TEACHER, PROTOCOL = "Rivera", "Responses and feedback"
GONE_SECONDS = 10
PATIENCE_MS = 20_000
MISSES = 3
PARTS = {
    "renderer": b"--type=renderer",
    "storage service": b"--utility-sub-type=storage.mojom.StorageService",
}


@dataclass
class Tab:
    page: Page
    places: list[tuple[str, float, float]] = field(default_factory=list)  # item, x, y


class Tablet:
    """`wake()` opens the browser; `visit` is the observation that is being tapped at, in one tab or in two."""

    def __init__(
        self, playwright: Playwright, profile: Path, cache: Path, url: str, options: tuple[str, ...]
    ) -> None:
        self.playwright, self.profile, self.cache, self.url = playwright, profile, cache, url
        self.options = options
        self.glass = Glass()
        self.context: BrowserContext | None = None
        self.tabs: list[Tab] = []
        self.cookies: list[Cookie] = []
        self.visit = ""
        self.visit_taps = 0

    def wake(self) -> None:
        for left_over in self.profile.glob("Singleton*"):
            left_over.unlink()
        options: dict[str, Any] = chromium_options()
        options["args"] = [*options["args"], *self.options, NO_SPARE, f"--disk-cache-dir={self.cache}"]
        self.context = self.playwright.chromium.launch_persistent_context(
            self.profile, viewport=SIZE, has_touch=True, locale="en-US", timezone_id="America/New_York", **options
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_cookies(self.cookies)  # type: ignore[arg-type]

    @property
    def page(self) -> Page:
        """The first tab's."""
        return self.tabs[0].page

    def open_page(self) -> None:
        """The app in a page that tells what it shows, on the visit that was being tapped at."""
        assert self.context
        self.tabs = []
        page = self._open_tab()
        for other in self.context.pages:
            with contextlib.suppress(Exception):  # one whose renderer was killed
                if other is not page:
                    other.close()
        with self.impatient():
            self.context.set_offline(False)  # to a dead page it could not be said

    def open_second(self) -> None:
        """Another tab of the same profile on the same visit."""
        self._open_tab()
        self.find_tallies()

    def _open_tab(self) -> Page:
        page = self._new_page()
        self.glass.watch(page, len(self.tabs))
        self.tabs.append(Tab(page))
        page.goto(f"{self.url}/app/#/{f'capture/{self.visit}' if self.visit else ''}")
        return page

    def _new_page(self) -> Page:
        """The browser may give it a spare renderer that was killed with the others: then the next one lives.

        Or it waits for that one for ever.
        """
        assert self.context
        with self.impatient():
            for _ in range(3):
                with contextlib.suppress(Error):
                    return self.context.new_page()
                if not self.is_alive():
                    break
            raise Error("the browser gives no new page")

    @contextlib.contextmanager
    def impatient(self) -> Iterator[None]:
        """What has no time limit of its own and may wait for a dead renderer ends in `Error`: the browser is killed."""
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(PATIENCE_MS / 1000):
                self.kill()

        threading.Thread(target=watch, daemon=True).start()
        try:
            yield
        finally:
            is_over.set()

    def sign_in(self, email: str, password: str) -> None:
        assert self.context
        page = self.page
        page.goto(f"{self.url}/sign-in?next=/app/")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("link", name="Start a visit", exact=True)).to_be_visible()
        self.cookies = self.context.cookies()

    def begin_visit(self) -> None:
        self.page.goto(f"{self.url}/app/#/start")
        self._choose(TEACHER)
        self._choose(PROTOCOL)
        self.page.get_by_label("Students present today", exact=True).fill("22")
        self.page.get_by_role("button", name="Begin").click()
        self.find_tallies()
        self.visit = self.page.url.rpartition("/")[2]
        self.visit_taps = 0

    def _choose(self, name: str) -> None:
        """The list may still move under the finger while people and protocols arrive."""
        choice = self.page.get_by_role("radio", name=re.compile(name))
        for _ in range(MISSES):
            with contextlib.suppress(Error):
                choice.check(force=True)
                return
        expect(choice).to_be_checked()

    def find_tallies(self) -> None:
        """In the tab that was opened last."""
        tab = self.tabs[-1]
        tab.page.locator(".tally-tap").first.wait_for()
        tab.places = [
            (item, x, y)
            for item, x, y in tab.page.evaluate(
                """() => [...document.querySelectorAll('.tally')].map((tally) => {
                  const box = tally.querySelector('.tally-tap').getBoundingClientRect();
                  return [tally.querySelector('.tally-prompt').textContent, box.x + 40, box.y + box.height / 2];
                })"""
            )
            if y < SIZE["height"] - 120  # the foot lies over what is further down
        ]

    def tap(self, number: int, tab: Tab) -> None:
        item, x, y = tab.places[number % len(tab.places)]
        place: Place = (self.visit, item)
        self.glass.taps[place] += 1  # before: whether it arrived is not known when it fails
        self.visit_taps += 1
        tab.page.touchscreen.tap(x, y)

    def counts(self) -> dict[str, int]:
        """What the app itself shows of the visit, from its own log."""
        found: list[tuple[str, int]] = self.page.evaluate(
            """() => [...document.querySelectorAll('.tally')].map((tally) => [
              tally.querySelector('.tally-prompt').textContent,
              Number(tally.querySelector('.tally-count').textContent),
            ])"""
        )
        return dict(found)

    def device_log(self) -> dict[str, Any]:
        log: dict[str, Any] = self.page.evaluate(DEVICE_LOG)
        return log

    def kill(self, part: str | None = None) -> None:
        """kill -9 of every process of it, or of its renderers or its storage service only. From any thread."""
        ours = processes_of(f"--user-data-dir={self.profile}")
        for process in ours:
            with contextlib.suppress(OSError):
                if part is None or PARTS[part] in Path(f"/proc/{process}/cmdline").read_bytes():
                    os.kill(process, signal.SIGKILL)

    def is_alive(self) -> bool:
        return bool(processes_of(f"--user-data-dir={self.profile}"))

    def forget(self) -> None:
        """After its processes were killed: what Playwright still holds of it."""
        until = time.monotonic() + GONE_SECONDS
        while self.is_alive() and time.monotonic() < until:
            self.kill()
            time.sleep(0.02)
        if self.context:
            with contextlib.suppress(Exception):  # a killed browser cannot say goodbye
                self.context.close()
            self.context = None
