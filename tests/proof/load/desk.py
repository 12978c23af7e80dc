"""One tablet beside the rush: as many entries as are asked for, in signed pushes, and its own stopwatch."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from proof.load.day import make_day
from proof.load.district import Enrolled
from proof.load.tablet import CHANGES, PUSH, VERIFY, Batch, Connection, make_batch, sign_content


class Desk:
    """Talks to one server and keeps the seconds of each answer. Whatever goes wrong is raised."""

    def __init__(self, port: int, enrolled: Enrolled) -> None:
        self.enrolled = enrolled
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.connection = Connection(port, enrolled, self._tell)

    def push(self, batch: Batch, step: str = "push") -> dict[str, Any]:
        answer = self.connection.ask(step, PUSH, batch)
        assert answer["fork"] is None, answer
        assert not answer["set_aside"], answer["set_aside"]
        return answer

    def changes(self, cursor: str) -> dict[str, Any]:
        answer = self.connection.ask("changes", CHANGES, query=f"?after={cursor}")
        assert not answer["reset"], "the cursor should hold"
        return answer

    def verify(self, bodies: Sequence[bytes], from_seq: int) -> None:
        xor = 0
        for body in bodies:
            xor ^= int.from_bytes(hashlib.sha256(body).digest())
        through = from_seq + len(bodies) - 1
        asked = {
            "from_seq": from_seq,
            "through_seq": through,
            "count": len(bodies),
            "xor": xor.to_bytes(32).hex(),
        }
        sent = {"stream_id": self.enrolled.stream_id, "ranges": [asked], "photos": []}
        answer = self.connection.ask("verify", VERIFY, sign_content(self.enrolled, VERIFY, sent, len(bodies)))
        assert [each["agrees"] for each in answer["ranges"]] == [True], answer

    def close(self) -> None:
        self.connection.close()

    def _tell(self, step: str, seconds: float, outcome: str) -> None:
        if outcome == "200":
            self.seconds[step].append(seconds)


def make_bodies(enrolled: Enrolled, count: int, seed: int) -> list[bytes]:
    """Of as many days as it takes."""
    evening, bodies, chance = datetime.now().astimezone(), list[bytes](), Random(f"desk {seed}")
    while len(bodies) < count:
        bodies += make_day(enrolled, evening, chance)
        evening -= timedelta(minutes=1)
    return bodies[:count]


def batches_of(enrolled: Enrolled, bodies: Sequence[bytes], size: int, from_seq: int = 1) -> Iterator[Batch]:
    for start in range(0, len(bodies), size):
        yield make_batch(enrolled, from_seq + start, bodies[start : start + size])
