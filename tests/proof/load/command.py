"""`python3 dev.py load [--tablets N] [--database sqlite|postgresql|both] [--seed S]`: prints, and says a verdict.

Everything lies in a new folder under the system's temporary one, which is gone at the end. It stops by itself.
"""

import argparse
import contextlib
import secrets
import shutil
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from postgres import running_postgres
from proof.load.run import Outcome, run_load

DATABASES = ("sqlite", "postgresql")
SPREAD_SECONDS = 60.0
LIMIT_SECONDS = (
    600.0  # for one database: whoever is not through by then, after the longest back-off, has stalled
)


def main(arguments: Sequence[str]) -> int:
    options = make_parser().parse_args(arguments)
    names = DATABASES if options.database == "both" else (options.database,)
    print(f"load: {options.tablets:,} tablets, seed {options.seed}", flush=True)
    outcomes: list[Outcome] = []
    trouble = None
    for name in names:
        try:
            outcomes.append(run_on(name, options))
        except Exception as fault:  # noqa: BLE001 - it is said, and counts as a failure
            traceback.print_exc()
            trouble = f"{name} broke off: {type(fault).__name__}"
    for outcome in outcomes:
        print("\n" + outcome.table(), flush=True)
    print("\n" + sentence(outcomes, trouble, options.seed), flush=True)
    return 0 if is_kept(outcomes) and trouble is None else 1


def is_kept(outcomes: Sequence[Outcome]) -> bool:
    return all(outcome.verdict.is_kept for outcome in outcomes)


def sentence(outcomes: Sequence[Outcome], trouble: str | None, seed: int) -> str:
    """The last line: what came of it, and how fast it was."""
    word = "nothing is known" if trouble else "the promise was kept"
    if not is_kept(outcomes):
        word = "THE PROMISE WAS BROKEN"
    said = [outcome.sentence() for outcome in outcomes] + ([trouble] if trouble else [])
    return f"load: {word}: " + "; ".join(said) + f" (seed {seed})"


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py load", description=__doc__)
    parser.add_argument("--tablets", type=positive, default=1000)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument(
        "--spread", type=float, default=SPREAD_SECONDS, help="seconds in which all come back (default: 60)"
    )
    parser.add_argument(
        "--limit", type=float, default=LIMIT_SECONDS, help="seconds after which a database's part ends"
    )
    return parser


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of tablets")
    return int(text)


def run_on(name: str, options: argparse.Namespace) -> Outcome:
    def say(text: str) -> None:
        print(f"{name}: {text}", flush=True)

    with temporary_folder() as folder, database(name, folder) as url:
        return run_load(
            url, folder, tablets=options.tablets, seed=options.seed, spread_seconds=options.spread,
            limit_seconds=options.limit, say=say,
        )  # fmt: skip


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="noticing-load-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, durable as the product demands."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'noticing.db'}"
        return
    with running_postgres() as server:
        yield server.url(server.make_database())
