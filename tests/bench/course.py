"""The course of one run: what is being measured, how far it is, about how long it still takes, and when it must end."""

import contextlib
import time
from collections.abc import Callable, Iterator

from bench.figures import Figures

LIMIT_SECONDS = 290.0  # what would not be over by then is not begun
CERTAIN_SECONDS = 20.0  # before that much is measured, the plan's own guess is as good


class Course:
    """`plan` names the parts of a run with the seconds that each may take on two cores."""

    def __init__(self, plan: dict[str, float], say: Callable[[str], None] = print) -> None:
        self.left = dict(plan)
        self.say = say
        self.started = time.monotonic()
        self.done = 0.0
        self.cut_short: list[str] = []

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @property
    def seconds_left(self) -> float:
        pace = self.seconds / self.done if self.done > CERTAIN_SECONDS else 1.0
        return sum(self.left.values()) * pace

    @contextlib.contextmanager
    def part(self, title: str) -> Iterator[None]:
        self.say(f"{self.seconds:5.0f} s, about {self.seconds_left:3.0f} s left: {title}")
        yield
        self.done += self.left.pop(title)

    def parts(self, *titles: str) -> Iterator[str]:
        """The first always; the others while all that is left fits. What does not is named in `cut_short`."""
        for place, title in enumerate(titles):
            if place and self.seconds + self.seconds_left > LIMIT_SECONDS:
                self.cut_short.append(title)
                self.left.pop(title)
                continue
            with self.part(title):
                yield title

    def figures(self) -> Figures:
        return {"seconds": round(self.seconds, 1), "cut_short": self.cut_short}
