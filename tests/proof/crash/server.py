"""The server under test, as `noticing serve` starts it, and the ways in which it can die."""

import contextlib
import os
import signal
from pathlib import Path

from live_server import LiveServer


class Server(LiveServer):
    def __init__(self, data: Path, log: Path, *options: str) -> None:
        super().__init__(data, *options)
        self.log = log  # beside the data it would be on the disk that loses its power

    def start(self) -> "Server":
        super().start()
        return self

    def kill_worker(self) -> None:
        """kill -9 of the processes that answer; the first process starts others."""
        assert self.process
        for child in children_of(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM: what is being answered is answered first."""
        assert self.process
        self.process.terminate()
        self.process.wait(30)

    def await_answer(self) -> None:
        """A server whose worker dies twice within five seconds ends; whoever looks after it starts it again."""
        try:
            self._wait_until_it_answers()
        except RuntimeError:
            self.start()


def children_of(parent: int) -> list[int]:
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                # After the name in brackets: state, parent.
                if int((place / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(place.name))
    return found
