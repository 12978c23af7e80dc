"""A slice of the simulator: the schedules that once failed, and others."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

SIMULATE = Path(__file__).parent / "simulate"
SCHEDULES = 40


def test_no_tap_is_lost_in_the_schedules_that_once_failed_nor_in_others(
    say: Callable[[str], None],
) -> None:
    command = [sys.executable, SIMULATE, "--schedules", str(SCHEDULES), "--jobs", "1"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    say(said.stdout.strip().splitlines()[-1])
    assert said.returncode == 0, said.stdout[-8000:] + said.stderr[-2000:]
