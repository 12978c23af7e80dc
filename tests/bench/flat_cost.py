"""What a push, a page of changes and a verification cost on a small log and on a large one, in turn.

By the clock and by the processor: on a machine with other work only the second can be compared. The large log is a
copy of the small one, filled up with other people's entries by SQL. Two servers, the same requests.
"""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.figures import Figures, compare, describe
from bench.processor import Processor
from live_server import LiveServer
from noticing.app import create_app
from noticing.config import Config
from noticing.database import db
from postgres import PostgresServer
from proof.load.desk import Desk, batches_of, make_bodies
from proof.load.district import Enrolled
from proof.load.run import prepare, serving
from proof.load.tablet import Batch

PROBE, AT_ONCE = 100, 1000  # entries in a push that is measured, and in those that fill the small log
STEPS = ("push", "changes", "verify")
# Of the rows that fill up: one entry of the small log over and over, in a stream, an observation and an id of its own.
SERIES = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})",
    "postgresql": "WITH n AS (SELECT generate_series({first}::bigint, {last}::bigint) AS i)",
}
ID = {
    "sqlite": "printf('%032x', {number})",
    "postgresql": "lpad(to_hex({number}), 32, '0')::uuid",
}
HASH = {
    "sqlite": "CAST(printf('%032d', i) AS BLOB)",
    "postgresql": "convert_to(lpad(i::text, 32, '0'), 'UTF8')",
}
STREAM = "(i / 300 + 1099511627776)"


def measure_flatness(
    urls: Sequence[str], folders: Sequence[Path], small: int, large: int, probes: int
) -> Figures:
    """Milliseconds of each step on both logs. `urls`: two databases, of which the second is made from the first."""
    app = create_app(Config.from_environment(folders[0], database_url=urls[0]))
    (enrolled,) = prepare(app, 1, 1, say=lambda _text: None)
    bodies = make_bodies(enrolled, small + (probes + 1) * PROBE, 1)
    with serving(folders[0], urls[0]) as server:
        desk = Desk(server.port, enrolled)
        for batch in batches_of(enrolled, bodies[:small], AT_ONCE):
            desk.push(batch)
        desk.close()
    copy_database(urls, folders)
    fill_up(urls[1], folders[1], large)
    with ExitStack() as stack:
        servers = [
            stack.enter_context(serving(folder, url)) for folder, url in zip(folders, urls, strict=True)
        ]
        probes_of = [Probe(Desk(server.port, enrolled), Processor(id_of(server))) for server in servers]
        probe_in_turn(probes_of, enrolled, bodies, small, probes)
        for each in probes_of:
            each.desk.close()
    logs = dict(zip(("small", "large"), probes_of, strict=True))
    measured = {
        "ms": {name: describe_steps(each.desk.seconds) for name, each in logs.items()},
        "processor_ms": {name: describe_steps(each.processor_seconds) for name, each in logs.items()},
    }
    return {
        "entries": {"small": small, "large": large},
        **measured,
        **{
            f"ratios of {unit}": {step: compare(of["large"][step], of["small"][step]) for step in STEPS}
            for unit, of in measured.items()
        },
    }


def id_of(server: LiveServer) -> int:
    assert server.process
    return server.process.pid


def describe_steps(seconds: Mapping[str, Sequence[float]]) -> dict[str, Figures]:
    return {step: describe([1000 * each for each in seconds[step]]) for step in STEPS}


class Probe:
    """A tablet at one of the servers, with a stopwatch on what it costs there."""

    def __init__(self, desk: Desk, processor: Processor) -> None:
        self.desk, self.processor = desk, processor
        self.processor_seconds: dict[str, list[float]] = defaultdict(list)
        self.cursor = newest_cursor(desk, desk.enrolled)

    def go(self, batch: Batch, before: Sequence[bytes], start: int) -> None:
        self._measure("push", lambda: self.desk.push(batch))
        self.cursor = str(self._measure("changes", lambda: self.desk.changes(self.cursor))["cursor"])
        self._measure("verify", lambda: self.desk.verify(before, start - len(before) + 1))

    def forget(self) -> None:
        self.desk.seconds.clear()
        self.processor_seconds.clear()

    def _measure(self, step: str, ask: Callable[[], Any]) -> Any:
        began = self.processor.seconds()
        answer = ask()
        self.processor_seconds[step].append(self.processor.seconds() - began)
        return answer


