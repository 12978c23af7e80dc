"""A file system that forgets what was not synced: what a power cut leaves is in `disk`, the rest in `front`.

Written data reach `disk` by fsync or fdatasync of their file only. Names (create, rename, remove, truncate …)
reach it in their order, all of them with the next sync of anything, as on a journaling file system. Nothing is
ever written back by itself. To cut the power is to kill this process: `python -m crash.lazy_fs disk front mount slow`.
While there is a file `slow`, each sync takes longer, and leaves a byte there.
"""

# The calls of `os` are what is passed through.
# ruff: noqa: PTH104, PTH115, PTH211

import errno
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import mfusepy

SLOW_SECONDS = 0.02
CACHED_SECONDS = 3600  # nobody changes anything behind the kernel's back
Range = tuple[int, int]


class LazyFs(mfusepy.Operations):
    use_ns = True

    def __init__(self, disk: str, front: str, slow: str) -> None:
        self.disk, self.front, self.slow = disk, front, slow
        self.names: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []  # what happened to names, in order
        self.unsynced: dict[int, list[Range]] = {}  # inode -> written and not synced

    # Names.

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        handle = os.open(self.front + path, os.O_RDWR | os.O_CREAT, mode)
        self._note(_make, self.disk + path, mode)
        return handle

    def mkdir(self, path: str, mode: int) -> int:
        return self._do(os.mkdir, path, mode)

    def rmdir(self, path: str) -> int:
        return self._do(os.rmdir, path)

    def chmod(self, path: str, mode: int) -> int:
        return self._do(os.chmod, path, mode)

    def unlink(self, path: str) -> int:
        self._forget(path)
        return self._do(os.unlink, path)

    def rename(self, old: str, new: str) -> int:
        self._forget(new)
        os.rename(self.front + old, self.front + new)
        self._note(os.rename, self.disk + old, self.disk + new)
        return 0

    def link(self, target: str, source: str) -> int:
        os.link(self.front + source, self.front + target)
        self._note(os.link, self.disk + source, self.disk + target)
        return 0

    def symlink(self, target: str, source: str) -> int:
        os.symlink(source, self.front + target)
        self._note(os.symlink, source, self.disk + target)
        return 0

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        return self._do(os.truncate, path, length)

    # Content.

    def open(self, path: str, flags: int) -> int:
        handle = os.open(self.front + path, flags & ~os.O_APPEND)
        if flags & os.O_TRUNC:
            self._note(os.truncate, self.disk + path, 0)
        return handle

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        written = os.pwrite(fh, data, offset)
        ranges = self.unsynced.setdefault(os.fstat(fh).st_ino, [])
        if ranges and ranges[-1][1] == offset:
            ranges[-1] = (ranges[-1][0], offset + written)
        else:
            ranges.append((offset, offset + written))
        return written

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def flush(self, path: str, fh: int) -> int:
        return 0  # to close a file is not to sync it

    # Syncing.

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._take_time()
        self._sync_names()
        ranges = self.unsynced.pop(os.fstat(fh).st_ino, [])
        if ranges:
            source = os.open(self.front + path, os.O_RDONLY)
            target = os.open(self.disk + path, os.O_WRONLY)
            for start, end in ranges:
                os.pwrite(target, os.pread(source, end - start, start), start)
            os.close(target)
            os.close(source)
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        self._take_time()
        self._sync_names()
        return 0

    def _take_time(self) -> None:
        """Before anything is on the disk: whoever was answered already was answered too early."""
        try:
            slow = os.open(self.slow, os.O_WRONLY | os.O_APPEND)
        except FileNotFoundError:
            return
        os.write(slow, b".")
        os.close(slow)
        time.sleep(SLOW_SECONDS)

    # Looking.

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        found = os.fstat(fh) if fh is not None else os.lstat(self.front + path)
        return {
            **{name: getattr(found, name) for name in STAT},
            **{f"st_{which}time": getattr(found, f"st_{which}time_ns") for which in "amc"},
        }

    def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, int], int]]:
        """With their inodes: a name with inode 0 is not shown."""
        with os.scandir(self.front + path) as found:
            there = [(each.name, {"st_ino": each.inode()}, 0) for each in found]
        return [(".", {"st_ino": 1}, 0), ("..", {"st_ino": 1}, 0), *there]

    def readlink(self, path: str) -> str:
        return os.readlink(self.front + path)

    def statfs(self, path: str) -> dict[str, int]:
        found = os.statvfs(self.front + path)
        return {name: getattr(found, name) for name in STATVFS}

    def access(self, path: str, amode: int) -> int:
        if not os.access(self.front + path, amode):
            raise mfusepy.FuseOSError(errno.EACCES)
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        os.utime(self.front + path, ns=times or (time.time_ns(),) * 2, follow_symlinks=False)
        return 0

    def _do(self, act: Callable[..., Any], path: str, *rest: Any) -> int:
        act(self.front + path, *rest)
        self._note(act, self.disk + path, *rest)
        return 0

    def _note(self, act: Callable[..., Any], *arguments: Any) -> None:
        self.names.append((act, arguments))

    def _sync_names(self) -> None:
        done, self.names = self.names, []
        for act, arguments in done:
            act(*arguments)

    def _forget(self, path: str) -> None:
        """The last name of a file goes: what was not synced of it goes too (an inode's number comes again)."""
        try:
            found = os.lstat(self.front + path)
        except FileNotFoundError:
            return
        if found.st_nlink == 1:
            self.unsynced.pop(found.st_ino, None)


STAT = ("st_mode", "st_ino", "st_nlink", "st_uid", "st_gid", "st_size", "st_blocks", "st_blksize")
STATVFS = (
    "f_bavail",
    "f_bfree",
    "f_blocks",
    "f_bsize",
    "f_favail",
    "f_ffree",
    "f_files",
    "f_frsize",
    "f_namemax",
)


def _make(path: str, mode: int) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, mode))


if __name__ == "__main__":
    disk, front, mount, slow = sys.argv[1:]
    mfusepy.FUSE(
        LazyFs(disk, front, slow), mount, foreground=True, nothreads=True, use_ino=True, default_permissions=True,
        entry_timeout=CACHED_SECONDS, attr_timeout=CACHED_SECONDS, fsname="noticing-lazy",
    )  # fmt: skip
