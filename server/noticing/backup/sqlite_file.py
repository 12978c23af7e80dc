"""Copying a SQLite database while others write to it, and putting one in the place of another."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from noticing.backup.fault import CannotBackUp
from noticing.disk import make_folder, sync_file, sync_folder

BESIDE = ("-wal", "-shm")


def copy_database(source: Path, target: Path) -> dict[str, int]:
    """A consistent copy on the disk, checked; returns the number of rows of each table.

    All pages are read in one step, under one view of the write-ahead log: writers go on, and no write of theirs can
    make the copy begin again.
    """
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode=DELETE")
        found = new.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise CannotBackUp(f"The database is damaged: {found}. Restore an earlier backup.")
        names = new.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        counts = {name: _count(new, name) for (name,) in names.fetchall()}
    target.chmod(0o600)
    sync_file(target)
    return counts


def read_one(file: Path, statement: str) -> str:
    with contextlib.closing(sqlite3.connect(file)) as opened:
        return str(opened.execute(statement).fetchone()[0])


def has_people(file: Path) -> bool:
    """Whether there is anything to lose in it. What cannot be read may be something."""
    if not file.exists():
        return False
    try:
        return read_one(file, "SELECT count(*) FROM person") != "0"
    except sqlite3.Error:
        return file.stat().st_size > 0


def finish_copy(file: Path) -> None:
    """Fold the write-ahead log into the file, which is then all of the database, and on the disk."""
    with contextlib.closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        opened.execute("PRAGMA journal_mode=DELETE")
    sync_file(file)


def put_in_place(new: Path, place: Path, aside: Path) -> bool:
    """Let `new` become the database; the former one is kept in the folder `aside`. Says whether there was one.

    The name `place` leads to the one or the other at every moment, so a crash cannot leave an empty server.
    """
    has_former = place.exists()
    if has_former:
        make_folder(aside)
        with contextlib.suppress(sqlite3.Error):  # a damaged one is kept as it is
            finish_copy(place)
        for ending in ("", *BESIDE):
            former = place.with_name(place.name + ending)
            if former.exists():
                _link(former, aside / former.name)
        sync_folder(aside)
        for ending in BESIDE:
            place.with_name(place.name + ending).unlink(missing_ok=True)
    new.replace(place)
    sync_folder(place.parent)
    return has_former


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:  # a file system without links
        shutil.copy2(file, target)
        sync_file(target)


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 - a name from the schema
