"""What the door must know of an observation: whose it is, whom and where it concerns, how far it has come.

Pure. Read from the accepted entries of the log themselves, since an entry is judged in the transaction that
brings it, before anything is folded. The fields are those of the fold's context; a test holds both together.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from noticing.accounts.policy import Sitting
from noticing.entry_log.entry import Entry
from noticing.instants import read_instant

KINDS = (
    "observation.started",
    "observation.corrected",
    "observation.finished",
    "feedback.shared",
    "entry.retracted",
)


class Came(NamedTuple):
    """Where an entry stands: its number in the feed, and in the stream that brought it."""

    change_seq: int
    stream_id: str = ""
    stream_seq: int = 0

    def is_before(self, other: "Came") -> bool:
        """Within a stream by its own order, in which its author made them, whatever came first. Else by arrival."""
        if self.stream_id and self.stream_id == other.stream_id:
            return self.stream_seq < other.stream_seq
        return self.change_seq < other.change_seq


class Standing:
    """Grows by `add`; entries may come in any order, the start first or not."""

    def __init__(self, observation_id: str) -> None:
        self.observation_id = observation_id
        self.start: Entry | None = None
        self.is_finished = False
        self.shares: dict[str, Came] = {}  # by entry_id
        self._corrections: list[Entry] = []
        self._retracted: set[Any] = set()
        self.version = 0  # raised by everything that may change the answers below
        self._fields: dict[str, Any] = {}

    def add(self, entry: Entry, came: Came) -> None:
        """Take in one accepted entry."""
        if entry.kind not in KINDS:
            return
        self.version += 1
        self._fields = {}
        match entry.kind:
            case "observation.started":
                self.start = entry
            case "observation.corrected":
                self._corrections.append(entry)
            case "observation.finished":
                self.is_finished = True
            case "feedback.shared":
                self.shares[entry.entry_id] = came
            case "entry.retracted":
                self._retracted.add(entry.payload.get("entry_id"))

    def field(self, name: str, proposed: Entry | None = None) -> Any:
        """A field of the context as it stands, or as it would with one more correction."""
        if proposed is None and name in self._fields:
            return self._fields[name]
        value = self._read_field(name, proposed)
        if proposed is None:
            self._fields[name] = value
        return value

    def _read_field(self, name: str, proposed: Entry | None) -> Any:
        if self.start is None:
            return None
        everything = [self.start, *self._corrections, *([proposed] if proposed else [])]
        about = [entry for entry in everything if entry is self.start or name in entry.payload]
        live = [entry for entry in about if entry is self.start or entry.entry_id not in self._retracted]
        replaced = _replaced_by(live, {entry.entry_id: entry for entry in everything})
        left = [entry for entry in live if entry.entry_id not in replaced] or live
        return max(left, key=lambda entry: (read_instant(entry.occurred_at), entry.entry_id)).payload.get(
            name
        )

    def values_of(self, name: str) -> set[str]:
        """All texts that the start and its corrections have ever named as this field."""
        said = [each.payload.get(name) for each in (self.start, *self._corrections) if each]
        return {each for each in said if isinstance(each, str)}

    def is_correction(self, entry_id: str) -> bool:
        return any(entry.entry_id == entry_id for entry in self._corrections)

    def is_shared_before(self, came: Came) -> bool:
        return any(share.is_before(came) for share in self.shares.values())

    def sitting(
        self, tenant_id: str, *, is_pairing_held: bool, proposed: Entry | None = None
    ) -> Sitting | None:
        """The same as the policy sees it; None while its start is missing."""
        if self.start is None:
            return None
        return Sitting(
            tenant_id=tenant_id,
            channel=str(self.start.payload.get("channel")),
            observer_id=self.start.author_id,
            observed_id=str(self.field("observed_id", proposed)),
            school_id=str(self.field("school_id", proposed)),
            is_pairing_held=is_pairing_held,
            is_finished=self.is_finished or bool(self.shares),
            is_shared=bool(self.shares),
        )


def _replaced_by(live: Iterable[Entry], known: Mapping[str, Entry]) -> set[str]:
    """What the live entries replace, directly or through what they replaced."""
    replaced: set[str] = set()
    waiting = list(live)
    while waiting:
        entry = waiting.pop()
        for entry_id in entry.replaces:
            if entry_id in known and entry_id not in replaced and entry_id != entry.entry_id:
                replaced.add(entry_id)
                waiting.append(known[entry_id])
    return replaced
