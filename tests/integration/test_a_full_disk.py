"""The server's disk is full, for every process and every file on it, until somebody makes room."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from example_tablet import AGREES, Tablet, stored
from live_server import LiveServer

SIZE = "24m"
LEFT_BYTES = 8 * 1024
WAIT_SECONDS = 60


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_server_on_a_full_disk_loses_nothing_even_when_it_is_killed_there(
    small_disk: Path, demo_data: Path, start_server: Callable[..., LiveServer], tmp_path: Path
) -> None:
    shutil.copytree(demo_data, small_disk, dirs_exist_ok=True)
    server = start_server("--demo", data=small_disk)
    tablet = Tablet(tmp_path / "tablet.db", server.url).enrol()
    tablet.run("visit", "lesson-clarity")
    tablet.run("sync")
    fill_up(small_disk)
    tablet.run("mark", "goal_visible", "3000")

    syncing = tablet.start("sync")
    wait_for(server, "status=507")
    server.kill()
    server.start()
    assert "WARNING: The server's disk is full." in server.output()
    wait_for(server, "status=507")
    had_their_check = tablet.acknowledged()
    assert stored(server, tablet)[:had_their_check] == tablet.bodies()[:had_their_check]
    assert had_their_check < 3001

    (small_disk / "ballast").unlink()
    out, fault = syncing.communicate(timeout=WAIT_SECONDS)
    assert syncing.returncode == 0, out + fault
    assert stored(server, tablet) == tablet.bodies()
    assert tablet.run("verify") == AGREES


def fill_up(folder: Path) -> None:
    with (folder / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(1024 * 1024))
        except OSError:
            ballast.truncate(ballast.tell() - LEFT_BYTES)


def wait_for(server: LiveServer, words: str) -> None:
    """Once more than it has said them already."""
    before, until = server.output().count(words), time.monotonic() + WAIT_SECONDS
    while server.output().count(words) == before:
        assert time.monotonic() < until, f"it never said {words}:\n{server.output()[-2000:]}"
        time.sleep(0.1)
