"""Are the proofs sharp? Each seeded bug, alone in a copy of the tree, must be caught; the tree as it is, must not.

    mutate [--only NAME …] [--without-cuts] [--seed S] [--jobs 2] [--schedules N] [--list]

The control runs the same schedules as the bugs: what a bug fails at, the tree without it has passed. The last line
is the verdict; the exit code is 1 if a bug was not caught, the control is not clean, a bug no longer fits, or power
cannot be cut here and a bug needs that: those can be left out, and the verdict names them all the same.
"""

import argparse
import concurrent.futures
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from proof.mutate.bug import Bug, Stale, assert_fresh, read_bugs
from proof.mutate.tree import BUILT, ROOT, build_app, copy_tree
from proof.mutate.trial import Outcome, crash, end_all, simulate, try_bug

CONTROL = "control"
SAID_AT_MOST = 140


def main(argv: Sequence[str] | None = None) -> int:
    options = read_options(argv)
    try:
        bugs = read_bugs(options.only)
    except KeyError as unknown:
        print(f"mutate: there is no seeded bug {unknown}")
        return 1
    if options.list:
        for bug in bugs:
            print(f"{bug.name} ({bug.caught_by}): {bug.says}")
        return 0
    print(f"mutate: {len(bugs)} seeded bugs, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="noticing-mutate-") as folder:
        try:
            run = Run(options, bugs, Path(folder))
        except Stale as stale:
            print(f"mutate FAILED: seeded bugs that do not fit any more: {stale}")
            return 1
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            run.go()
        finally:
            end_all()
    print(run.verdict())
    return 0 if run.has_passed else 1


def read_options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="mutate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="extend", nargs="+", metavar="NAME", help="these bugs and no other")
    parser.add_argument(
        "--without-cuts", action="store_true", help="leave out the bugs that only a power cut shows"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="of what happens when")
    parser.add_argument("--jobs", type=int, default=2, help="simulators side by side (2)")
    parser.add_argument(
        "--schedules", type=int, default=None, help="in which the simulator must catch a bug (each bug says)"
    )
    parser.add_argument("--no-control", action="store_true", help="leave out the run without a bug")
    parser.add_argument("--tree", type=Path, default=ROOT, help="another checkout of the product")
    parser.add_argument("--list", action="store_true", help="say what bugs there are")
    return parser.parse_args(argv)


class Run:
    """Simulators side by side; crash runs, which use the whole machine, one after another."""

    def __init__(self, options: argparse.Namespace, bugs: list[Bug], folder: Path) -> None:
        self.options, self.folder = options, folder
        self.left_out = [bug for bug in bugs if bug.needs_cuts and options.without_cuts]
        self.bugs = [bug for bug in bugs if bug not in self.left_out]
        self.outcomes: dict[str, Outcome] = {}
        self.began = time.monotonic()
        self.tree = copy_tree(options.tree, folder / "tree")
        assert_fresh(bugs, self.tree)

    def go(self) -> None:
        simulated = [bug for bug in self.bugs if bug.caught_by == "simulate"]
        crashed = [bug for bug in self.bugs if bug.caught_by == "crash"]
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            waiting = {}
            if simulated and not self.options.no_control:
                waiting[pool.submit(self._control_simulated, simulated)] = CONTROL
            waiting |= {pool.submit(self._try, bug): bug.name for bug in simulated}
            try:
                for done in concurrent.futures.as_completed(waiting):
                    self._say(waiting[done], done.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                end_all()
                raise
        if crashed and not (self.tree / BUILT).is_dir():
            build_app(self.tree)
        if crashed and not self.options.no_control:
            for number, size in enumerate(sizes_of(crashed)):
                outcome = calmly(lambda size=size: crash(self.tree, self.options.seed, size))
                self._say(f"{CONTROL} of crash {number + 1}", outcome)
        for bug in crashed:
            self._say(bug.name, self._try(bug))

    @property
    def caught(self) -> list[Bug]:
        """Not where the same schedule fails without the bug."""
        control = self.outcomes.get(CONTROL)
        unsound = set(control.failing) if control else set()
        found = [bug for bug in self.bugs if self.outcomes[bug.name].found is not None]
        return [bug for bug in found if unsound.isdisjoint(self.outcomes[bug.name].failing)]

    @property
    def impossible(self) -> list[Bug]:
        return [bug for bug in self.bugs if self.outcomes[bug.name].is_impossible]

    @property
    def missed(self) -> list[Bug]:
        return [bug for bug in self.bugs if bug not in self.caught and bug not in self.impossible]

    @property
    def unclean(self) -> str | None:
        """What was found where there is no bug."""
        for name, outcome in self.outcomes.items():
            if name.startswith(CONTROL) and (outcome.found or outcome.trouble):
                return outcome.found or outcome.trouble
        return None

    @property
    def has_passed(self) -> bool:
        return bool(self.bugs) and not self.missed and not self.impossible and self.unclean is None

    def verdict(self) -> str:
        said = f"mutate: {len(self.caught)} of {len(self.bugs)} seeded bugs caught"
        if self.impossible:
            said += f", not tried, for power cannot be cut here: {names_of(self.impossible)}"
        if self.left_out:
            said += f", left out, for they need a power cut: {names_of(self.left_out)}"
        if self.missed:
            said += f", not caught: {names_of(self.missed)}"
        if self.unclean is not None:
            said += f", but without any bug: {self.unclean[:SAID_AT_MOST]}"
        return f"{said} (seed {self.options.seed})"

    def _try(self, bug: Bug) -> Outcome:
        def attempt() -> Outcome:
            with tempfile.TemporaryDirectory(dir=self.folder) as place:
                tree = copy_tree(self.tree, Path(place) / "tree")
                return try_bug(bug, tree, self.options.seed, self.options.schedules)

        return calmly(attempt)

    def _control_simulated(self, bugs: list[Bug]) -> Outcome:
        schedules = self.options.schedules or max(bug.schedules for bug in bugs)
        return calmly(lambda: simulate(self.tree, self.options.seed, schedules, to_the_end=True))

    def _say(self, name: str, outcome: Outcome) -> None:
        self.outcomes[name] = outcome
        if outcome.trouble:
            said = f"NO ANSWER: {outcome.trouble}"
        elif outcome.is_impossible:
            said = "power cannot be cut here"
        elif name.startswith(CONTROL):
            said = f"clean, {outcome.after}"
            if outcome.found:
                said = f"NOT CLEAN, failing {', '.join(outcome.failing)}: {outcome.found}"
        elif outcome.found:
            said = f"caught after {outcome.after}: {outcome.found[:SAID_AT_MOST]}"
        else:
            said = f"NOT CAUGHT, {outcome.after}"
        done = len([bug for bug in self.bugs if bug.name in self.outcomes])
        took = time.monotonic() - self.began
        left = took / done * (len(self.bugs) - done) if done else 0.0
        print(
            f"  {done} of {len(self.bugs)}, about {left / 60:.0f} min left   {name} [{outcome.seconds:.0f} s]: {said}",
            flush=True,
        )


def names_of(bugs: list[Bug]) -> str:
    return ", ".join(bug.name for bug in bugs)


def sizes_of(bugs: list[Bug]) -> list[dict[str, int | str]]:
    """Each way in which a crash run is started for a bug, once."""
    return [dict(each) for each in sorted({tuple(sorted(bug.size.items())) for bug in bugs}, key=str)]


def calmly(attempt: Callable[[], Outcome]) -> Outcome:
    """One trial that breaks must not take the others with it."""
    try:
        return attempt()
    except Exception as fault:  # noqa: BLE001 - it is said, and counts as not caught
        return Outcome(None, "", 0.0, f"{type(fault).__name__}: {fault}")


if __name__ == "__main__":
    sys.exit(main())
