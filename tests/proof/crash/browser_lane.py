"""Browsers die under a coach's fingers, on both of Chromium's IndexedDB backends. What she was shown must stay."""

import contextlib
import json
import random
import shutil
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error, Playwright, TimeoutError, sync_playwright

from crash.glass import Place
from crash.lazy_disk import LazyDisk
from crash.person import PASSWORD
from crash.release import GONE, OTHER_BUILD, Release
from crash.server import Server
from crash.server_lane import Tell, shuffled
from crash.server_log import ServerLog, plain, read_sqlite
from crash.tablet import PROTOCOL, SQLITE, Tablet
from crash.tally import Tally

BACKENDS: dict[str, tuple[str, ...]] = {"LevelDB": (), "SQLite": (SQLITE,)}
COACH = "lee@demo.example"
FIRST_DOTS = 3
BEGIN_SECONDS = 15
LARGE_VISIT = 240  # taps, then comes another
REOPEN_SECONDS = 10
SETTLE_SECONDS = 45
REOPENED = 4
TWO_TABS, SLOW_DISK = 0.35, 0.35  # of the faults
UPDATED_EVERY = 2  # faults; at the first, the worker of the first build is hardly there
KINDS = ("browser", "browser", "browser", "renderer", "renderer", "storage service")  # of what is killed


