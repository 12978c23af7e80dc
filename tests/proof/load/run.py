"""One run on one database: a district, its day, the server, the rush, the checker."""

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import sqlalchemy as sa
from flask import Flask

from bench.figures import nearest
from live_server import LiveServer
from noticing.app import create_app
from noticing.config import Config
from noticing.database import db
from noticing.feed.counter import tenant_ids
from noticing.migrating import migrate
from noticing.observations.projection import catch_up
from proof.load.checker import Verdict, check
from proof.load.day import make_day
from proof.load.district import Enrolled, fill_district, long_ago
from proof.load.processes import Usage
from proof.load.rush import Course, Rush, Say
from proof.load.tablet import PUSH, Connection, Tablet, make_batch, make_tablet

ONLINE_AT_NOON = 10


@dataclass
class Outcome:
    database: str
    verdict: Verdict
    course: Course
    usage: Usage
    client_seconds: float  # of processor time: what the tablets themselves took
    resets: int

    @property
    def entries_per_second(self) -> float:
        return self.verdict.entries / self.course.seconds

    def sentence(self) -> str:
        asked = ", ".join(f"{step} {self._latencies(step)}" for step in ("hello", "push"))
        return (
            f"{self.database} {self.verdict.sentence()} ({self.course.seconds:.0f} s, "
            f"{self.entries_per_second:,.0f} entries/s, {asked} ms at p50/p99, "
            f"server {self.usage.peak_bytes / 2**20:,.0f} MiB)"
        )

    def _latencies(self, step: str) -> str:
        ordered = sorted(1000 * seconds for seconds in self.course.times.get(step, ()))
        return "/".join(f"{nearest(ordered, share):,.0f}" for share in (50, 99)) if ordered else "–"

    def table(self) -> str:
        lines = [f"{self.database:<24}{'n':>8}{'p50':>10}{'p95':>10}{'p99':>10}{'max':>10}  ms"]
        for step, times in self.course.times.items():
            ordered = sorted(1000 * seconds for seconds in times)
            shares = [*(nearest(ordered, share) for share in (50, 95, 99)), ordered[-1]]
            lines.append(f"{step:<24}{len(ordered):>8,}" + "".join(f"{each:>10,.0f}" for each in shares))
        busiest = max(self.course.entries_by_second.values(), default=0)
        usage = self.usage
        lines += [
            f"{self.entries_per_second:,.0f} entries/s over {self.course.seconds:.1f} s, "
            f"{busiest:,} in the busiest second",
            f"server: {usage.first_bytes / 2**20:.0f} MiB at first, {usage.peak_bytes / 2**20:.0f} MiB at its peak "
            f"(RSS of {usage.workers + 1} processes), {usage.processor_seconds:.1f} s of processor time; "
            f"the tablets took {self.client_seconds:.1f} s of it",
        ]
        answers = [
            f"{step} {what}: {count:,}" for (step, what), count in sorted(self.course.outcomes.items())
        ]
        lines.append("tried again: " + (", ".join(answers) or "nobody"))
        if self.resets:
            lines.append(f"began anew with the rows: {self.resets:,}")
        return "\n".join(lines + self.verdict.examples)


def run_load(
    url: str, folder: Path, *, tablets: int, seed: int, spread_seconds: float, limit_seconds: float, say: Say
) -> Outcome:
    data = folder / "data"
    app = create_app(Config.from_environment(data, database_url=url))
    enrolled = prepare(app, tablets, seed, say)
    devices = make_days(enrolled, seed, say)
    with serving(data, url) as server:
        assert server.process
        send_at_noon(devices, server.port)
        if url.startswith("postgresql"):
            analyze(url)
        say(f"{len(devices):,} tablets come back within {spread_seconds:.0f} s")
        rush = Rush(devices, server.port, seed, spread_seconds, limit_seconds, say)
        before = time.process_time()
        with Usage(server.process.pid) as usage:
            course = rush.run()
        client_seconds = time.process_time() - before
    say(f"all is quiet after {course.seconds:.0f} s; the server has stopped, the checker reads")
    with app.app_context():
        for tenant_id in tenant_ids(db.session()):
            catch_up(tenant_id)
        db.session.remove()
        verdict = check(db.engine, devices)
        name = db.engine.dialect.name
        db.engine.dispose()
    return Outcome(name, verdict, course, usage, client_seconds, sum(tablet.resets for tablet in devices))


def prepare(app: Flask, tablets: int, seed: int, say: Say) -> list[Enrolled]:
    say("the district is set up")
    with app.app_context():
        migrate()
    enrolled = fill_district(app, tablets, Random(f"district {seed}"), long_ago(datetime.now(UTC)))
    with app.app_context():
        db.engine.dispose()
    return enrolled


def make_days(enrolled: Sequence[Enrolled], seed: int, say: Say) -> list[Tablet]:
    """Bodies and signatures, before the clock starts: the generator is not what is measured."""
    evening, began, said, devices = datetime.now().astimezone(), time.monotonic(), time.monotonic(), []
    for number, each in enumerate(enrolled):
        devices.append(make_tablet(each, make_day(each, evening, Random(f"day {seed} {number}"))))
        if time.monotonic() - said > 5:
            said = time.monotonic()
            left = (said - began) / (number + 1) * (len(enrolled) - number - 1)
            say(f"{number + 1:,} of {len(enrolled):,} tablets have their day, about {left:.0f} s left")
    return devices


def send_at_noon(devices: Sequence[Tablet], port: int) -> None:
    """Some were online in the middle of the day: the server has seen a push, and the log is not empty."""
    for tablet in devices[:ONLINE_AT_NOON]:
        connection = Connection(port, tablet.enrolled, lambda *_told: None)
        half = make_batch(tablet.enrolled, 1, tablet.bodies[: len(tablet.bodies) // 2])
        assert connection.ask("push", PUSH, half)["acknowledged_through"] == half.count
        connection.close()


def analyze(url: str) -> None:
    """As autovacuum does within a minute; the tests' PostgreSQL has none, and without it searches by id are guesses."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


@contextlib.contextmanager
def serving(data: Path, url: str) -> Iterator[LiveServer]:
    """`noticing serve` as it is by default, on this database."""
    before = os.environ.get("NOTICING_DATABASE_URL")
    os.environ["NOTICING_DATABASE_URL"] = url
    server = LiveServer(data, "--empty")
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.kill()
        if before is None:
            del os.environ["NOTICING_DATABASE_URL"]
        else:
            os.environ["NOTICING_DATABASE_URL"] = before
