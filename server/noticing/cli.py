"""The `noticing` command: serve, migrate, and who works where and with whom, from a terminal."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from noticing import safekeeping
from noticing.accounts.people import ROLES
from noticing.serve import CannotServe
from noticing.terminal import people, places, starting, upkeep
from noticing.terminal.command import CannotDo


def main(arguments: Sequence[str] | None = None) -> int:
    options = make_parser().parse_args(arguments)
    os.umask(0o077)  # what is kept here is for this account alone
    try:
        return int(options.run(options) or 0)
    except (CannotServe, CannotDo) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="noticing", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    _leaf(commands, "migrate", upkeep.migrate, "bring the database to the tables of this version")
    _leaf(commands, "reprocess", upkeep.reprocess, "judge what lies aside again (every start does)")
    rebuild = _leaf(commands, "rebuild", upkeep.rebuild, "fold all visits again from their entries")
    rebuild.add_argument("--check", action="store_true", help="only compare; exit 1 if a view differs")
    _add_safekeeping(commands)
    draft = _leaf(commands, "draft-migration", upkeep.draft_migration, "write a migration (for developers)")
    draft.add_argument("message")
    _add_person(_group(commands, "person", "people and their links"))
    _add_place(_group(commands, "school", "schools"), _group(commands, "class", "classes"))
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # it has no public name


def _leaf(commands: Commands, name: str, run: object, text: str) -> argparse.ArgumentParser:
    leaf: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    leaf.set_defaults(run=run)
    leaf.add_argument(
        "--data", type=Path, help="where database and secret key lie (default: $NOTICING_DATA or ./data)"
    )
    return leaf


def _group(commands: Commands, name: str, text: str) -> Commands:
    return commands.add_parser(name, help=text).add_subparsers(required=True, metavar="COMMAND")


def _add_serve(commands: Commands) -> None:
    serve = _leaf(commands, "serve", starting.serve, "start the server")
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (default: only this machine)")
    serve.add_argument("--lan", action="store_true", help="listen on the network, not only on this machine")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=1, help="server processes (default: 1)")
    serve.add_argument("--tls-cert", type=Path, help="certificate chain, PEM")
    serve.add_argument("--tls-key", type=Path, help="its private key, PEM")
    serve.add_argument("--url", help="how people reach it: https://noticing.school.example ($NOTICING_URL)")
    kind = serve.add_mutually_exclusive_group()
    kind.add_argument("--demo", action="store_true", help="fill a new database with the demo school")
    kind.add_argument("--empty", action="store_true", help="start a new database without the demo school")


def _add_safekeeping(commands: Commands) -> None:
    backup = _leaf(commands, "backup", safekeeping.backup, "make a backup while the server runs")
    backup.add_argument(
        "place", type=Path, metavar="DIR", help="a folder for backups, made if need be; this one goes into it"
    )
    restore = _leaf(commands, "restore", safekeeping.restore, "put a backup in the place of the database")
    restore.add_argument("backup", type=Path, metavar="DIR", help="what `noticing backup` has made")
    restore.add_argument(
        "--keys", type=Path, metavar="FILE", help="the keys that belong to it, if not beside it"
    )
    restore.add_argument("--yes", action="store_true", help="even if there is data; it is kept aside")
    text = "let everybody sign in again after a restore without the ledger"
    _leaf(commands, "resume", safekeeping.resume, text)
    rescue = _leaf(commands, "rescue", safekeeping.rescue, "take in a rescue file that a tablet has saved")
    rescue.add_argument("file", type=Path, metavar="FILE")
    _leaf(commands, "renew-key", safekeeping.renew_key, "let tablets seal to a new key of the organisation")


def _add_person(group: Commands) -> None:
    add = _leaf(group, "add", people.add_person, "add a person and print her one-time link")
    add.add_argument("--name", required=True, help="as colleagues say it: Ms Rivera")
    add.add_argument("--email", required=True)
    add.add_argument("--role", required=True, action="append", choices=ROLES, help="may be repeated")
    add.add_argument("--school", help="name of the school; left out: everywhere")
    add.add_argument(
        "--coach-of", action="append", default=[], metavar="EMAIL", help="a teacher; may be repeated"
    )
    for leaf in (add, _add_link(group)):
        leaf.add_argument(
            "--url", help="how the server is reached (default: $NOTICING_URL, else as it was started last)"
        )
    for name, run, text in (
        ("pair", people.pair, "let a coach and a teacher work together"),
        ("unpair", people.unpair, "end that: from now on the coach reads nothing of the teacher"),
    ):
        both = _leaf(group, name, run, text)
        both.add_argument("--coach", required=True, metavar="EMAIL")
        both.add_argument("--teacher", required=True, metavar="EMAIL")
    _add_changes(group)


def _add_link(group: Commands) -> argparse.ArgumentParser:
    link = _leaf(
        group, "link", people.renew_link, "print a new one-time link (also for a forgotten password)"
    )
    link.add_argument("--email", required=True)
    return link


def _add_changes(group: Commands) -> None:
    for name, run, text in (
        ("grant-role", people.grant_role, "give a person one more role"),
        ("end-role", people.end_role, "end a role; the last as coach or teacher ends her pairings, too"),
    ):
        role = _leaf(group, name, run, text)
        role.add_argument("--email", required=True)
        role.add_argument("--role", required=True, choices=ROLES)
        role.add_argument("--school", help="name of the school; left out: everywhere")
    sign_out = _leaf(group, "sign-out", people.sign_out, "sign a person out on every device")
    close = _leaf(group, "close", people.close, "close an account: ends its roles, pairings and sessions")
    for leaf in (sign_out, close):
        leaf.add_argument("--email", required=True)


def _add_place(schools: Commands, classes: Commands) -> None:
    school = _leaf(schools, "add", places.add_school, "add a school")
    school.add_argument("--name", required=True)
    lesson = _leaf(classes, "add", places.add_class, "add a class of a teacher")
    for name in ("school", "teacher", "title", "grade", "subject", "room"):
        lesson.add_argument(f"--{name}", required=True)
    lesson.add_argument("--students", type=int, required=True, help="how many are on the roster")
