"""Server processes die under the hands of pushing tablets: on SQLite on a disk that loses its power, on PostgreSQL."""

import contextlib
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from crash.cluster import Cluster, running_cluster
from crash.lazy_disk import LazyDisk
from crash.person import Person
from crash.pusher import Pusher
from crash.reader import Reader
from crash.server import Server
from crash.server_log import ServerLog, read_postgres, read_sqlite
from crash.tally import Tally

TABLETS = ("lee", "lee", "amari", "amari", "novak")
DRAIN_SECONDS = 60
WORK_SECONDS = 20
MOST_PUSHES = 40  # in which a tablet's outbox is empty again, once nothing fails any more
DATABASE_URL = "NOTICING_DATABASE_URL"
Tell = Callable[[Tally], None]


class School:
    """A server with its tablets, and what they were told. `read_log` reads the database while no server runs."""

    def __init__(self, server: Server, read_log: Callable[[], ServerLog], rng: random.Random) -> None:
        self.server, self.read_log, self.rng = server, read_log, rng
        self.tally = Tally()
        self.pushers: list[Pusher] = []
        self.readers: list[Reader] = []

    def begin(self) -> None:
        people = {mailbox: Person(self.server.url, mailbox) for mailbox in dict.fromkeys(TABLETS)}
        places = {mailbox: person.school() for mailbox, person in people.items()}
        self.pushers = [Pusher(people[who], places[who], self.rng.getrandbits(32)) for who in TABLETS]
        self.readers = [Reader(person) for person in people.values()]
        for thread in (*self.pushers, *self.readers):
            thread.start()

    def work(self) -> None:
        """Until something was acknowledged, and a little longer."""
        before, until = self.acknowledged, time.monotonic() + WORK_SECONDS
        while self.acknowledged == before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(self.rng.uniform(0.2, 1.0))

    def die(
        self, kill: Callable[[], None], what: str, read_log: Callable[[], ServerLog] | None = None
    ) -> None:
        """The server is killed while it works; what it acknowledged must be in its database before it starts again."""
        self.work()
        kill()
        time.sleep(0.05)  # answers that were on their way when it died
        self.hold_against(read_log or self.read_log, what)

    def end(self) -> Tally:
        for pusher in self.pushers:
            pusher.is_making = False
        self._drain()
        self._wait_for_readers()
        threads: list[Pusher | Reader] = [*self.pushers, *self.readers]
        for thread in threads:
            thread.is_over = True
        for thread in threads:
            thread.join(DRAIN_SECONDS)
        self.server.terminate()
        log = self.hold_against(self.read_log, "the end")
        for pusher in self.pushers:
            self.tally.lose(*log.invented(pusher.device.stream_id, pusher.bodies))
        for reader in self.readers:
            self._compare(reader, log)
        self.tally.checks = self.acknowledged
        return self.tally

    @property
    def acknowledged(self) -> int:
        return sum(pusher.acknowledged for pusher in self.pushers)

    def hold_against(self, read_log: Callable[[], ServerLog], what: str) -> ServerLog:
        """What was acknowledged before it was read: a server that goes on acknowledges more while it is."""
        promised = [(pusher, pusher.acknowledged) for pusher in self.pushers]
        log = read_log()
        found = log.faults()
        for pusher, acknowledged in promised:
            found += log.missing(pusher.device.stream_id, pusher.bodies[:acknowledged])
            found += pusher.faults
            pusher.faults = []
        self.tally.lose(*(f"after {what}: {fault}" for fault in found))
        return log

    def _drain(self) -> None:
        until = time.monotonic() + DRAIN_SECONDS
        while any(pusher.waiting for pusher in self.pushers) and time.monotonic() < until:
            time.sleep(0.1)
        for pusher in self.pushers:
            if pusher.waiting or pusher.answered > MOST_PUSHES:
                self.tally.stalled.append(
                    f"stream {pusher.device.stream_id}: {pusher.waiting} wait after {pusher.answered} pushes"
                )

    def _wait_for_readers(self) -> None:
        wanted = {reader: reader.levels + 2 for reader in self.readers}
        until = time.monotonic() + DRAIN_SECONDS
        while any(each.levels < level for each, level in wanted.items()) and time.monotonic() < until:
            time.sleep(0.1)
        for reader, level in wanted.items():
            if reader.levels < level:
                self.tally.stalled.append(f"{reader.person.mailbox}'s reader never comes to the end")

    def _compare(self, reader: Reader, log: ServerLog) -> None:
        there = log.accepted.get(reader.person.person_id, {})
        missed = [entry_id for entry_id, body in there.items() if reader.seen.get(entry_id) != body]
        ghosts = reader.seen.keys() - there.keys()
        who = reader.person.mailbox
        self.tally.lose(*reader.faults)
        if missed:
            self.tally.lose(f"{who}'s reader missed {len(missed)} entries, such as {missed[0]}")
        if ghosts:
            self.tally.lose(f"{who}'s reader holds {len(ghosts)} that are not in the log")


