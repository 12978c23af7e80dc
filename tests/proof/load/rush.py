"""The minute in which everybody comes back: who arrives when, how far it is, how long each answer took."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from proof.load.tablet import Tablet

STACK_BYTES = 512 * 1024
SAY_EVERY_SECONDS = 5.0
CHECKED = "arrival to last check"
Say = Callable[[str], None]


@dataclass
class Course:
    """What was measured. `seconds`: from the first arrival to the last tablet's end."""

    seconds: float = 0.0
    is_cut_short: bool = False
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # step -> seconds
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)  # of each step, but its 200s
    entries_by_second: Counter[int] = field(default_factory=Counter)


class Rush:
    """One thread for each tablet from its arrival on; most of them wait for the server."""

    def __init__(
        self,
        tablets: Sequence[Tablet],
        port: int,
        seed: int,
        spread_seconds: float,
        limit_seconds: float,
        say: Say,
    ) -> None:
        self.tablets, self.port, self.seed, self.say = tablets, port, seed, say
        self.spread_seconds, self.limit_seconds = spread_seconds, limit_seconds
        chance = Random(f"arrivals {seed}")
        self.arrivals = sorted((chance.uniform(0, spread_seconds), place) for place in range(len(tablets)))
        self.course, self.lock, self.stop = Course(), threading.Lock(), threading.Event()
        self.arrived = self.left = 0
        self.said_at = self.began = 0.0

    def run(self) -> Course:
        before = threading.stack_size(STACK_BYTES)
        threads: list[threading.Thread] = []
        self.began = time.monotonic()
        try:
            for at, place in self.arrivals:
                self._wait_until(at)
                threads.append(threading.Thread(target=self._serve, args=(place,), daemon=True))
                threads[-1].start()
            while self.left < len(self.tablets) and self._seconds() < self.limit_seconds:
                self._wait_until(self._seconds() + 0.05)
        finally:
            self.course.is_cut_short = self.left < len(self.tablets)
            self.stop.set()
            threading.stack_size(before)
        self.course.seconds = self._seconds()
        for thread in threads:
            thread.join(60)
        return self.course

    def _serve(self, place: int) -> None:
        tablet = self.tablets[place]
        with self.lock:
            self.arrived += 1
        arrived = time.perf_counter()

        def tell(step: str, seconds: float, outcome: str) -> None:
            with self.lock:
                if outcome == "200":
                    self.course.times[step].append(seconds)
                else:
                    self.course.outcomes[step, outcome] += 1
                if step == "changes" and tablet.acknowledged == len(tablet.bodies) and not was_checked:
                    was_checked.append(True)
                    self.course.times[CHECKED].append(time.perf_counter() - arrived - seconds)
                    self.course.entries_by_second[int(self._seconds() - seconds)] += len(tablet.bodies)

        was_checked: list[bool] = []
        try:
            tablet.come_back(self.port, tell, Random(f"{self.seed} {place}"), self.stop)
        except Exception as fault:  # noqa: BLE001 - an answer of a shape that no device could read
            tablet.faults.append(f"{type(fault).__name__}: {fault}")
        with self.lock:
            self.left += 1

    def _wait_until(self, at: float) -> None:
        while (wait := at - self._seconds()) > 0:
            self._say_how_far()
            time.sleep(min(wait, 0.25))

    def _say_how_far(self) -> None:
        at = self._seconds()
        if at - self.said_at < SAY_EVERY_SECONDS:
            return
        self.said_at = at
        pace = self.left / at
        left = (len(self.tablets) - self.left) / pace if pace else self.spread_seconds
        left = max(self.spread_seconds - at, left if self.arrived == len(self.tablets) else 0)
        waiting = sum(1 for tablet in self.tablets if tablet.failures and not tablet.is_done)
        self.say(
            f"{at:5.0f} s, about {left:3.0f} s left: {self.left:,} of {len(self.tablets):,} tablets are through, "
            f"{self.arrived - self.left:,} are talking, {waiting:,} of them had to try again"
        )

    def _seconds(self) -> float:
        return time.monotonic() - self.began