def probe_in_turn(
    probes_of: Sequence[Probe], enrolled: Enrolled, bodies: Sequence[bytes], first: int, probes: int
) -> None:
    """The first probe warms both up and does not count."""
    for number in range(probes + 1):
        start = first + number * PROBE
        (batch,) = batches_of(enrolled, bodies[start : start + PROBE], PROBE, start + 1)
        for each in probes_of if number % 2 else reversed(probes_of):
            each.go(batch, bodies[start - AT_ONCE // 2 : start], start)
        if number == 0:
            for each in probes_of:
                each.forget()


def newest_cursor(desk: Desk, enrolled: Enrolled) -> str:
    cursor, has_more = enrolled.cursor, True
    while has_more:
        answer = desk.changes(cursor)
        cursor, has_more = str(answer["cursor"]), bool(answer["more"])
    return cursor


def copy_database(urls: Sequence[str], folders: Sequence[Path]) -> None:
    """The folder with its secrets as well: both servers know the same tablet."""
    shutil.copytree(folders[0], folders[1], dirs_exist_ok=True)
    source, target = (sa.make_url(url) for url in urls)
    if source.get_backend_name() == "sqlite":
        small, copy = (sqlite3.connect(str(each.database)) for each in (source, target))
        with closing(small), closing(copy):
            small.backup(copy)  # with what is still in its journal
        return
    server = PostgresServer(Path(str(source.query["host"])))
    server.drop_database(str(target.database))
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {target.database} TEMPLATE {source.database}".encode())


def fill_up(url: str, folder: Path, large: int) -> None:
    app = create_app(Config.from_environment(folder, database_url=url))
    with app.app_context():
        engine = db.engine
        with engine.begin() as connection:
            _fill_tables(connection, engine.dialect.name, large)
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
        engine.dispose()


def _fill_tables(connection: sa.Connection, dialect: str, large: int) -> None:
    first = connection.exec_driver_sql("SELECT last_change_seq FROM feed_counter").scalar_one() + 1
    series = SERIES[dialect].format(first=first, last=large)
    an_id, stream_id = ID[dialect].format(number="i"), ID[dialect].format(number=STREAM)
    of_entry = {
        "change_seq": "i", "entry_id": an_id, "body_hash": HASH[dialect], "stream_id": stream_id,
        "stream_seq": "mod(i, 300) + 1", "author_id": stream_id,
        "subject_id": ID[dialect].format(number="(i / 60 + 2199023255552)"),
    }  # fmt: skip
    of_envelope = {name: of_entry[name] for name in ("change_seq", "body_hash", "stream_id", "stream_seq")}
    a_stream = f"{series} SELECT DISTINCT {stream_id} AS stream_id FROM n"
    _insert(connection, "stream", {"stream_id": "n.stream_id"}, f"WITH n AS ({a_stream})")
    for table, made in (("log_entry", of_entry), ("envelope", of_envelope)):
        _insert(connection, table, made, series)
    for table, name in (("feed_counter", "last_change_seq"), ("projection_cursor", "change_seq")):
        connection.exec_driver_sql(f"UPDATE {table} SET {name} = {large}")


def _insert(connection: sa.Connection, table: str, made: Mapping[str, str], series: str) -> None:
    """A row for each of `n`: what is not made anew is that of a row which is there."""
    names = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    chosen = ", ".join(made.get(name, f"one.{name}") for name in names)
    sample = f"(SELECT * FROM {table} LIMIT 1) AS one"
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(names)}) {series} SELECT {chosen} FROM n CROSS JOIN {sample}"
    )
