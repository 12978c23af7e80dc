"""Restore, backup and migration, killed -9 half-way: what is there then is whole, or says what to do."""

import os
import shutil
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask

from cut_short import kill_everywhere, run_until
from device import Device, Visit
from golden.releases import put_back, releases
from noticing.app import create_app
from noticing.backup import data_lock
from noticing.backup.making import CUT_OFF_SECONDS
from noticing.cli import main
from noticing.config import Config
from noticing.database import Base, db
from noticing.entry_log.store import read_after
from noticing.feed.counter import is_suspended, read_server_epoch
from noticing.ledger.acts import file_of
from school import School, make_school

MOMENTS = 8


class Installation:
    """A data folder with a server that held one entry at its backup, and holds two now."""

    def __init__(self, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.config: Config = app.config["NOTICING"]
        self.data, self.backups = self.config.data_dir, tmp_path / "backups"
        monkeypatch.setenv("NOTICING_DATABASE_URL", self.config.database_url)
        monkeypatch.setattr("noticing.serve.run", lambda *_: 0)  # all that a start does, but no doors
        self.school: School = make_school(app)
        lee = Device(app, self.school.people["lee"])
        visit = Visit(lee, self.school)
        self.bodies = [visit.start, visit.mark()]
        lee.push(self.bodies[:1])
        close(app)
        assert self.run("backup", str(self.backups)) == 0
        (self.place,) = backups_in(self.backups)
        lee.push(self.bodies[1:])
        self.epoch = self.look()[0]
        close(app)

    def run(self, command: str, *words: str) -> int:
        return main([command, *words, "--data", str(self.data)])

    def restore(self) -> int:
        return self.run("restore", str(self.place), "--yes")

    def start(self) -> int:
        return self.run("serve", "--empty", "--port", "47111")

    def is_suspended(self) -> bool:
        app = create_app(self.config)
        with app.app_context():
            found = is_suspended(db.session())
        close(app)
        return found

    def lose_ledger(self) -> None:
        app = create_app(self.config)
        with app.app_context():
            file_of(self.school.tenant_id).unlink(missing_ok=True)
        close(app)

    def look(self) -> tuple[str, int]:
        """The epoch, and how many entries there are."""
        app = create_app(self.config)
        with app.app_context():
            entries = read_after(db.session(), self.school.tenant_id, 0, 100)
            found = read_server_epoch(db.session()), len(entries)
        close(app)
        return found


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def backups_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("noticing-*/"))


@pytest.fixture
def installation(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    return Installation(app, tmp_path, monkeypatch)


def test_a_restore_that_was_killed_leaves_the_former_server_or_says_to_run_it_again(
    installation: Installation,
) -> None:
    starts = set()
    for _killed in kill_everywhere(installation.restore, lambda: None, MOMENTS):
        started = run_until(None, installation.start)
        starts.add(started.code)
        if started.code:
            assert "Run it again: noticing restore" in started.said
        former = installation.look()[0] if started.code == 0 else installation.epoch
        again = run_until(None, installation.restore)
        assert (again.code, run_until(None, installation.start).code) == (0, 0), again.said
        epoch, entries = installation.look()
        assert entries == 1
        assert epoch not in (former, installation.epoch)
    assert starts == {0, 2}


def test_without_the_ledger_the_doors_stay_closed_however_often_a_restore_is_killed_and_run_again(
    installation: Installation,
) -> None:
    for _killed in kill_everywhere(installation.restore, installation.lose_ledger, MOMENTS // 2):
        assert run_until(None, installation.restore).code == 0
        assert installation.is_suspended()


def test_a_restore_that_fails_and_takes_everything_back_keeps_no_server_closed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_arguments: object) -> None:
        raise OSError("the power went off")

    with monkeypatch.context() as patch:
        patch.setattr("noticing.backup.restoring.renew_server_epoch", break_down)
        with pytest.raises(OSError, match="power"):
            installation.restore()
    assert run_until(None, installation.start).code == 0
    assert installation.look() == (installation.epoch, 2)


def test_while_a_restore_is_at_work_no_command_opens_the_database(installation: Installation) -> None:
    lock = data_lock.take_alone(installation.data)
    assert lock
    with lock:
        for command in (["migrate"], ["reprocess"], ["backup", str(installation.backups)]):
            ended = run_until(None, lambda words=command: installation.run(*words))  # type: ignore[misc]
            assert ended.code == 2
            assert "A restore is at work" in ended.said
    assert run_until(None, lambda: installation.run("migrate")).code == 0


def test_a_backup_that_was_killed_is_none_or_a_whole_one(installation: Installation) -> None:
    tuesday = installation.backups.with_name("tuesday")

    def back_up() -> int:
        return installation.run("backup", str(tuesday))

    def prepare() -> None:
        shutil.rmtree(tuesday, ignore_errors=True)

    for _killed in kill_everywhere(back_up, prepare, MOMENTS // 2):
        if not backups_in(tuesday):
            assert run_until(None, back_up).code == 0
        (made,) = backups_in(tuesday)
        restored = run_until(None, lambda place=made: installation.run("restore", str(place), "--yes"))  # type: ignore[misc]
        assert restored.code == 0, restored.said
        assert installation.look()[1] == 2


def test_what_a_killed_backup_has_left_goes_with_a_later_one(installation: Installation) -> None:
    folder = installation.backups
    left = [folder / name for name in (".noticing-20261112T020000Z.4711", ".noticing-20261113T020000Z.42")]
    for each in (*left, folder / ".kept"):
        each.mkdir()
        (each / "database.sqlite").write_bytes(b"half")
        os.utime(each, times=(0, 0))
    os.utime(left[1], times=(0, time.time() - CUT_OFF_SECONDS / 2))
    assert installation.run("backup", str(folder)) == 0
    assert [each.exists() for each in (*left, folder / ".kept")] == [False, True, True]


@pytest.mark.parametrize("release", [None, *releases()])
def test_a_migration_that_was_killed_goes_on_at_the_next_start(release: str | None, tmp_path: Path) -> None:
    file, config = tmp_path / "noticing.db", Config.from_environment(tmp_path)

    def prepare() -> None:
        for each in tmp_path.glob("noticing.db*"):
            each.unlink()
        if release:
            put_back(release, tmp_path)

    prepare()
    before = count_rows(file)
    for _killed in kill_everywhere(lambda: main(["migrate", "--data", str(tmp_path)]), prepare, MOMENTS):
        assert run_until(None, lambda: main(["migrate", "--data", str(tmp_path)])).code == 0
        app = create_app(config)
        with app.app_context(), db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
            assert not [name for name in sa.inspect(connection).get_table_names() if name.startswith("_")]
        close(app)
        after = count_rows(file)
        assert {name: after.get(name) for name in before} == before


def count_rows(file: Path) -> dict[str, int]:
    """Of the tables that hold what people did."""
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        tables = there & {"log_entry", "log_stream", "person", "pairing", "change"}
        found = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in tables
        }
    engine.dispose()
    return found
