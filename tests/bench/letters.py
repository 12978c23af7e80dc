"""A teacher's letter (PDF) through the server's own door: from a fresh process, warm, and printed by Chromium."""

import http.client
import re
import time
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from bench.figures import Figures, describe, middle, ratio
from bench.school import TEACHER, sign_in
from live_server import LiveServer

WARM, PRINTS = 10, 5
PATIENCE_SECONDS = 60
NAMES = {"cold": "fresh process", "warm": "warm process", "chromium": "Chromium's print of the notes page"}


class Letters:
    """The demo's shared visit, for its teacher. The server is stopped and started again and again."""

    def __init__(self, page: Page, server: LiveServer) -> None:
        self.page = page
        self.server = server
        self.address = find_notes(page, server.url)
        self.cookie = read_cookie(page)
        self.times: dict[str, list[float]] = {"cold": [], "warm": [], "chromium": []}
        self.bytes: dict[str, int] = {}

    def make_cold(self) -> None:
        """By a new process that has answered nothing yet but whether it is well."""
        self.server.stop()
        self.server.start()
        self.times["cold"].append(self._fetch())

    def make_warm(self) -> None:
        for _ in range(WARM):
            self.times["warm"].append(self._fetch())

    def print_by_chromium(self) -> None:
        self.page.goto(self.address)
        for _ in range(PRINTS):
            started = time.perf_counter()
            self.bytes["chromium"] = len(self.page.pdf(format="Letter", tagged=True))
            self.times["chromium"].append((time.perf_counter() - started) * 1000)

    def figures(self) -> Figures:
        typical = {name: middle(times) for name, times in self.times.items() if times}
        pairs = [("cold", "warm"), ("warm", "chromium"), ("cold", "chromium")]
        ratios = {
            f"{NAMES[one]} / {NAMES[other]}": ratio(typical[one], typical[other])
            for one, other in pairs
            if one in typical and other in typical
        }
        times = {
            name: {**describe(times), "middle": typical[name]} for name, times in self.times.items() if times
        }
        return {"ms": times, "ratios": ratios, "bytes": self.bytes}

    def _fetch(self) -> float:
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=PATIENCE_SECONDS)
        started = time.perf_counter()
        connection.request("GET", f"{place.path}.pdf", headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        letter = answer.read()
        milliseconds = (time.perf_counter() - started) * 1000
        connection.close()
        assert answer.status == 200, f"{answer.status}: {letter[:300]!r}"
        assert letter.startswith(b"%PDF"), letter[:60]
        self.bytes["letter"] = len(letter)
        return milliseconds


def find_notes(page: Page, url: str) -> str:
    """The address of the notes that the demo's teacher finds first."""
    sign_in(page, url, TEACHER, "/notes")
    notes = page.locator("main a[href*='/notes/']")
    expect(notes.first).to_be_visible()
    addresses = [str(link.get_attribute("href")) for link in notes.all()]
    return url + next(address for address in addresses if re.fullmatch(r"/notes/[0-9a-f-]{36}", address))


def read_cookie(page: Page) -> str:
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
