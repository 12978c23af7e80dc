"""A slice of `dev.py crash`: a few kills of browsers and servers and, where FUSE can be mounted, a power cut."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

PROOF = Path(__file__).parent
VERDICT = re.compile(
    r"crash: (\d+) kills, (\d+ power cuts|power cuts skipped: .+), .+ 0 lost, 0 stalled \(seed \d+\)"
)


@pytest.mark.xdist_group("e2e")
def test_no_dot_and_no_check_is_lost_when_browsers_and_servers_are_killed() -> None:
    seed = secrets.randbelow(1_000_000)
    ran = subprocess.run(
        [sys.executable, "-m", "crash", "--kills", "4", "--cuts", "1", "--minutes", "4", "--seed", str(seed)],
        cwd=PROOF, env=os.environ | {"PYTHONPATH": str(PROOF)}, capture_output=True, text=True,
    )  # fmt: skip
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    verdict = VERDICT.fullmatch(ran.stdout.splitlines()[-1])
    assert verdict, ran.stdout
    assert verdict[1] == "4", "fewer kills than were asked for"
