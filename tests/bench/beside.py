"""The same entries from one browser: by the app's own sync to Noticing, and as documents by PouchDB."""

from bench.figures import Figures, middle, ratio
from bench.peers import BATCHES, PouchSyncing
from bench.syncing import PUSH, VISIT, Syncing

OURS = "Noticing"
FIELDS = ("entries_per_s", "bytes_per_entry", "requests")


class Beside:
    """Each round makes new entries; the order of the three is another in each."""

    def __init__(self, syncing: Syncing, pouch: PouchSyncing) -> None:
        self.syncing, self.pouch = syncing, pouch
        self.results: dict[int, dict[str, list[Figures]]] = {}
        self.rounds = 0

    def go_round(self, count: int) -> None:
        self.syncing.append(count)
        bodies = self.syncing.bodies(count)
        name = f"entries-{count}-{self.rounds}"
        self.pouch.fill(name, bodies)
        turns = [OURS, *BATCHES]
        first = self.rounds % len(turns)
        results = self.results.setdefault(count, {turn: [] for turn in turns})
        for turn in turns[first:] + turns[:first]:
            if turn == OURS:
                results[turn].append(self._send(count))
            else:
                results[turn].append(self.pouch.replicate(name, BATCHES[turn], count))
        self.rounds += 1

    def send_morning(self) -> int:
        """How many pushes a long lesson's entries take."""
        self.syncing.append(VISIT)
        return int(self.syncing.send_appended(VISIT)["by_path"][PUSH]["requests"])

    def figures(self) -> Figures:
        typical = {
            count: {
                turn: {name: middle([one[name] for one in ran]) for name in FIELDS}
                for turn, ran in turns.items()
            }
            for count, turns in self.results.items()
        }
        ratios = {
            f"{count:,}: {OURS} / {turn}": {
                name: ratio(turns[OURS][name], turns[turn][name]) for name in FIELDS
            }
            for count, turns in typical.items()
            for turn in BATCHES
        }
        return {
            "rates": {
                f"{count:,}: {turn}": each for count, turns in typical.items() for turn, each in turns.items()
            },
            "ratios": ratios,
            "pouchdb": self.pouch.version,
            "runs": self.results,
        }

    def _send(self, count: int) -> Figures:
        sent = self.syncing.send_appended(count)
        return {
            "entries": count,
            "ms": sent["ms"],
            "entries_per_s": sent["entries_per_s"],
            "bytes_per_entry": round(sent["bytes_up"] / count, 1),
            "requests": sum(int(of_path["requests"]) for of_path in sent["by_path"].values()),
        }
