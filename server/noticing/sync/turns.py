"""How many pushes are taken at the same time: whoever comes too many is told so at once, and comes again.

One writes while the others wait for it. Were they all let in, they would hold every thread of the server, and the
shortest question would wait behind them until its device gave up.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from noticing.problems import Problem

AT_ONCE = 8  # in one process; serve.THREADS are twice as many
_turns = threading.BoundedSemaphore(AT_ONCE)
RESCUES = threading.BoundedSemaphore(1)  # each pushes on its own, a whole file of them


@contextmanager
def turn(turns: threading.BoundedSemaphore = _turns) -> Iterator[None]:
    """Raises Problem `busy`."""
    if not turns.acquire(blocking=False):
        raise Problem("busy")
    try:
        yield
    finally:
        turns.release()