class Coach:
    """One tablet, its disk, and what may be expected of both."""

    def __init__(
        self, tablet: Tablet, disk: LazyDisk | None, database: Path, release: Release, rng: random.Random,
        tally: Tally,
    ) -> None:  # fmt: skip
        self.tablet, self.disk, self.database, self.release = tablet, disk, database, release
        self.rng, self.tally = rng, tally
        self.suffered = 0
        self.known: dict[str, str] = {}  # entry_id -> hash, of all that this tablet's log ever held
        self.streams: set[str] = set()  # of that log
        self.number = 0
        self.name = ""

    def begin(self) -> None:
        self.tablet.wake()
        self.tablet.open_page()
        self.tablet.sign_in(COACH, PASSWORD)
        self.tablet.begin_visit()

    def suffer(self, fault: str) -> None:
        """Taps until it strikes, looks what is left, and goes on."""
        self.name = f"{fault} {self.tally.faults + 1}"
        self.suffered += 1
        if self.suffered % UPDATED_EVERY == 0:
            self._be_updated()
        if self.disk:
            self.disk.slow_down(is_slow=self.rng.random() < SLOW_DISK)
        if self.rng.random() < TWO_TABS:
            self._open_second()
        self._tap_until_struck(fault)
        self.tally.slow_disk += self.disk is not None and self.disk.slow_syncs > 0
        self._reopen(fault)
        self._expect_what_was_shown()
        if fault == "cut":
            self.tally.cuts += 1
        else:
            self.tally.kills += 1
        if self.tablet.visit_taps > LARGE_VISIT:
            self.settle()
            self.tablet.begin_visit()

    def settle(self) -> None:
        """With a network, everything in this tablet's log is soon on the server, byte for byte."""
        self._remember()
        if waiting := self._wait_for_server():
            self.tally.stalled.append(
                f"before {self.name}: {len(waiting)} entries did not reach the server in {SETTLE_SECONDS} s"
            )

    def _wait_for_server(self) -> list[str]:
        until = time.monotonic() + SETTLE_SECONDS
        while (waiting := self._not_on_server()) and time.monotonic() < until:
            self.tablet.page.wait_for_timeout(200)
        return waiting

    def end(self) -> None:
        self.settle()
        self.tablet.page.wait_for_timeout(300)  # the last checks appear
        self.tablet.kill()
        self.tablet.forget()
        if self.disk:
            self.disk.cut()

    def _be_updated(self) -> None:
        """A new version is found in the middle of a visit: it waits, and the page goes on as it is."""
        became = self.release.arrive(self.tablet.page)
        self.tally.updates += became == "it waits"
        if became not in ("it waits", "no worker", GONE):
            self.tally.lose(f"before {self.name}, a new version came in the middle of a visit: {became}")

    def _open_second(self) -> None:
        try:
            self.tablet.open_second()
        except TimeoutError:
            self.tally.stalled.append(f"before {self.name}: a second tab does not show the visit")
        except Error:  # as in `_reopen`: then the fault strikes at what there is
            pass

    def _tap_until_struck(self, fault: str) -> None:
        told = self.tablet.glass.told.copy()
        shown, is_flapping = self.tablet.glass.dots.total(), self.rng.random() < 0.4
        has_begun = threading.Event()
        strike = threading.Thread(
            target=self._strike, args=[fault, has_begun, self.rng.uniform(0.1, 1.2)], daemon=True
        )
        strike.start()
        with contextlib.suppress(Error):  # it is dead
            while strike.is_alive():
                self._tap()
                if is_flapping and self.number % 7 == 0 and self.tablet.context:
                    with self.tablet.impatient():
                        self.tablet.context.set_offline(self.rng.random() < 0.5)
                if self.tablet.glass.dots.total() >= shown + FIRST_DOTS:
                    has_begun.set()
            for _ in range(6 if fault == "storage service" else 0):  # the page lives, and goes on
                self._tap()
        strike.join()
        self.tally.two_tabs += all(self.tablet.glass.told[tab] > told[tab] for tab in (0, 1))

    def _tap(self) -> None:
        """At either tab, where there are two."""
        self.number += 1
        with self.tablet.impatient():
            self.tablet.tap(self.number, self.rng.choice([tab for tab in self.tablet.tabs if tab.places]))

    def _strike(self, fault: str, has_begun: threading.Event, seconds: float) -> None:
        """At some moment after the first dots, whatever the page is doing then."""
        has_begun.wait(BEGIN_SECONDS)
        time.sleep(seconds)
        if fault == "cut" and self.disk:
            self.disk.cut()
            self.tablet.kill()
        else:
            self.tablet.kill(None if fault == "browser" else fault)

    def _reopen(self, fault: str) -> None:
        if fault in ("cut", "browser"):
            self.tablet.forget()
            if fault == "cut" and self.disk:
                self.disk.tear(self.rng)
                self.disk.mount()
            self.tablet.wake()
        for more in reversed(range(REOPENED)):
            try:
                self._open_visit()
            except Error:  # Chromium itself hangs or dies now and then: it is killed once more
                if more == 0:
                    raise
                self.tablet.kill()
                self.tablet.forget()
                self.tablet.wake()
            else:
                break

    def _open_visit(self) -> None:
        self.tablet.open_page()
        try:
            self.tablet.find_tallies()
        except TimeoutError:
            shown = sum(self.tablet.glass.of_visit(self.tablet.visit).values())
            self.tally.lose(f"after {self.name}: the whole visit is gone, with {shown} dots")
            self.tablet.begin_visit()

    def _expect_what_was_shown(self) -> None:
        tablet = self.tablet
        shown = tablet.glass.of_visit(tablet.visit)
        until = time.monotonic() + REOPEN_SECONDS
        while True:
            counts = tablet.counts()
            gone = {item: n - counts.get(item, 0) for item, n in shown.items() if counts.get(item, 0) < n}
            if not gone or time.monotonic() > until:
                break
            tablet.page.wait_for_timeout(50)
        for item, count in gone.items():
            self.tally.lose(f"after {self.name}: {count} of {shown[item]} dots of “{item}” are gone")
            tablet.glass.dots[tablet.visit, item] -= count  # said once
        for item, count in counts.items():
            if count > tablet.glass.taps[tablet.visit, item]:
                self.tally.lose(f"after {self.name}: “{item}” counts {count}, more than was tapped")
        self._remember()

    def _remember(self) -> None:
        """The log keeps what it held, without holes."""
        log = self.tablet.device_log()
        held = {entry_id: digest for _stream, _seq, entry_id, digest in log["entries"]}
        streams: dict[str, list[int]] = {}
        for stream_id, seq, _entry_id, _digest in log["entries"]:
            streams.setdefault(stream_id, []).append(seq)
        if self.streams.isdisjoint(streams) and self.known:
            self._expect_all_on_server()
        for entry_id in self.known.keys() - held.keys():
            self.tally.lose(f"after {self.name}: entry {entry_id} has left the log")
        for stream_id, numbers in streams.items():
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                self.tally.lose(f"after {self.name}: stream {stream_id} has holes")
            if log["acknowledged"].get(stream_id, 0) > len(numbers):
                self.tally.lose(f"after {self.name}: stream {stream_id} has a check on what it does not hold")
        self.known, self.streams = held, set(streams)

    def _expect_all_on_server(self) -> None:
        """The browser threw its whole database away: all that was in it comes from the second journal, or had come."""
        self.tally.thrown_away += 1
        for entry_id in self._wait_for_server():
            self.tally.lose(f"after {self.name}: entry {entry_id} went with the browser's database")
        self.known = {}

    def _not_on_server(self) -> list[str]:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as base:
            there = dict(base.execute("SELECT entry_id, hex(body_hash) FROM log_entry").fetchall())
        on_server = {plain(entry_id): digest.lower() for entry_id, digest in there.items()}
        return [entry_id for entry_id, digest in self.known.items() if on_server.get(entry_id) != digest]


