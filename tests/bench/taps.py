"""From a finger's leaving the glass to the dot: in the real app, beside bare IndexedDB in the same page."""

import time
from collections import defaultdict
from collections.abc import Iterator

from playwright.sync_api import CDPSession, Page, expect

from bench.figures import Figures, compare, describe
from e2e import coach
from e2e.tablet import Tablet

TAPS = 40  # in each cell of each round
WARM_UP = 5
TOUCH_SECONDS = 0.06  # so long a finger rests; one that lifts at once waits for its coming to be drawn
TEACHER, PROTOCOL = "Rivera", "Lesson clarity"
THROTTLES = {"1x": 1, "6x": 6}
NETWORKS = ("offline", "syncing")
YARDSTICKS = {
    "relaxed": "bare put, relaxed",
    "strict": "bare put, strict",
    "log": "append to the app's log, no screen",
}
NAMES = {
    **YARDSTICKS,
    "complete": "tap to transaction complete",
    "dot": "tap to dot in the page",
    "frame": "tap to dot painted (60 Hz alone: up to 16.7)",
}
BARE = "strict"
OVER_BARE = ("log", "complete", "dot", "frame")  # what is told as so many times that put
Times = dict[str, list[float]]
Cells = dict[str, dict[str, dict[str, float]]]


class Tapping:
    """Rounds of taps; each round is a new visit, and in it every cell comes once, each time in another order."""

    def __init__(self, tablet: Tablet, page: Page, script: str) -> None:
        self.tablet = tablet
        self.page = page
        self.script = script
        self.browser: CDPSession = page.context.new_cdp_session(page)
        self.times: dict[str, Times] = defaultdict(lambda: defaultdict(list))
        self.rounds = 0

    def go_round(self) -> None:
        begin_visit(self.page)
        self.page.evaluate(self.script)
        for number in range(WARM_UP):
            self._tap(number)
        for network, slowness in self._cells():
            self._tap_in_cell(network, slowness)
        self.rounds += 1

    def figures(self) -> Figures:
        cells: Cells = {
            name: {what: describe(times) for what, times in cell.items()} for name, cell in self.times.items()
        }
        return {
            "cells": cells,
            "over_bare_strict_put": compare_with_bare(cells),
            "tap_to_dot_over_yardstick": compare_with_yardsticks(cells),
            "tap_to_dot_between_cells": compare_cells(cells),
            "rounds": self.rounds,
        }

    def _cells(self) -> Iterator[tuple[str, str]]:
        cells = [(network, slowness) for network in NETWORKS for slowness in THROTTLES]
        first = self.rounds % len(cells)
        yield from cells[first:] + cells[:first]

    def _tap_in_cell(self, network: str, slowness: str) -> None:
        self.tablet.set_offline(network == "offline")
        self.browser.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLES[slowness]})
        times = self.times[f"{network} {slowness}"]
        try:
            for number in range(TAPS):
                if network == "syncing":
                    self.page.evaluate("noticing_bench.talkNow()")
                for what, milliseconds in self._tap(number).items():
                    times[what].append(milliseconds)
        finally:
            self.browser.send("Emulation.setCPUThrottlingRate", {"rate": 1})
            self.tablet.set_offline(False)

    def _tap(self, number: int) -> dict[str, float]:
        place = self.page.evaluate("number => noticing_bench.watch(number)", number)
        self._touch(place)
        measured: dict[str, float] = self.page.evaluate(TAPPED, take_turns(number))
        return measured

    def _touch(self, place: dict[str, float]) -> None:
        for kind, points in (("touchStart", [place]), ("touchEnd", [])):
            self.browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            time.sleep(TOUCH_SECONDS)


TAPPED = """async (order) => {
  const { complete_ms, dot_ms, frame_ms } = await noticing_bench.tapped();
  return { complete: complete_ms, dot: dot_ms, frame: frame_ms, ...await noticing_bench.measure(order) };
}"""


def begin_visit(page: Page) -> None:
    page.goto(page.url.partition("#")[0] + "#/")
    coach.start_visit(page, TEACHER, PROTOCOL, present=22)
    expect(page.locator(".look-tap").first).to_be_visible()


def compare_with_bare(cells: Cells) -> Figures:
    return {
        name: {what: compare(cell[what], cell[BARE]) for what in OVER_BARE} for name, cell in cells.items()
    }


def compare_with_yardsticks(cells: Cells) -> Figures:
    return {
        name: {yardstick: compare(cell["dot"], cell[yardstick]) for yardstick in YARDSTICKS}
        for name, cell in cells.items()
    }


def compare_cells(cells: Cells) -> Figures:
    slow, busy = list(THROTTLES), list(NETWORKS)
    pairs = [(f"{network} {slow[1]}", f"{network} {slow[0]}") for network in NETWORKS]
    pairs += [(f"{busy[1]} {slowness}", f"{busy[0]} {slowness}") for slowness in THROTTLES]
    return {f"{one} / {other}": compare(cells[one]["dot"], cells[other]["dot"]) for one, other in pairs}


def take_turns(number: int) -> list[str]:
    """Each yardstick is first as often as the others."""
    names = list(YARDSTICKS)
    first = number % len(names)
    return names[first:] + names[:first]
