"""One proof over one tree: was anything found, and what."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from proof.mutate.bug import Bug
from proof.mutate.tree import ROOT, build_app

MINUTES = 8  # for one proof; one that does not come to its end has found nothing
FAILING = re.compile(r"failing seeds: ([\d, ]+)")
SIMULATED = re.compile(r"simulate (?:passed|FAILED): ([\d,]+) schedules")
CRASHED = re.compile(r"crash: .* ([\d,]+) lost, ([\d,]+) stalled \(seed \d+\)$")
FOREIGN = ("broke:", "broken:")  # the simulator's own words for what is no finding about the product
BROKE_OFF = " broke off: "  # the crash run's
WITHOUT_CUTS = "power cuts skipped"
_running: set["subprocess.Popen[str]"] = set()


@dataclass(frozen=True)
class Outcome:
    """`found`: what broke the promise, in the proof's words; None where nothing did.

    `after`: how much it took. `failing`: the schedules that failed, by seed. `trouble`: why nothing can be said.
    `is_impossible`: this machine cannot cut power.
    """

    found: str | None
    after: str
    seconds: float
    trouble: str | None = None
    failing: tuple[str, ...] = ()
    is_impossible: bool = False


def try_bug(bug: Bug, tree: Path, seed: int, schedules: int | None) -> Outcome:
    bug.apply(tree)
    if bug.caught_by == "crash":
        return crash(tree, seed, bug.size, is_to_build=bug.is_in_app)
    return simulate(tree, seed, schedules or bug.schedules)


def simulate(tree: Path, seed: int, schedules: int, *, to_the_end: bool = False) -> Outcome:
    """Stops at the first schedule that fails, unless all that fail are wanted."""
    options = ["--seed", seed, "--schedules", schedules, "--jobs", 1, "--no-permanent"]
    options += ["--keep-going"] if to_the_end else []
    text, seconds = run("simulate", tree, options)
    if text is None:
        return Outcome(None, "", seconds, f"did not end in {MINUTES} minutes")
    verdict = text.splitlines()[-1] if text.strip() else ""
    said, failing = SIMULATED.search(verdict), FAILING.search(verdict)
    if said is None:
        return Outcome(None, "", seconds, text[-600:])
    if failing is None:
        broken = None if "passed" in verdict else verdict
        return Outcome(None, f"{said[1]} schedules", seconds, broken)
    findings = [line.strip()[2:] for line in text.splitlines() if line.startswith("  ! ")]
    sound = [each for each in findings if not each.startswith(FOREIGN)]
    seeds = tuple(failing[1].split(", "))
    after = f"{int(seeds[0]) - seed + 1} schedules"
    if not sound:
        return Outcome(None, after, seconds, (findings or [verdict])[0])
    return Outcome(sound[0], after, seconds, failing=seeds)


def crash(tree: Path, seed: int, size: dict[str, int | str], *, is_to_build: bool = False) -> Outcome:
    if is_to_build:
        build_app(tree)
    sized = [part for name, value in size.items() for part in (f"--{name}", value)]
    text, seconds = run("crash", tree, ["--seed", seed, "--minutes", MINUTES - 3, *sized])
    if text is None:
        return Outcome(None, "", seconds, f"did not end in {MINUTES} minutes")
    lines = text.splitlines() or [""]
    said = CRASHED.search(lines[-1])
    if said is None:
        return Outcome(None, "", seconds, text[-600:])
    after = lines[-1].removeprefix("crash: ").partition(",")[0]
    if size.get("cuts") and WITHOUT_CUTS in lines[-1]:
        return Outcome(None, after, seconds, is_impossible=True)
    found = [line for line in lines[:-1] if not line.startswith(tuple("0123456789"))]
    if any(BROKE_OFF in line for line in found):
        return Outcome(None, after, seconds, text[-600:])
    is_found = (said[1], said[2]) != ("0", "0")
    return Outcome((found or lines[-1:])[0] if is_found else None, after, seconds)


def run(proof: str, tree: Path, options: list[object]) -> tuple[str | None, float]:
    """What it said, and how long it took; None where it had to be ended."""
    command = [sys.executable, ROOT / "tests/proof" / proof, "--tree", tree, *options]
    began = time.monotonic()
    process = subprocess.Popen(
        [str(each) for each in command], cwd=ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    _running.add(process)
    try:
        text, _ = process.communicate(timeout=MINUTES * 60)
    except subprocess.TimeoutExpired:
        end(process)
        process.communicate()
        return None, time.monotonic() - began
    finally:
        _running.discard(process)
    return "\n".join(line for line in text.splitlines() if line.strip()), time.monotonic() - began


def end(process: "subprocess.Popen[str]") -> None:
    """With all that it has started. SIGTERM, which the crash run answers by clearing up."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)


def end_all() -> None:
    """However the run ends: no proof must outlive it."""
    for process in list(_running):
        end(process)
