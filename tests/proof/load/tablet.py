"""One tablet that comes back online: hello, push, changes, a second hello, by the retry rules of every device."""

import gzip
import hashlib
import http.client
import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from device import running_hash, write
from proof.load.district import Enrolled

HELLO, PUSH, CHANGES, VERIFY = (f"/api/v1/sync/{each}" for each in ("hello", "push", "changes", "verify"))
PATIENCE_SECONDS = {HELLO: 10, PUSH: 30, CHANGES: 30, VERIFY: 30}
MAX_ENTRIES = 1000
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
AGAIN_LATER = (408, 425, 429)
Told = Callable[[str, float, str], None]  # step, seconds, outcome


class Again(Exception):
    """No answer of the server's: to be tried again later, for ever."""


class Refused(Exception):
    """An answer after which trying again is no use."""


@dataclass(frozen=True)
class Batch:
    """A push as it is sent. `headers` hold its signature."""

    count: int
    content: bytes
    headers: dict[str, str]


@dataclass
class Tablet:
    """`bodies` are all that it holds; `acknowledged` is what the server has said to have on its disk."""

    enrolled: Enrolled
    bodies: Sequence[bytes]
    expected_hash: str
    prepared: Batch
    acknowledged: int = 0
    largest: int = MAX_ENTRIES
    cursor: str = ""
    resets: int = 0
    failures: int = 0
    set_aside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_done: bool = False

    def come_back(self, port: int, tell: Told, chance: Random, stop: threading.Event) -> None:
        """Talk until everything has its check and what is new is here, or until `stop`."""
        while not (self.is_done or self.faults or stop.is_set()):
            connection = Connection(port, self.enrolled, tell)
            try:
                self._converse(connection)
            except Again:
                self.failures += 1
                stop.wait(waiting_time(self.failures, chance))
            except Refused as refused:
                self.faults.append(str(refused))
            finally:
                connection.close()

    def _converse(self, connection: "Connection") -> None:
        self._take_mark(connection.ask("hello", HELLO))
        while self.acknowledged < len(self.bodies):
            self._push(connection)
        self._fetch(connection)
        self._take_mark(connection.ask("second hello", HELLO))
        if self.acknowledged != len(self.bodies):
            self.faults.append(f"the mark went back to {self.acknowledged} of {len(self.bodies)}")
        self.is_done = not self.faults

    def _take_mark(self, answer: dict[str, Any]) -> None:
        """The device gives checks only where its own hash agrees."""
        mark = int(answer["acknowledged_through"])
        if mark == len(self.bodies):
            expected = self.expected_hash
        else:
            expected = running_hash([body.decode() for body in self.bodies[:mark]])
        if mark > len(self.bodies) or answer["acknowledged_hash"] != expected:
            raise Refused(f"the running hash at {mark} differs")
        self.acknowledged = mark

    def _push(self, connection: "Connection") -> None:
        before, batch = self.acknowledged, self._gather()
        try:
            answer = connection.ask("push", PUSH, batch)
        except TooMuch:
            self.largest = max(1, batch.count // 2)
            if batch.count == 1:
                raise Refused("one entry alone is too much") from None
            return
        except TimedOut:
            self.largest = max(1, batch.count // 2)
            raise
        if answer["fork"] is not None:
            raise Refused(f"fork at {answer['fork']}")
        self.set_aside += [each["code"] for each in answer["set_aside"]]
        self._take_mark(answer)
        if self.acknowledged < before + batch.count:
            raise Refused(f"a push of {batch.count} moved the mark from {before} to {self.acknowledged}")

    def _gather(self) -> Batch:
        if self.acknowledged == 0 and self.prepared.count <= self.largest:
            return self.prepared
        sent = self.bodies[self.acknowledged : self.acknowledged + self.largest]
        return make_batch(self.enrolled, self.acknowledged + 1, sent)

    def _fetch(self, connection: "Connection") -> None:
        cursor, has_more = self.cursor or self.enrolled.cursor, True
        while has_more:
            query = f"?after={quote(cursor)}&not_from={self.enrolled.stream_id}"
            answer = connection.ask("changes", CHANGES, query=query)
            self.resets += int(answer["reset"])
            cursor, has_more = answer["cursor"], answer["more"]
            self.cursor = cursor


class TooMuch(Exception):
    """413: smaller."""


class TimedOut(Again):
    """The answer did not come in time; the next push is smaller."""


class Connection:
    """Kept open over one conversation, as a browser does."""

    def __init__(self, port: int, enrolled: Enrolled, tell: Told) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port)
        self.enrolled, self.tell = enrolled, tell

    def ask(self, step: str, path: str, batch: Batch | None = None, query: str = "") -> dict[str, Any]:
        """The server's answer. Raises Again, TooMuch or Refused."""
        headers = batch.headers if batch else sign(self.enrolled, "GET", path, b"")
        if path == CHANGES:
            headers = {"Noticing-Nonce": headers["Noticing-Nonce"], "Cookie": self.enrolled.cookie}
        self._set_patience(PATIENCE_SECONDS[path])
        started = time.perf_counter()
        outcome = "no answer"
        try:
            status, answered, content = self._exchange(path + query, batch, headers)
            outcome = str(status)
        except TimeoutError:
            outcome = "time-out"
            raise TimedOut from None
        except (OSError, http.client.HTTPException) as fault:
            outcome = type(fault).__name__
            raise Again from fault
        finally:
            self.tell(step, time.perf_counter() - started, outcome)
        return read_answer(status, answered, content, headers["Noticing-Nonce"], step)

    def _set_patience(self, seconds: float) -> None:
        self.http.timeout = seconds
        if self.http.sock:
            self.http.sock.settimeout(seconds)

    def _exchange(
        self, path: str, batch: Batch | None, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        sent = {"Accept": "application/json", "Accept-Encoding": "gzip"} | headers
        self.http.request("POST" if batch else "GET", path, batch.content if batch else None, sent)
        answer = self.http.getresponse()
        return answer.status, answer.headers, answer.read()

    def close(self) -> None:
        self.http.close()


def read_answer(
    status: int, headers: http.client.HTTPMessage, content: bytes, nonce: str, step: str
) -> dict[str, Any]:
    """The four classes of errors; only what carries our header and our nonce is the server's word."""
    if status == 413:
        raise TooMuch
    is_ours = headers.get("Noticing-Sync") == "1" and headers.get("Noticing-Nonce") == nonce
    if not is_ours or status >= 500 or status in AGAIN_LATER:
        raise Again
    if headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    if status != 200:
        raise Refused(f"{step}: {status} {content[:300].decode(errors='replace')}")
    answer: dict[str, Any] = msgspec.json.decode(content)
    return answer


def make_tablet(enrolled: Enrolled, bodies: Sequence[bytes]) -> Tablet:
    """With its first push ready and signed: what is measured is the server."""
    expected = running_hash([body.decode() for body in bodies])
    return Tablet(enrolled, bodies, expected, make_batch(enrolled, 1, bodies[:MAX_ENTRIES]))


def make_batch(enrolled: Enrolled, from_seq: int, bodies: Sequence[bytes]) -> Batch:
    clock = {
        "device_wall": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "device_elapsed_ms": 1000,
        "clock_session_id": json.loads(bodies[0])["clock_session_id"],
        "round_trip_ms": None,
    }
    texts = [body.decode() for body in bodies]
    sent = {"stream_id": enrolled.stream_id, "from_seq": from_seq, "clock": clock, "bodies": texts}
    return sign_content(enrolled, PUSH, sent, len(bodies))


def sign_content(enrolled: Enrolled, path: str, sent: Any, count: int) -> Batch:
    content = gzip.compress(msgspec.json.encode(sent), 6)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return Batch(count, content, headers | sign(enrolled, "POST", path, content))


def sign(enrolled: Enrolled, method: str, path: str, body: bytes) -> dict[str, str]:
    nonce = secrets.token_urlsafe(12)
    text = f"{method}\n{path}\n{nonce}\n{hashlib.sha256(body).hexdigest()}".encode()
    r, s = decode_dss_signature(enrolled.key.sign(text, ec.ECDSA(hashes.SHA256())))
    signature = write(r.to_bytes(32) + s.to_bytes(32))
    return {"Noticing-Stream": enrolled.stream_id, "Noticing-Nonce": nonce, "Noticing-Signature": signature}


def waiting_time(failures: int, chance: Random) -> float:
    """Full jitter between one second and a limit that doubles up to five minutes."""
    limit = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures, 20))
    return chance.uniform(FIRST_WAIT, limit)
