"""A slice of `python3 dev.py mutate`: two seeded bugs are caught by the simulator."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from proof.mutate.bug import Bug, Change, Stale, assert_fresh, read_bugs
from proof.mutate.tree import ROOT

MUTATE = Path(__file__).with_name("mutate")
CAUGHT = re.compile(r"mutate: 2 of 2 seeded bugs caught \(seed \d+\)")
SEED = 880_000  # a fresh one might choose schedules in which a rare bug does not show
SCHEDULES = 60  # in which each of these shows; bugs that may need more are left to `dev.py mutate`


def test_every_seeded_bug_still_fits_the_code() -> None:
    bugs = read_bugs()
    assert_fresh(bugs, ROOT)
    assert len(bugs) >= 22
    assert {bug.caught_by for bug in bugs} == {"simulate", "crash"}


def test_a_bug_that_does_not_fit_any_more_is_named() -> None:
    stale = Bug("stale", "It is gone.", "simulate", {}, (Change("dev.py", "no such text anywhere", ""),))
    with pytest.raises(Stale, match=r"stale: dev\.py holds what it replaces 0 times"):
        assert_fresh([stale], ROOT)


@pytest.mark.xdist_group("e2e")
def test_two_seeded_bugs_are_caught() -> None:
    seed = SEED
    found = [bug.name for bug in read_bugs() if bug.caught_by == "simulate" and not bug.size]
    chosen = random.Random(seed).sample(sorted(found), 2)
    ran = subprocess.run(
        [sys.executable, MUTATE, "--only", *chosen, "--seed", str(seed), "--schedules", str(SCHEDULES)],
        capture_output=True, text=True,
    )  # fmt: skip
    print(ran.stdout)
    assert CAUGHT.fullmatch(ran.stdout.splitlines()[-1]), ran.stdout + ran.stderr
    assert ran.returncode == 0, ran.stdout
