"""A seeded bug: a file that says what is wrong with it, where it goes, and who must catch it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("bugs")
SCHEDULES = 120  # of the simulator, in which a bug must show where it says nothing else


class Stale(Exception):
    """The product has changed under a bug: it has to be sown anew."""


@dataclass(frozen=True)
class Change:
    """`find` stands in `file` exactly once."""

    file: str
    find: str
    replace: str

    def apply(self, tree: Path) -> None:
        place = tree / self.file
        text = place.read_text("utf-8")
        place.write_text(text.replace(self.find, self.replace), "utf-8")

    def fault(self, tree: Path) -> str | None:
        place = tree / self.file
        if not place.is_file():
            return f"{self.file} is gone"
        times = place.read_text("utf-8").count(self.find)
        return None if times == 1 else f"{self.file} holds what it replaces {times} times"


@dataclass(frozen=True)
class Bug:
    """`caught_by`: simulate or crash. `size`: that proof's options; a crash with `cuts` needs FUSE."""

    name: str
    says: str
    caught_by: str
    size: dict[str, int | str]
    changes: tuple[Change, ...]

    @property
    def is_in_app(self) -> bool:
        return any(change.file.startswith("pwa/") for change in self.changes)

    @property
    def needs_cuts(self) -> bool:
        return bool(self.size.get("cuts"))

    @property
    def schedules(self) -> int:
        return int(self.size.get("schedules", SCHEDULES))

    def apply(self, tree: Path) -> None:
        for change in self.changes:
            change.apply(tree)


def read_bug(file: Path) -> Bug:
    content = tomllib.loads(file.read_text("utf-8"))
    changes = tuple(Change(**each) for each in content.pop("change"))
    return Bug(name=file.stem, changes=changes, size=content.pop("size", {}), **content)


def read_bugs(names: list[str] | None = None) -> list[Bug]:
    """All, or those named. Raises KeyError for a name that there is not."""
    bugs = {file.stem: read_bug(file) for file in sorted(FOLDER.glob("*.toml"))}
    return [bugs[name] for name in names] if names else list(bugs.values())


def assert_fresh(bugs: list[Bug], tree: Path) -> None:
    """Raises Stale, naming every bug that does not fit the tree any more."""
    faults = [
        f"{bug.name}: {fault}"
        for bug in bugs
        for change in bug.changes
        if (fault := change.fault(tree)) is not None
    ]
    if faults:
        raise Stale("; ".join(faults))
