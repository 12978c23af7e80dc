"""What every command needs: its settings, a database that is up to date, and a way to say things."""

import argparse
import os
from collections.abc import Callable
from functools import wraps
from typing import IO, Any

from noticing import migrating
from noticing.app import create_app
from noticing.backup import data_lock
from noticing.backup.restoring import is_unfinished
from noticing.config import Config
from noticing.database import db

Command = Callable[[argparse.Namespace], int | None]


class CannotDo(Exception):
    """Said to the person at the terminal, in a sentence."""


def read_config(options: argparse.Namespace, **settings: Any) -> Config:
    """Settings of the options, else of the environment. Raises CannotDo where the data cannot lie there."""
    try:
        config = Config.from_environment(options.data, **settings)
    except OSError as error:
        raise CannotDo(
            f"The data cannot lie in {error.filename or options.data}: {error.strerror}. "
            "Choose another place with --data DIR."
        ) from None
    if not os.access(config.data_dir, os.W_OK | os.X_OK):
        raise CannotDo(f"{config.data_dir} cannot be written to. Choose another place with --data DIR.")
    return config


def read_present_config(options: argparse.Namespace) -> Config:
    """The same, of data that are there: typed in another folder, a command would else make a new and empty school."""
    folder, file = Config.place_of(options.data)
    if file is not None and not file.is_file():
        raise CannotDo(
            f"There is no Noticing data in {folder}. Say where they are: --data DIR, or NOTICING_DATA."
        )
    return read_config(options)


def share_data(config: Config) -> IO[bytes]:
    """While this is held, by the server until its last worker has ended, no restore begins."""
    if is_unfinished(config):
        raise CannotDo("A restore was cut off. Run it again: noticing restore … --yes")
    lock = data_lock.share(config.data_dir)
    if lock is None:
        raise CannotDo("A restore is at work on this data. Wait until it is done.")
    return lock


def in_database(
    command: Command, read: Callable[[argparse.Namespace], Config] = read_present_config
) -> Command:
    """Run a command with the database brought up to date, as `serve` does."""

    @wraps(command)
    def run(options: argparse.Namespace) -> int | None:
        config = read(options)
        app = create_app(config)
        with share_data(config), app.app_context():
            migrating.migrate()
            try:
                return command(options)
            finally:
                db.session.remove()
                db.engine.dispose()

    return run


def say(*lines: str) -> None:
    """To the person at the terminal, a line each."""
    print("\n".join(lines), flush=True)
