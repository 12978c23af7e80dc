"""A slice of the simulator: the schedules that once failed, and others."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SIMULATE = Path(__file__).parent / "simulate"
SCHEDULES = 20


@pytest.fixture
def verdict(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(SIMULATE)
    return importlib.import_module("verdict")


def result(**counts: int) -> dict[str, Any]:
    said = {
        "permanent": False,
        "twice": False,
        "differs": None,
        "violations": [],
        "coverage": {"power_cut": 5},
    }
    return said | {"faults": [], "seed": 7, "counts": counts}


def test_the_verdict_says_why_taps_without_a_check_are_no_loss(verdict: Any) -> None:
    tally = verdict.Tally(2, 7)
    for _ in range(2):
        tally.add(result(taps=100, checks=95, undotted=2))
    said = tally.verdict()
    assert "200 taps; 190 checks; 10 without a check, none of them a loss: 4 never had a dot" in said
    assert " 6 had one " in said
    tally.failed.append(7)
    assert "none of them" not in tally.verdict()


def test_a_schedule_with_too_few_taps_or_faults_makes_the_run_fail(verdict: Any) -> None:
    tally = verdict.Tally(3, 7)
    tally.add(result(taps=60))
    assert tally.has_passed
    tally.add(result(taps=59) | {"seed": 8})
    tally.add(result(taps=60) | {"seed": 9, "coverage": {"power_cut": 3, "slow": 1}})
    assert not tally.has_passed
    assert "simulate FAILED" in tally.verdict()
    assert "2 with fewer than 60 taps or 5 faults" in tally.verdict()
    assert "too small: 8, 9" in tally.verdict()


def test_how_long_it_still_takes_is_reckoned_from_the_first_result(
    verdict: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    tally = verdict.Tally(50, 7)
    assert "left" not in tally.progress()
    clock[0] = 100  # the servers of the workers have started
    tally.add(result() | {"permanent": True})
    for _ in range(10):
        tally.add(result())
    clock[0] = 105
    assert "10 of 50 schedules, 2.0 a second, 20 s left" in tally.progress()


def test_no_tap_is_lost_in_the_schedules_that_once_failed_nor_in_others(
    say: Callable[[str], None],
) -> None:
    command = [sys.executable, SIMULATE, "--schedules", str(SCHEDULES), "--jobs", "1"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    say(said.stdout.strip().splitlines()[-1])
    assert said.returncode == 0, said.stdout[-8000:] + said.stderr[-2000:]
