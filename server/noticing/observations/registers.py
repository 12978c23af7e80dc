"""Values of which one stands. Twin of pwa/src/observation/registers.ts."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from noticing.observations.instants import timed

Entry = dict[str, Any]
T = TypeVar("T")
K = TypeVar("K")


def unreplaced(
    candidates: Sequence[Entry], is_live: Callable[[Entry], bool], through: Sequence[Entry] | None = None
) -> list[Entry]:
    """The live entries that no live entry has replaced, in order of time.

    Replacing passes through retracted entries: who replaced B had been shown what B replaced. Undoing the
    newest brings its predecessor back.
    """
    live = [entry for entry in candidates if is_live(entry)]
    replaced = _reach(live, candidates if through is None else through)
    left = [entry for entry in live if entry["entry_id"] not in replaced]
    return sorted(left or live, key=timed)


def _reach(live: Sequence[Entry], through: Sequence[Entry]) -> set[str]:
    known = {entry["entry_id"]: entry for entry in through}
    replaced: set[str] = set()
    waiting = list(live)
    while waiting:
        entry = waiting.pop()
        for entry_id in entry["replaces"]:
            if entry_id not in known or entry_id in replaced or entry_id == entry["entry_id"]:
                continue
            replaced.add(entry_id)
            waiting.append(known[entry_id])
    return replaced


def group_by(things: Iterable[T], key_of: Callable[[T], K | None]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for thing in things:
        key = key_of(thing)
        if key is not None:
            groups.setdefault(key, []).append(thing)
    return groups
