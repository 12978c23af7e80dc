"""What the migrations make is what the models say, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask

from conftest import disposing, make_app
from noticing.database import Base, db
from noticing.feed.counter import read_server_epoch
from noticing.migrating import FOLDER, migrate, revisions


def test_the_migrated_tables_equal_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_column_that_no_migration_makes_is_noticed(app: Flask) -> None:
    planted = sa.MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(planted)
    planted.tables["school"].append_column(sa.Column("motto", sa.String))
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [change[0] for change in compare_metadata(context, planted)] == ["add_column"]


def test_every_table_belongs_to_a_tenant() -> None:
    without = {name for name, table in Base.metadata.tables.items() if "tenant_id" not in table.columns}
    assert without == {"server_epoch"}


def test_a_new_database_has_one_epoch_of_its_own(app: Flask) -> None:
    with app.app_context():
        assert len(read_server_epoch(db.session())) == 36


def test_migrating_again_changes_nothing(app: Flask) -> None:
    with app.app_context():
        before = read_server_epoch(db.session())
        db.session.remove()
        migrate()
        assert revisions()[0] == revisions()[1]
        assert read_server_epoch(db.session()) == before


def test_foreign_keys_are_checked_again_after_migrating(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        migrate()
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def plant_orphan() -> None:
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("INSERT INTO school (school_id, tenant_id, name) VALUES ('one', 'gone', 'Elm')")
        driver.execute("PRAGMA foreign_keys=ON")


def test_a_migration_that_left_rows_without_what_they_point_to_is_told(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE lost_photo")
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")
        plant_orphan()
        with pytest.raises(RuntimeError, match="rows that are gone"):
            migrate()


def test_a_start_without_a_migration_does_not_read_every_table(sqlite_app: Flask) -> None:
    """What the check would find is not found."""
    with sqlite_app.app_context():
        plant_orphan()
        migrate()


@pytest.mark.parametrize("name", ["env.py", "script.py.mako", "versions"])
def test_the_migrations_are_found_beside_the_program(name: str) -> None:
    assert (Path(FOLDER) / name).exists()


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    if request.param == "sqlite":
        yield from disposing(make_app(f"sqlite:///{tmp_path / 'new.db'}", tmp_path))
        return
    server = request.getfixturevalue("postgres")
    name = server.make_database()
    yield from disposing(make_app(server.url(name), tmp_path))
    server.drop_database(name)


def test_a_migration_that_breaks_half_way_leaves_nothing_behind(
    unmigrated_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_arguments: object) -> None:
        raise OSError("the power went off")

    monkeypatch.setattr("alembic.op.bulk_insert", break_down)
    with unmigrated_app.app_context():
        with pytest.raises(OSError, match="power"):
            migrate()
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        monkeypatch.undo()
        migrate()
        assert "log_entry" in sa.inspect(db.engine).get_table_names()
