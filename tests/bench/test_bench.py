"""`python3 dev.py bench [--json FILE]`: side by side in one run, and as ratios. Nothing here fails for being slow."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from bench.course import Course
from bench.figures import Figures
from bench.letters import Letters
from bench.machine import describe_machine, describe_versions
from bench.school import COACH, lend_worker, sign_in
from bench.syncing import LARGE, SMALL, Syncing
from bench.table import write_tables
from bench.taps import Tapping
from e2e import coach
from e2e.tablet import Tablet
from live_server import LiveServer

Scripts = dict[str, str]
STOP_SECONDS = 330
TAPS = [f"taps, round {number} of 4" for number in range(1, 5)]
SENDS = [f"syncing {SMALL:,} entries, round {number} of 3" for number in range(1, 4)]
SEND_MANY = f"syncing {LARGE:,} entries"
COLDS = [f"letter from a fresh process, {number} of 3" for number in range(1, 4)]
WARM, PRINT = "letters from a warm process", "prints by Chromium"
PLAN = (
    dict.fromkeys(TAPS, 20.0)
    | dict.fromkeys(SENDS, 6.0)
    | {SEND_MANY: 20.0}
    | dict.fromkeys(COLDS, 5.0)
    | {WARM: 5.0, PRINT: 5.0}
)


@pytest.fixture
def tablets(playwright: Playwright, live_server: LiveServer, tmp_path: Path) -> Iterator[dict[str, Tablet]]:
    """Profiles on the disk: a private window keeps its log in memory, where durable costs nothing."""
    made = {name: Tablet(playwright, tmp_path / name) for name in ("tapping", "syncing", "reading")}
    limit = threading.Timer(STOP_SECONDS, stop_everything, (live_server, made))
    limit.daemon = True
    limit.start()
    yield made
    limit.cancel()
    for tablet in made.values():
        tablet.sleep()


def stop_everything(server: LiveServer, tablets: dict[str, Tablet]) -> None:
    print(f"stopped after {STOP_SECONDS} s", flush=True)
    server.kill()
    for tablet in tablets.values():
        if tablet.context:
            tablet.kill()


def test_it_measures_taps_syncing_and_letters_side_by_side(
    live_server: LiveServer, tablets: dict[str, Tablet], scripts: dict[str, str], tmp_path: Path
) -> None:
    course = Course(PLAN)
    figures: Figures = {"started_at": datetime.now(UTC).isoformat(), "machine": describe_machine(tmp_path)}
    figures["taps"] = measure_taps(course, tablets["tapping"], live_server, scripts)
    figures["syncing"] = measure_syncing(course, tablets["syncing"], live_server, scripts)
    figures["letters"] = measure_letters(course, tablets["reading"], live_server)
    figures["versions"] = describe_versions(tablets["reading"].wake().context)
    figures["run"] = course.figures()
    print("\n" + write_tables(figures), flush=True)
    if file := os.environ.get("NOTICING_BENCH_JSON"):
        Path(file).write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")
        print(f"\nAll figures are in {file}")


def measure_taps(course: Course, tablet: Tablet, server: LiveServer, scripts: Scripts) -> Figures:
    page = tablet.wake()
    lend_worker(page, scripts)
    sign_in(page, server.url, COACH, "/app/")
    coach.install(page)
    tapping = Tapping(tablet, page, scripts["taps"])
    for _ in course.parts(*TAPS):
        tapping.go_round()
    tablet.sleep()
    return tapping.figures()


def measure_syncing(course: Course, tablet: Tablet, server: LiveServer, scripts: Scripts) -> Figures:
    page = tablet.wake()
    lend_worker(page, scripts)
    sign_in(page, server.url, COACH, "/app/")
    syncing = Syncing(page, server.url, scripts["syncing"])
    for _ in course.parts(*SENDS):
        syncing.send_one_by_one()
        syncing.send(SMALL)
    for _ in course.parts(SEND_MANY):
        syncing.send(LARGE)
    left = syncing.counts()
    assert left["on_tablet"] == 0, "every entry has its check"
    assert left["set_aside"] == 0, syncing.reasons()
    tablet.sleep()
    return syncing.figures()


def measure_letters(course: Course, tablet: Tablet, server: LiveServer) -> Figures:
    letters = Letters(tablet.wake(), server)
    for _ in course.parts(*COLDS):
        letters.make_cold()
    for _ in course.parts(WARM):
        letters.make_warm()
    for _ in course.parts(PRINT):
        letters.print_by_chromium()
    tablet.sleep()
    return letters.figures()
