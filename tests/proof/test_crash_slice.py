"""A slice of `dev.py crash`: a few kills of browsers and servers and, where FUSE can be mounted, a power cut."""

import importlib
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROOF = Path(__file__).parent
VERDICT = re.compile(
    r"crash: (\d+) kills, (\d+ power cuts|power cuts skipped: .+), .+ 0 lost, 0 stalled \(seed \d+\)"
)


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(PROOF)
    return importlib.import_module("crash.tally").Tally(kills=6, cuts=2, dots=1200, checks=900)


def test_the_verdict_says_how_many_faults_struck_at_two_tabs_and_on_a_slow_disk(tally: Any) -> None:
    more = type(tally)(kills=1, cuts=0, two_tabs=1, slow_disk=2)
    tally.two_tabs = 3
    tally.add(more)
    said = tally.verdict(7, None, wanted=9, minutes=5)
    assert said.startswith("crash: 7 kills, 2 power cuts, 4 of them at two tabs, 2 on a slow disk, ")
    assert VERDICT.fullmatch(said)


def test_the_verdict_itself_says_that_fewer_faults_were_possible_than_asked_for(tally: Any) -> None:
    said = tally.verdict(7, None, wanted=20, minutes=5)
    assert (
        "2 power cuts, 0 of them at two tabs, 0 on a slow disk, no more than 8 of 20 faults were possible"
        in said
    )
    assert "were possible" not in tally.verdict(7, None, wanted=8, minutes=5)
    assert VERDICT.fullmatch(tally.verdict(7, "no FUSE", wanted=8, minutes=5))


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
