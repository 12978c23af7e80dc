"""`dev.py crash`: kill -9 and power cuts on real browsers and real servers, with a checker that counts what is gone."""

import argparse
import math
import multiprocessing
import os
import queue
import random
import secrets
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crash.keeper import kept_folder
from crash.lazy_disk import reason_without_fuse
from crash.server import Server
from crash.tally import Tally

ROOT = Path(__file__).resolve().parents[3]
GUESS_SECONDS = 4.0  # of a fault, until some were seen
END_SECONDS = 120.0  # after the last fault: sending what is left, and checking
MOST_SENTENCES = 24
QUIET_SECONDS = 10.0  # between two lines where there is no terminal
Lane = Callable[[Callable[[Tally], None]], Tally]


@dataclass(frozen=True)
class Plan:
    """How many faults each part has."""

    browser_kills: int
    sqlite_kills: int
    postgres_kills: int
    browser_cuts: int
    server_cuts: int

    @classmethod
    def divide(cls, kills: int, cuts: int) -> "Plan":
        browsers = math.ceil(kills * 0.5)
        postgres = round((kills - browsers) * 0.4)
        return cls(browsers, kills - browsers - postgres, postgres, math.ceil(cuts / 2), cuts // 2)

    @classmethod
    def give_all_to(cls, part: str, kills: int, cuts: int) -> "Plan":
        if part == "browsers":
            return cls(kills, 0, 0, cuts, 0)
        return cls(0, kills, 0, 0, cuts) if part == "sqlite" else cls(0, 0, kills, 0, 0)

    @property
    def faults(self) -> int:
        return sum(self.lanes.values())

    @property
    def lanes(self) -> dict[str, int]:
        return {
            "browsers": self.browser_kills + self.browser_cuts,
            "servers": self.sqlite_kills + self.postgres_kills + self.server_cuts,
        }


def main(argv: Sequence[str] | None = None) -> int:
    options = read_options(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.chdir(ROOT)
    tree = options.tree.resolve()
    sys.path.insert(0, str(tree / "server"))
    os.environ["PYTHONPATH"] = str(tree / "server")
    with kept_folder() as folder:
        without_cuts = reason_without_fuse(folder / "proof")
        cuts = 0 if without_cuts else options.cuts
        plan = (
            Plan.give_all_to(options.only, options.kills, cuts)
            if options.only
            else Plan.divide(options.kills, cuts)
        )
        tally = Run(folder, plan, options).go()
    print("\r\033[K" if sys.stdout.isatty() else "", end="")
    if (more := len(tally.lost) + len(tally.stalled) - MOST_SENTENCES) > 0:
        print(f"… and {more} more")
    print(tally.verdict(options.seed, without_cuts, plan.faults, options.minutes), flush=True)
    return 0 if tally.is_clean and tally.faults else 1


def read_options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=60, help="kill -9, of browsers and of servers (60)")
    parser.add_argument("--cuts", type=int, default=20, help="power cuts, where FUSE can be mounted (20)")
    parser.add_argument(
        "--minutes", type=float, default=25, help="begins no fault that would come later (25)"
    )
    parser.add_argument("--only", choices=("browsers", "sqlite", "postgres"), help="all of it there")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of what happens when")
    parser.add_argument("--tree", type=Path, default=ROOT, help="another checkout of the product, built")
    return parser.parse_args(argv)


class Run:
    """Two lanes side by side, browsers and servers, each a process of its own."""

    def __init__(self, folder: Path, plan: Plan, options: argparse.Namespace) -> None:
        self.folder, self.plan, self.options = folder, plan, options
        self.started = time.monotonic()
        self.until = self.started + options.minutes * 60
        self.tallies = {name: Tally() for name in plan.lanes}
        self.said_at = 0.0
        self.told: list[str] = []

    def go(self) -> Tally:
        demo = Server(self.folder / "demo", self.folder / "demo.log", "--demo")
        demo.start().terminate()
        context = multiprocessing.get_context("spawn")
        news: Any = context.Queue()
        lanes = {
            name: context.Process(
                target=run_lane, args=(name, self.folder, self.plan, self.options.seed, self.until, news)
            )
            for name, faults in self.plan.lanes.items()
            if faults
        }
        for lane in lanes.values():
            lane.start()
        self._listen(news, set(lanes))
        total = Tally()
        for tally in self.tallies.values():
            total.add(tally)
        return total

    def _listen(self, news: Any, running: set[str]) -> None:
        while running:
            try:
                name, tally, is_over = news.get(timeout=1)
            except queue.Empty:
                if time.monotonic() > self.until + END_SECONDS:
                    for late in running:
                        self.tallies[late].stalled.append(f"the {late} did not come to an end")
                    self._tell_news()
                    return
            else:
                self.tallies[name] = tally
                running -= {name} if is_over else set()
                self._tell_news()
            self._say()

    def _tell_news(self) -> None:
        """What was found is said at once: whoever ends the run has seen it."""
        for tally in self.tallies.values():
            for sentence in (*tally.lost, *tally.stalled):
                if sentence not in self.told and len(self.told) < MOST_SENTENCES:
                    self.told.append(sentence)
                    print("\r\033[K" if sys.stdout.isatty() else "", sentence, sep="", flush=True)

    def _say(self) -> None:
        is_terminal = sys.stdout.isatty()
        if not is_terminal and time.monotonic() - self.said_at < QUIET_SECONDS:
            return
        self.said_at = time.monotonic()
        done = sum(tally.faults for tally in self.tallies.values())
        dots, lost = (
            sum(each) for each in zip(*((t.dots, len(t.lost)) for t in self.tallies.values()), strict=True)
        )
        text = f"{done} of {self.plan.faults} faults, {dots:,} dots, {lost} lost, {self._left()}"
        print(f"\r\033[K{text}" if is_terminal else text, end="" if is_terminal else "\n", flush=True)

    def _left(self) -> str:
        seconds = 0.0
        for name, faults in self.plan.lanes.items():
            done = self.tallies[name].faults
            pace = (time.monotonic() - self.started) / done if done > 3 else GUESS_SECONDS
            seconds = max(seconds, (faults - done) * pace)
        seconds = min(seconds, max(0.0, self.until - time.monotonic()))
        return f"about {seconds:.0f} s left" if seconds else "checking"


def run_lane(name: str, folder: Path, plan: Plan, seed: int, until: float, news: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    tallies: list[Tally] = []
    told = Tally()

    def tell(tally: Tally, is_over: bool = False) -> None:
        nonlocal told
        told = tally
        total = Tally()
        for each in (*tallies, tally):
            total.add(each)
        news.put((name, total, is_over))

    try:
        for part in parts_of(name, folder, plan, random.Random(f"{seed} {name}"), until):
            tallies.append(part(tell))
            told = Tally()
        tell(Tally(), is_over=True)
    except BaseException:  # noqa: BLE001 - it is said, and counts as a failure
        told.stalled.append(f"the {name} broke off: {traceback.format_exc()}")
        tell(told, is_over=True)


def parts_of(name: str, folder: Path, plan: Plan, rng: random.Random, until: float) -> list[Lane]:
    from crash.browser_lane import run_browsers
    from crash.server_lane import run_postgres, run_sqlite

    place, demo = folder / name, folder / "demo"
    if name == "browsers":
        return [
            lambda tell: run_browsers(place, demo, plan.browser_kills, plan.browser_cuts, rng, until, tell)
        ]
    parts: list[Lane] = []
    if plan.sqlite_kills or plan.server_cuts:
        parts.append(
            lambda tell: run_sqlite(place, demo, plan.sqlite_kills, plan.server_cuts, rng, until, tell)
        )
    if plan.postgres_kills:
        parts.append(lambda tell: run_postgres(place, plan.postgres_kills, rng, until, tell))
    return parts
