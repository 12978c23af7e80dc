"""Through HTTP without a browser: entries a second, beside SQLAlchemy's executemany of the same rows.

By the clock, and for each second of the server's processors (a database server of its own is not in that).
"""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from bench.figures import Figures, middle, ratio
from bench.processor import Processor
from noticing.app import create_app
from noticing.config import Config
from noticing.database import db
from noticing.entry_log.models import Envelope, LogEntry
from proof.load.desk import Desk, batches_of, make_bodies
from proof.load.district import Enrolled
from proof.load.run import analyze, prepare, serving
from proof.load.tablet import Batch

TABLETS = 2  # as many as push at the same time: there are two cores
AT_ONCE, WARM_UP = 1000, 200
PUSHED, AGAIN, ROWS = "push through HTTP", "the same again", "SQLAlchemy executemany"


def measure_pushing(url: str, folder: Path, count: int, rounds: int) -> Figures:
    """Entries a second. The rows of the last push are taken out and put in again by executemany, in the same tables."""
    app = create_app(Config.from_environment(folder, database_url=url))
    enrolled = prepare(app, TABLETS, 1, say=lambda _text: None)
    each_has = count // TABLETS
    shares = [make_bodies(each, WARM_UP + rounds * each_has, place) for place, each in enumerate(enrolled)]
    rates: dict[str, list[float]] = {PUSHED: [], AGAIN: [], ROWS: []}
    by_processor: dict[str, list[float]] = {PUSHED: [], AGAIN: []}
    with serving(folder, url) as server:
        assert server.process
        desks, processor = [Desk(server.port, each) for each in enrolled], Processor(server.process.pid)
        push_all(desks, [cut(*pair, 0, WARM_UP) for pair in zip(enrolled, shares, strict=True)])
        if url.startswith("postgresql"):
            analyze(url)
        for number in range(rounds):
            first = WARM_UP + number * each_has
            batches = [cut(*pair, first, each_has) for pair in zip(enrolled, shares, strict=True)]
            for step in (PUSHED, AGAIN):
                began = processor.seconds()
                rates[step].append(TABLETS * each_has / push_all(desks, batches))
                by_processor[step].append(TABLETS * each_has / (processor.seconds() - began))
        for desk in desks:
            desk.close()
    with app.app_context():
        rates[ROWS] = [put_rows_again(db.engine) for _ in range(rounds)]
        db.engine.dispose()
    typical = {name: middle(each) for name, each in rates.items()}
    return {
        "entries_per_s": typical,
        "entries_per_processor_s": {name: middle(each) for name, each in by_processor.items()},
        "ratios": {f"{name} / {ROWS}": ratio(typical[name], typical[ROWS]) for name in (PUSHED, AGAIN)},
        "runs": rates,
    }


def cut(enrolled: Enrolled, bodies: Sequence[bytes], first: int, count: int) -> list[Batch]:
    """Signed before the clock starts."""
    return list(batches_of(enrolled, bodies[first : first + count], AT_ONCE, first + 1))


def push_all(desks: Sequence[Desk], batches: Sequence[Sequence[Batch]]) -> float:
    """Seconds until all desks have their last answer."""
    faults: list[BaseException] = []

    def push(desk: Desk, own: Sequence[Batch]) -> None:
        try:
            for batch in own:
                desk.push(batch)
        except BaseException as fault:  # noqa: BLE001 - a thread's fault is the measurement's
            faults.append(fault)

    threads = [threading.Thread(target=push, args=pair) for pair in zip(desks, batches, strict=True)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return time.perf_counter() - started


def put_rows_again(engine: sa.Engine) -> float:
    """Entries a second: envelope and entry of each, 1,000 in one transaction, as the push has them."""
    tables = [LogEntry.__table__, Envelope.__table__]
    with engine.connect() as connection:
        rows = [[dict(row) for row in connection.execute(sa.select(table)).mappings()] for table in tables]
    with engine.begin() as connection:
        for table in reversed(tables):
            connection.execute(sa.delete(table))
    count = len(rows[0])
    started = time.perf_counter()
    for start in range(0, count, AT_ONCE):
        with engine.begin() as connection:
            for table, of_table in zip(tables, rows, strict=True):
                connection.execute(sa.insert(table), of_table[start : start + AT_ONCE])
    return count / (time.perf_counter() - started)
