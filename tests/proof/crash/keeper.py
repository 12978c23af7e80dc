"""Sees to it that nothing is left: it outlives the run, however that ends, and clears what lies in its folder.

`python keeper.py FOLDER` waits for the end of its standard input. Then it kills every process that names the folder
in its command line or environment, unmounts what is mounted there, and removes it.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

NAME = "NOTICING_CRASH"  # in the environment of everything that the run starts
CLEAR_SECONDS = 30


@contextlib.contextmanager
def kept_folder() -> Iterator[Path]:
    """A folder of this run, in memory where there is one: what counts is what was synced to `LazyDisk`'s disk."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="noticing-crash-", dir=place))
    keeper = subprocess.Popen(
        [sys.executable, __file__, folder], stdin=subprocess.PIPE, start_new_session=True
    )
    os.environ[NAME] = str(folder)
    try:
        yield folder
    finally:
        del os.environ[NAME]
        keeper.communicate()


def clear(folder: Path) -> None:
    until = time.monotonic() + CLEAR_SECONDS
    while (found := processes_of(str(folder))) and time.monotonic() < until:
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)
    for mount in mounts_in(folder):
        unmount(mount)
    shutil.rmtree(folder, ignore_errors=True)


def processes_of(text: str) -> list[int]:
    """Every process but this one that has the text in its command line or its environment."""
    sought, found = text.encode(), []
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and int(place.name) != os.getpid():
            with contextlib.suppress(OSError):
                if sought in (place / "cmdline").read_bytes() + (place / "environ").read_bytes():
                    found.append(int(place.name))
    return found


def mounts_in(folder: Path) -> list[Path]:
    lines = Path("/proc/mounts").read_text().splitlines()
    return [place for line in lines if (place := Path(line.split()[1])).is_relative_to(folder)]


def unmount(mount: Path) -> None:
    command = ["umount", "-l"] if os.geteuid() == 0 else ["fusermount3", "-u", "-z"]
    subprocess.run([*command, mount], check=False, capture_output=True)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    clear(Path(sys.argv[1]))
