"""Runs schedules of the simulator: several tablets' cores against the real server, in virtual time.

    simulate --schedules N [--seed S] [--minutes M] [--tree DIR] [--jobs 2] [--trace] [--keep-going]

A schedule's seed is the run's seed and its number; `--seed S --schedules 1 --trace` repeats one and tells it.
The last line is the verdict; the exit code is 1 on a loss, a stall, a difference or a history that differs
when it is run again.

Not every tap gets its check: a store refuses some, and tablets die, are wiped or lost in between. The checker looks
for each of them: a tap with a dot is on the server at the end, byte for byte, though nobody may have looked any more;
or it went with its tablet, whose status line had counted it; or a spoilt disk has made it unreadable, and the tablet
has said so. Anything else is a loss.
"""

import argparse
import multiprocessing
import queue
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bundle import ROOT, bundle  # noqa: E402
from verdict import Tally, say_failure  # noqa: E402
from worker import Work, fresh_seed, run_worker  # noqa: E402

PROGRESS_S = 5
ENDS_WITHIN_S = 10
SEEDS = HERE / "seeds.txt"


def main(argv: list[str] | None = None) -> int:
    options = read_options(argv)
    with tempfile.TemporaryDirectory(prefix="noticing-simulate-") as folder:
        tablets = bundle(options.tree, Path(folder))
        return simulate(options, tablets)


def read_options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="simulate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--schedules", type=int, default=500)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--tree", type=Path, default=ROOT)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--trace", action="store_true", help="tell the whole history")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first failure")
    parser.add_argument("--no-permanent", action="store_true", help="leave out the permanent seeds")
    options = parser.parse_args(argv)
    options.tree = options.tree.resolve()
    options.seed = fresh_seed() if options.seed is None else options.seed
    return options


def simulate(options: argparse.Namespace, tablets: Path) -> int:
    print(f"simulate: {options.schedules:,} schedules, seed {options.seed}", flush=True)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    jobs = max(1, min(options.jobs, options.schedules))
    workers = [
        context.Process(target=run_worker, args=(work, results), daemon=True)
        for work in share_out(options, tablets, jobs)
    ]
    for each in workers:
        each.start()
    tally = Tally(options.schedules, options.seed)
    patience_s = 0
    try:
        if collect(results, workers, tally, options):
            patience_s = ENDS_WITHIN_S
    finally:
        for each in workers:
            each.join(timeout=patience_s)
            if each.is_alive():
                each.terminate()
                each.join()
    print(tally.verdict())
    return 0 if tally.has_passed else 1


def share_out(options: argparse.Namespace, tablets: Path, jobs: int) -> list[Work]:
    until = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
    permanent = [] if options.no_permanent or options.trace else permanent_seeds()
    return [
        Work(
            tree=options.tree,
            tablets=tablets,
            seed=options.seed,
            first=first,
            step=jobs,
            count=options.schedules,
            until=until,
            permanent=permanent[first::jobs],
            is_traced=options.trace,
        )
        for first in range(jobs)
    ]


def collect(results: Any, workers: list[Any], tally: Tally, options: argparse.Namespace) -> bool:
    """Until all are done, or until the first failure; whether all are done."""
    last_said = time.monotonic()
    done = 0
    while done < len(workers):
        ended = sum(each.exitcode is not None for each in workers)
        try:
            result = results.get(timeout=1)
        except queue.Empty:
            result = ...
            if ended > done:  # killed: what it was to do nobody does
                tally.add({"broken": "a worker ended in the middle of its schedules"})
                return False
        if result is None:
            done += 1
        elif result is not ...:
            tally.add(result)
            if tally.is_failure(result):
                say_failure(result, tally.seed, sys.stdout)
                if not options.keep_going:
                    return False
            elif options.trace:
                print("\n".join(result.get("tail", [])))
        if time.monotonic() - last_said > PROGRESS_S:
            last_said = time.monotonic()
            print(tally.progress(), flush=True)
    return True


def permanent_seeds() -> list[int]:
    lines = SEEDS.read_text().splitlines() if SEEDS.is_file() else []
    return [int(line.split()[0]) for line in lines if line.strip() and not line.startswith("#")]


def coverage_of(results: list[dict[str, Any]]) -> Counter[str]:
    return sum((Counter(each["coverage"]) for each in results), Counter())


if __name__ == "__main__":
    sys.exit(main())
