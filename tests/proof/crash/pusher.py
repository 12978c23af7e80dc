"""A tablet without a screen that pushes over HTTP, whatever happens, and remembers what was acknowledged."""

import hashlib
import http.client
import json
import random
import threading
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from crash.person import ANSWER_SECONDS, Person
from device import PUSH, Device, Visit
from noticing.clock import make_id, make_random_id
from school import School

HELLO = "/api/v1/sync/hello"
VISIT = 300  # entries, then comes another
OUTBOX = 200
ITEMS = ("goal_visible", "steps_shown", "model_given", "close_returns_to_goal")


class RemoteDevice(Device):
    """As the tests' device; it is enrolled over HTTP."""

    def __init__(self, person: Person) -> None:
        self.person_id = person.person_id
        self.stream_id, self.clock_session_id = make_id(), make_random_id()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.began, self.next_seq = datetime.now(UTC).astimezone(), 1
        key = self.public_key()
        shape = {name: getattr(key, name) for name in ("kty", "crv", "x", "y")}
        person.post(
            "/api/v1/sync/streams",
            {"stream_id": self.stream_id, "public_key": shape, "device_label": "crash run"},
        )


class Pusher(threading.Thread):
    """`bodies[:acknowledged]` must be on the server for ever; `faults` says where it was not."""

    def __init__(self, person: Person, school: School, seed: int) -> None:
        super().__init__(daemon=True)
        self.device, self.school = RemoteDevice(person), school
        self.address = urlsplit(person.url).netloc
        self.random = random.Random(seed)
        self.bodies: list[str] = []
        self.running = [bytes(32)]  # the hash over the first n
        self.acknowledged = 0
        self.faults: list[str] = []
        self.answered = 0  # pushes that were answered since it makes nothing new
        self.is_making, self.is_over = True, False
        self.connection: http.client.HTTPConnection | None = None
        self.visit: Visit | None = None

    def run(self) -> None:
        is_in_step = False
        while not self.is_over:
            if self.is_making:
                self._make(self.random.randint(1, 30))
            try:
                is_in_step = (is_in_step or self._say_hello()) and self._push()
            except (OSError, http.client.HTTPException):
                is_in_step = False
                self._hang_up()
            time.sleep(self.random.uniform(0.005, 0.08))
        self._hang_up()

    @property
    def waiting(self) -> int:
        return len(self.bodies) - self.acknowledged

    def _make(self, count: int) -> None:
        if self.waiting > OUTBOX:
            return
        for _ in range(count):
            if self.visit is None or len(self.bodies) % VISIT == 0:
                self.visit = Visit(self.device, self.school)
                body = self.visit.start
            else:
                body = self.visit.mark(self.random.choice(ITEMS))
            digest = hashlib.sha256(body.encode()).digest()
            self.running.append(hashlib.sha256(self.running[-1] + digest).digest())
            self.bodies.append(body)

    def _say_hello(self) -> bool:
        answer = self._ask("GET", HELLO, b"", {})
        return answer is not None and self._believe(answer)

    def _push(self) -> bool:
        """Mostly what comes next; now and then with some of what was acknowledged, as after a lost answer."""
        again = self.random.randint(1, 20) if self.random.random() < 0.1 else 0
        first = max(0, self.acknowledged - again)
        batch = self.bodies[first : first + self.random.randint(1, 80)]
        if not batch:
            return True
        content = self.device.content(batch, first + 1)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = self._ask("POST", PUSH, content, headers)
        if answer is None:
            return False
        if not self.is_making:
            self.answered += 1
        if answer["fork"] is not None:
            self._find(f"a fork at {answer['fork']['stream_seq']}")
        for aside in answer["set_aside"]:
            self._find(f"{aside['stream_seq']} was set aside as {aside['code']}")
        return self._believe(answer)

    def _believe(self, answer: dict[str, Any]) -> bool:
        through = answer["acknowledged_through"]
        if through < self.acknowledged:
            self._find(f"acknowledged through {self.acknowledged}, afterwards through {through} only")
        elif through >= len(self.running):
            self._find(f"acknowledged through {through}, and {len(self.bodies)} were made")
            return False
        elif self.running[through].hex() != answer["acknowledged_hash"]:
            self._find(f"the running hash at {through} is another")
        self.acknowledged = through
        return True

    def _ask(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> dict[str, Any] | None:
        signed = self.device.signed(method, path, content)
        self.connection = self.connection or http.client.HTTPConnection(self.address, timeout=ANSWER_SECONDS)
        self.connection.request(method, path, content, headers | signed)
        response = self.connection.getresponse()
        text = response.read()
        if response.headers.get("Noticing-Nonce") != signed["Noticing-Nonce"] or response.status >= 500:
            return None
        if response.status != 200:
            self._find(f"{method} {path} was answered with {response.status}: {text[:200]!r}")
            return None
        answer: dict[str, Any] = json.loads(text)
        return answer

    def _find(self, fault: str) -> None:
        self.faults.append(f"stream {self.device.stream_id}: {fault}")

    def _hang_up(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None
