"""What the tests' own PostgreSQL leaves when it is killed goes away."""

import os
import subprocess
import time
from pathlib import Path

import postgres


def make_cluster(place: Path, name: str, pid: int, age: int = 2 * postgres.STALE_SECONDS) -> Path:
    folder = place / f"noticing-pg-{name}"
    (folder / "cluster").mkdir(parents=True)
    (folder / "cluster/postmaster.pid").write_text(f"{pid}\n/somewhere\n")
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def ended_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_only_old_clusters_whose_server_is_gone_are_removed(tmp_path: Path) -> None:
    gone = make_cluster(tmp_path, "gone", ended_process())
    kept = [
        make_cluster(tmp_path, "running", os.getpid()),
        make_cluster(tmp_path, "new", ended_process(), age=0),
    ]
    postgres.remove_stale(tmp_path)
    assert not gone.exists()
    assert all(folder.exists() for folder in kept)


def test_a_cluster_goes_with_the_tests_that_made_it(tmp_path: Path) -> None:
    server = subprocess.Popen(["sleep", "60"])
    folder = make_cluster(tmp_path, "mine", server.pid)
    watcher = postgres._watch(folder)
    assert watcher.stdin
    watcher.stdin.close()  # as the end of the process that holds it does
    watcher.wait(20)
    assert server.wait(20) != 0
    assert not folder.exists()