def run_browsers(
    place: Path, demo: Path, kills: int, cuts: int, rng: random.Random, until: float, tell: Tell
) -> Tally:
    place.mkdir()
    tally = Tally()
    data = shutil.copytree(demo, place / "school")
    release = Release(place / "built")
    server = Server(data, place / "server.log", "--demo")
    server.program = [Path(sys.executable), OTHER_BUILD]
    server.start()
    coaches = []
    try:
        with sync_playwright() as playwright:
            for number, backend in enumerate(BACKENDS):
                part = Part(kills, cuts, number)
                if part.kills + part.cuts == 0:
                    continue
                coach = meet(
                    playwright, place / backend, server, BACKENDS[backend], release, rng, tally, part.cuts > 0
                )
                coaches.append(coach)
                go_through(coach, part, rng, until, lambda: tell(count(tally, coaches)))
        server.terminate()
        log = read_sqlite(data / "noticing.db")
        tally.lose(*log.faults())
        for coach in coaches:
            tally.lose(*faults_on_server(coach, log))
        return count(tally, coaches)
    finally:
        server.kill()


class Part:
    """One backend's half of the faults."""

    def __init__(self, kills: int, cuts: int, number: int) -> None:
        self.kills = (kills + 1 - number) // 2
        self.cuts = (cuts + number) // 2


def meet(
    playwright: Playwright, place: Path, server: Server, options: tuple[str, ...], release: Release,
    rng: random.Random, tally: Tally, has_cuts: bool,
) -> Coach:  # fmt: skip
    disk = LazyDisk(place).mount() if has_cuts else None
    folder = disk.folder if disk else place
    tablet = Tablet(playwright, folder / "profile", place / "cache", server.url, options)
    return Coach(tablet, disk, server.data / "noticing.db", release, rng, tally)


def go_through(coach: Coach, part: Part, rng: random.Random, until: float, tell: Callable[[], None]) -> None:
    try:
        coach.begin()
        for fault in shuffled(rng, {"kill": part.kills, "cut": part.cuts}):
            if time.monotonic() > until:
                break
            coach.suffer(rng.choice(KINDS) if fault == "kill" else fault)
            tell()
        coach.end()
    except Error as error:
        coach.tally.stalled.append(f"after {coach.name}: the app cannot be used any more: {str(error)[:300]}")
        coach.tablet.kill()
        coach.tablet.forget()
        if coach.disk:
            coach.disk.cut()


def count(tally: Tally, coaches: list[Coach]) -> Tally:
    tally.dots = sum(coach.tablet.glass.dots.total() for coach in coaches)
    tally.checks = sum(coach.tablet.glass.checks.total() for coach in coaches)
    return tally


def faults_on_server(coach: Coach, log: ServerLog) -> list[str]:
    """At the end: every dot and every check is on the server, and nothing that was not tapped."""
    there: Counter[Place] = Counter()
    prompts = prompts_of(log)
    for entries in log.accepted.values():
        for body in entries.values():
            entry = json.loads(body)
            if entry["kind"] == "count.added":
                there[entry["subject_id"], prompts[entry["item_key"]]] += 1
    glass, found = coach.tablet.glass, []
    for place, shown in glass.dots.items():
        if there[place] < shown:
            found.append(f"{shown - there[place]} dots of “{place[1]}” never came to the server")
        if there[place] < glass.checks[place]:
            found.append(f"{glass.checks[place] - there[place]} checks of “{place[1]}” stand for nothing")
        if there[place] > glass.taps[place]:
            found.append(f"“{place[1]}” is on the server {there[place]} times, more often than it was tapped")
    return found + [f"“{item}” was set aside" for _visit, item in glass.aside]


def prompts_of(log: ServerLog) -> dict[str, str]:
    """item_key -> prompt, of the protocol that is tapped at."""
    from noticing.protocols.loader import load_all

    documents = [one.document for one in load_all().values() if one.document["title"] == PROTOCOL]
    return {
        item["key"]: item["prompt"] for one in documents for part in one["sections"] for item in part["items"]
    }
