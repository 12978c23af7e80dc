"""Who works on a data folder: any number of servers, or one restore."""

import fcntl
from pathlib import Path
from typing import IO

FILE = "in-use.lock"


def share(data_dir: Path) -> IO[bytes] | None:
    """For a server, until what is returned is closed or the process and its workers end. None: a restore is running."""
    return _lock(data_dir, fcntl.LOCK_SH)


def take_alone(data_dir: Path) -> IO[bytes] | None:
    """For a restore. None: somebody else works on this data."""
    return _lock(data_dir, fcntl.LOCK_EX)


def _lock(data_dir: Path, kind: int) -> IO[bytes] | None:
    opened = (data_dir / FILE).open("ab")
    try:
        fcntl.flock(opened, kind | fcntl.LOCK_NB)
    except OSError:
        opened.close()
        return None
    return opened
