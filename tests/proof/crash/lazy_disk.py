"""A folder on the lazy file system. `cut()` is the power cut; each one goes on with a fresh mount."""

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from crash.keeper import unmount

MOUNT_SECONDS = 10
TORN_SHARE = 0.5
COMMITS = 20
# Commits until it is killed; says so after each one.
WRITER = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute("PRAGMA journal_mode=WAL"); base.execute("PRAGMA synchronous=" + sys.argv[2])
base.execute("CREATE TABLE IF NOT EXISTS tap (n INTEGER PRIMARY KEY)")
base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
for _ in range(int(sys.argv[3])): base.execute("INSERT INTO tap DEFAULT VALUES")
print("done", flush=True); sys.stdin.read()
"""


class NoFuse(Exception):
    """Said in the verdict: why there are no power cuts here."""


class LazyDisk:
    """`folder` is what programs see, `disk` what is left of it after a cut."""

    def __init__(self, place: Path) -> None:
        self.folder, self.disk, self.front = place / "mount", place / "disk", place / "front"
        self.log, self.slow = place / "log", place / "slow"
        self.process: subprocess.Popen[bytes] | None = None
        for each in (self.folder, self.disk):
            each.mkdir(parents=True, exist_ok=True)

    def mount(self) -> "LazyDisk":
        unmount(self.folder)  # what a cut left
        shutil.rmtree(self.front, ignore_errors=True)
        shutil.copytree(self.disk, self.front, symlinks=True)
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "crash.lazy_fs",
            self.disk,
            self.front,
            self.folder,
            self.slow,
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=Path(__file__).parents[1], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + MOUNT_SECONDS
        while not os.path.ismount(self.folder):
            if self.process.poll() is not None or time.monotonic() > until:
                raise NoFuse(self.log.read_text(errors="replace").strip()[-200:] or "it could not be mounted")
            time.sleep(0.01)
        return self

    def slow_down(self, *, is_slow: bool) -> None:
        """From here on each sync takes longer, or does not."""
        self.slow.unlink(missing_ok=True)
        if is_slow:
            self.slow.touch()

    @property
    def slow_syncs(self) -> int:
        """How many there were since."""
        return self.slow.stat().st_size if self.slow.exists() else 0

    def cut(self) -> None:
        """From here on nothing reaches the disk, and nothing else takes its place: every call there fails.

        Who works there is to be killed next. The dead mount stays: beneath it a program would find an empty folder,
        and could make its files anew.
        """
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def tear(self, rng: random.Random) -> None:
        """After a cut: of half of the files that were only appended to, the disk had written some more by itself.

        It does so whenever it likes, and a record may end in the middle.
        """
        for file in sorted(self.disk.rglob("*")):
            front = self.front / file.relative_to(self.disk)
            if file.is_symlink() or not file.is_file() or not front.is_file() or rng.random() < TORN_SHARE:
                continue
            synced, written = file.read_bytes(), front.read_bytes()
            if len(written) > len(synced) and written.startswith(synced):
                with file.open("ab") as torn:
                    torn.write(written[len(synced) : rng.randint(len(synced), len(written))])


def reason_without_fuse(place: Path) -> str | None:
    """None where power can be cut: mounted, tried, and proven to forget what was not synced and nothing else."""
    if not Path("/dev/fuse").exists():
        return "no FUSE"
    try:
        import mfusepy  # noqa: F401 - loads libfuse, which may be missing
    except (ImportError, OSError):
        return "no FUSE library"
    try:
        faults = prove(place)
    except NoFuse:
        return "no FUSE"
    if faults:
        raise RuntimeError("the lazy file system does not do what it is for: " + "; ".join(faults))
    return None


def prove(place: Path) -> list[str]:
    """What is wrong with the lazy file system; nothing, if all is well."""
    disk = LazyDisk(place).mount()
    try:
        write(disk.folder / "synced", is_synced=True)
        write(disk.folder / "unsynced", is_synced=False)
        disk.slow_down(is_slow=True)
        write(disk.folder / "draft", is_synced=True)
        slow_syncs = disk.slow_syncs
        disk.slow_down(is_slow=False)
        (disk.folder / "draft").rename(disk.folder / "renamed")
        writers = [write_sqlite(disk.folder / mode, mode) for mode in ("NORMAL", "FULL")]
        (disk.folder / "synced").rename(disk.folder / "renamed too late")
    finally:
        disk.cut()
    for writer in writers:
        writer.kill()
        writer.communicate()
    unmount(disk.folder)
    found = {
        "a synced file is gone": not has_text(disk.disk / "synced"),
        "an unsynced file stayed": has_text(disk.disk / "unsynced"),
        "a name that was synced is gone": not has_text(disk.disk / "renamed"),
        "a name that was not synced stayed": (disk.disk / "renamed too late").exists(),
        "no sync was slow": slow_syncs == 0,
        "SQLite with FULL lost commits": count_commits(disk.disk / "FULL") != COMMITS,
        "SQLite with NORMAL lost nothing": count_commits(disk.disk / "NORMAL") == COMMITS,
    }
    shutil.rmtree(place)
    return [fault for fault, is_so in found.items() if is_so]


def write(file: Path, *, is_synced: bool) -> None:
    with file.open("w") as handle:
        handle.write("a tap")
        handle.flush()
        if is_synced:
            os.fsync(handle.fileno())


def has_text(file: Path) -> bool:
    return file.exists() and file.read_text() == "a tap"


def write_sqlite(file: Path, mode: str) -> "subprocess.Popen[bytes]":
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, file, mode, str(COMMITS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout
    assert writer.stdout.readline() == b"done\n", f"SQLite with {mode} cannot write"
    return writer


def count_commits(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as base:
        try:
            return int(base.execute("SELECT count(*) FROM tap").fetchone()[0])
        except sqlite3.DatabaseError:
            return 0
