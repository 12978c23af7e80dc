"""Entries a second from a tablet's log to the server's disk, through a real browser, beside one POST an entry."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from bench.figures import Figures, middle, ratio
from bench.wire import Wire, total

SAMPLE = Path(__file__).parents[2] / "protocols/lesson-clarity/sample.entries.json"
KINDS = ("item.marked", "item.not_seen", "script.written", "count.added", "sweep.taken")
VISIT = 200  # entries: a long lesson
ONE_BY_ONE = 150
SMALL, LARGE = 1_000, 10_000
PUSH = "/api/v1/sync/push"


class Syncing:
    """A page of the server's origin with the app's own log and sync in it, and none of its screens."""

    def __init__(self, page: Page, url: str, script: str) -> None:
        self.page = page
        self.results: dict[str, list[Figures]] = {}
        page.goto(f"{url}/healthz")
        page.evaluate(script)
        page.evaluate("slug => noticing_bench.open(slug)", "lesson-clarity")
        self.wire = Wire(page)

    def send(self, count: int) -> None:
        self._measure(f"sync {count:,}", count, "noticing_bench.send()")

    def send_one_by_one(self, count: int = ONE_BY_ONE) -> None:
        self._measure("one POST an entry", count, "noticing_bench.sendOneByOne()")
        self.page.evaluate("noticing_bench.send()")  # the log learns from the server what it has

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.page.evaluate("noticing_bench.counts()")
        return counts

    def reasons(self) -> list[str]:
        reasons: list[str] = self.page.evaluate("noticing_bench.reasons()")
        return reasons

    def figures(self) -> Figures:
        rates = {name: summarize(results) for name, results in self.results.items()}
        naive = rates["one POST an entry"]
        ratios = {
            f"{name} / one POST an entry": {
                "entries_per_s": ratio(rate["entries_per_s"], naive["entries_per_s"]),
                "bytes_per_entry": ratio(rate["bytes_per_entry"], naive["bytes_per_entry"]),
            }
            for name, rate in rates.items()
            if rate is not naive
        }
        return {"rates": rates, "ratios": ratios, "visit_size": VISIT, "runs": self.results}

    def append(self, count: int) -> None:
        self.page.evaluate(
            "([count, size, drafts]) => noticing_bench.append(count, size, drafts)", [count, VISIT, drafts()]
        )

    def bodies(self, count: int) -> list[str]:
        """Of the first `count` entries that have no check yet."""
        bodies: list[str] = self.page.evaluate("count => noticing_bench.unsentBodies(count)", count)
        return bodies

    def send_appended(self, count: int, script: str = "noticing_bench.send()") -> Figures:
        self.wire.take()
        result: dict[str, Any] = self.page.evaluate(script)
        passed = self.wire.take()
        assert result["entries"] == count, f"{result['entries']} of {count} entries were sent"
        return {
            "entries": count,
            "ms": round(result["ms"], 1),
            "entries_per_s": round(count / result["ms"] * 1000, 1),
            "push_bytes_up": passed[PUSH]["up"],
            "push_body_bytes_up": passed[PUSH]["up_body"],
            "bytes_up": total(passed, "up"),
            "bytes_down": total(passed, "down"),
            "by_path": passed,
        }

    def _measure(self, name: str, count: int, script: str) -> None:
        self.append(count)
        self.results.setdefault(name, []).append(self.send_appended(count, script))


def summarize(results: list[Figures]) -> Figures:
    def each(field: str) -> float:
        return middle([one[field] / one["entries"] for one in results])

    return {
        "entries_per_s": middle([one["entries_per_s"] for one in results]),
        "bytes_per_entry": each("push_bytes_up"),
        "body_bytes_per_entry": each("push_body_bytes_up"),
        "all_bytes_per_entry": middle(
            [(one["bytes_up"] + one["bytes_down"]) / one["entries"] for one in results]
        ),
        "runs": len(results),
    }


def drafts() -> list[Figures]:
    """What coaches write, in the proportion of the protocol's own sample."""
    entries = json.loads(SAMPLE.read_text("utf-8"))
    return [
        {"kind": one["kind"], "item_key": one["item_key"], "payload": one["payload"]}
        for one in entries
        if one["kind"] in KINDS
    ]
