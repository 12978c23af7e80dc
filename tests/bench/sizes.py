"""How much one run measures: NOTICING_BENCH_SIZE is quick (only to see that it works), usual or large."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    documents: tuple[int, ...]  # entries that a browser replicates at once
    rounds: int
    pushed: int  # entries through HTTP beside executemany
    small_log: int
    large_log: int
    probes: int  # of each kind, on the small and on the large log in turn


SIZES = {
    "quick": Size((200, 400), 1, 2_000, 600, 20_000, 5),
    "usual": Size((1_000, 10_000), 2, 20_000, 10_000, 1_000_000, 40),
    "large": Size((1_000, 10_000, 50_000), 2, 50_000, 10_000, 10_000_000, 40),
}


def chosen_size() -> Size:
    return SIZES[os.environ.get("NOTICING_BENCH_SIZE", "usual")]