def run_sqlite(
    place: Path, demo: Path, kills: int, cuts: int, rng: random.Random, until: float, tell: Tell
) -> Tally:
    disk = LazyDisk(place / "sqlite")
    shutil.copytree(demo, disk.disk / "school")
    is_lazy = cuts > 0
    folder = (disk.mount().folder if is_lazy else disk.disk) / "school"
    server = Server(folder, place / "sqlite.log", "--demo").start()
    try:
        school = School(server, lambda: read_sqlite(folder / "noticing.db"), rng)
        school.begin()
        for what in shuffled(rng, {"kill": kills, "cut": cuts}):
            if time.monotonic() > until:
                break
            if what == "cut":
                cut_power(school, disk)
            else:
                kill_server(school)
            report(school, tell)
        return school.end()
    finally:
        server.kill()
        disk.cut()


def run_postgres(place: Path, kills: int, rng: random.Random, until: float, tell: Tell) -> Tally:
    place.mkdir(parents=True, exist_ok=True)
    with running_cluster() as cluster, database_url(cluster.url):
        server = Server(place / "postgres", place / "postgres.log", "--demo").start()
        try:
            school = School(server, lambda: read_postgres(cluster), rng)
            school.begin()
            for _ in range(kills):
                if time.monotonic() > until:
                    break
                if rng.random() < 0.4:
                    kill_postgres(school, cluster)
                else:
                    kill_server(school)
                report(school, tell)
            return school.end()
        finally:
            server.kill()


def cut_power(school: School, disk: LazyDisk) -> None:
    def cut() -> None:
        disk.cut()
        school.server.kill()

    left = disk.disk / "school/noticing.db"
    school.die(cut, f"power cut {school.tally.cuts + 1}", lambda: read_sqlite(left))
    disk.tear(school.rng)
    disk.mount()
    school.server.start()
    school.tally.cuts += 1


def kill_server(school: School) -> None:
    """All of it, or the process that answers; now and then, beside what is counted, a polite SIGTERM as well."""
    server, what = school.server, f"kill {school.tally.kills + 1}"
    if school.rng.random() < 0.2:
        school.die(server.terminate, "a SIGTERM")
        server.start()
    if school.rng.random() < 0.7:
        school.die(server.kill, what)
        server.start()
    else:
        school.work()
        server.kill_worker()
        server.await_answer()
    school.tally.kills += 1


def kill_postgres(school: School, cluster: Cluster) -> None:
    """The server goes on without a database, and finds it again."""
    school.work()
    cluster.kill()
    time.sleep(school.rng.uniform(0.2, 1.0))
    cluster.start()
    school.hold_against(school.read_log, f"PostgreSQL's kill {school.tally.kills + 1}")
    school.tally.kills += 1


def report(school: School, tell: Tell) -> None:
    school.tally.checks = school.acknowledged
    tell(school.tally)


def shuffled(rng: random.Random, counts: dict[str, int]) -> list[str]:
    faults = [what for what, count in counts.items() for _ in range(count)]
    rng.shuffle(faults)
    return faults


@contextlib.contextmanager
def database_url(url: str) -> Iterator[None]:
    os.environ[DATABASE_URL] = url
    try:
        yield
    finally:
        del os.environ[DATABASE_URL]
