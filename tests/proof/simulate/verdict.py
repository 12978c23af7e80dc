"""Adds up what schedules found, and says it."""

import time
from collections import Counter
from typing import Any, TextIO

ENOUGH_TO_COVER = 400  # schedules: with fewer, chance alone may leave a rare fault out
RARELY = 200  # each fault must have hit at least once in so many schedules
LEAST_TAPS, LEAST_FAULTS = 60, 5  # what a schedule is meant to have
FEW = 100  # one schedule in so many may be smaller: a tablet that was lost early makes up for nothing


class Tally:
    def __init__(self, wanted: int, seed: int) -> None:
        self.wanted, self.seed, self.began = wanted, seed, time.monotonic()
        self.first_at: float | None = None  # when the first result was there
        self.schedules = self.permanent = self.twice = self.differing = 0
        self.failed: list[int] = []
        self.small: list[int] = []  # less than they are meant to be: they show too little
        self.broken: list[str] = []
        self.counts: Counter[str] = Counter()
        self.coverage: Counter[str] = Counter()
        self.faults: list[str] = []

    def add(self, result: dict[str, Any]) -> None:
        if "broken" in result:
            self.broken.append(result["broken"])
            return
        if self.first_at is None:
            self.first_at = time.monotonic()
        if result.get("permanent"):
            self.permanent += 1
        else:
            self.schedules += 1
        self.twice += bool(result["twice"])
        self.differing += bool(result["differs"])
        self.counts.update(result["counts"])
        self.coverage.update(result["coverage"])
        self.faults = result["faults"]
        faults = sum(result["coverage"].values())
        if result["counts"].get("taps", 0) < LEAST_TAPS or faults < LEAST_FAULTS:
            self.small.append(result["seed"])
        if self.is_failure(result):
            self.failed.append(result["seed"])

    @staticmethod
    def is_failure(result: dict[str, Any]) -> bool:
        return "broken" in result or bool(result["violations"]) or bool(result["differs"])

    @property
    def uncovered(self) -> list[str]:
        if self.schedules < ENOUGH_TO_COVER:
            return []
        least = self.schedules // RARELY
        return [fault for fault in self.faults if self.coverage[fault] < least]

    @property
    def has_passed(self) -> bool:
        too_small = len(self.small) > 1 + self.schedules // FEW
        return self.schedules > 0 and not (self.failed or self.broken or self.uncovered or too_small)

    def progress(self) -> str:
        """Once each worker's server has started: the rate since the first result, which tells nothing itself."""
        said = [f"  {self.schedules:,} of {self.wanted:,} schedules"]
        since = time.monotonic() - (self.first_at or time.monotonic())
        if since and (rate := (self.schedules + self.permanent - 1) / since):
            left = max(0, self.wanted - self.schedules)
            said += [f"{rate:.1f} a second", f"{_minutes(left / rate)} left"]
        return ", ".join([*said, f"{len(self.failed)} failed"])

    def verdict(self) -> str:
        took = time.monotonic() - self.began
        rate = self.schedules / took if took else 0.0
        word = "passed" if self.has_passed else "FAILED"
        said = [
            f"{self.schedules:,} schedules",
            f"{self.counts['taps']:,} taps",
            f"{self.counts['checks']:,} checks",
            *self._without_check(),
            f"{self.counts['photos']:,} photos",
            f"{sum(self.coverage.values()):,} faults of {len(self.coverage)} kinds",
            f"{len(self.small)} with fewer than {LEAST_TAPS} taps or {LEAST_FAULTS} faults",
            f"{self.counts['requests']:,} requests",
            f"{len(self.failed)} failed",
            f"{self.twice} run twice, {self.differing} differing",
            f"{self.permanent} permanent seeds",
            f"{_minutes(took)} at {rate:.1f} a second",
            f"seed {self.seed}",
        ]
        if self.uncovered:
            said.append("hit too rarely: " + ", ".join(f"{e} ({self.coverage[e]})" for e in self.uncovered))
        if self.small:
            said.append("too small: " + ", ".join(map(str, self.small[:10])))
        if self.broken:
            said.append("broken: " + self.broken[0])
        if self.failed:
            said.append("failing seeds: " + ", ".join(map(str, self.failed[:10])))
        return f"simulate {word}: " + "; ".join(said)

    def _without_check(self) -> list[str]:
        """What the checker has asserted of each of them, so only where it found nothing else."""
        count = self.counts["taps"] - self.counts["checks"]
        if not count or not self.has_passed:
            return []
        bare = self.counts["undotted"]
        return [
            f"{count:,} without a check, none of them a loss: {bare:,} never had a dot (refused, or the app died "
            f"first), {count - bare:,} had one and came unseen, or went with a tablet that was wiped or whose disk "
            "spoilt them, and that said so"
        ]


def say_failure(result: dict[str, Any], run_seed: int, out: TextIO) -> None:
    if "broken" in result:
        out.write(f"broken: {result['broken']}\n")
        return
    out.write(
        f"\nschedule with seed {result['seed']} (run seed {run_seed}) failed; the end of its history:\n"
    )
    for line in result.get("tail", []):
        out.write(f"  {line}\n")
    for violation in result["violations"]:
        out.write(f"  ! {violation}\n")
    if result["differs"]:
        out.write(f"  ! run a second time, the history was another: {result['differs']}\n")
    out.write(
        f"repeat it with: python3 dev.py simulate --seed {result['seed']} --schedules 1 --trace\n"
        f"keep it with a line '{result['seed']}  what it was' in tests/proof/simulate/seeds.txt\n"
    )
    out.flush()


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
