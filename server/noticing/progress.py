"""How far a long command has come, and how long it will still take: a line every few seconds, on the error output."""

import sys
import time

EVERY_SECONDS = 2.0


class Progress:
    """Called with how many of how many are done. What is over at once says nothing."""

    def __init__(self, things: str) -> None:
        self._things = things
        self._began = self._said = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        at = time.monotonic()
        if at - self._said < EVERY_SECONDS:
            return
        self._said = at
        sys.stderr.write(tell(self._things, done, total, at - self._began) + "\n")
        sys.stderr.flush()


def tell(things: str, done: int, total: int, seconds: float) -> str:
    """One line, such as "1200 of 5000 visits, about 40 s left"."""
    line = f"{done} of {total} {things}"
    if not done or done >= total:
        return line
    left = seconds * (total - done) / done
    return f"{line}, about {left / 60:.0f} min left" if left > 90 else f"{line}, about {left:.0f} s left"
