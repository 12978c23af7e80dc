"""The tables' versions: where the migrations lie, and bringing a database up to the newest."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from noticing.database import db

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1] / "migrations"
FOLDER = _CHECKOUT if (_CHECKOUT / "env.py").is_file() else _PACKAGE / "_migrations"


def migrate() -> None:
    """Bring the database to this program's tables. Each migration is one transaction: it happens or it does not."""
    command.upgrade(_alembic(), "head")


def draft_migration(message: str) -> None:
    """Write a new migration from what differs between the models and the (migrated) database."""
    command.revision(_alembic(), message, autogenerate=True)


def revisions() -> tuple[str | None, str | None]:
    """The database's revision and the one that this program wants."""
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present, ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
