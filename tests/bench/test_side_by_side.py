"""`python3 dev.py bench`, second part: beside PouchDB, beside SQLAlchemy's executemany, and on a small and a large log.

Everything that is compared is measured in one run on one machine. Nothing here fails for being slow.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from bench.beside import Beside
from bench.figures import Figures
from bench.flat_cost import measure_flatness
from bench.peers import PeerServer, PouchSyncing, install_peers
from bench.school import COACH, lend_worker, sign_in
from bench.server import measure_pushing
from bench.sizes import chosen_size
from bench.syncing import Syncing
from bench.table import write_beside, write_flatness, write_pushing
from e2e.tablet import Tablet
from live_server import LiveServer
from postgres import PostgresServer

SIZE = chosen_size()
DATABASES = ("sqlite", "postgresql")


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    made = Tablet(playwright, tmp_path / "beside")
    yield made
    made.sleep()


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[PeerServer]:
    install_peers()
    server = PeerServer(tmp_path / "pouchdb").start()
    yield server
    server.stop()


def test_it_measures_a_browser_beside_pouchdb(
    live_server: LiveServer, tablet: Tablet, peer: PeerServer, scripts: dict[str, str]
) -> None:
    page = tablet.wake()
    lend_worker(page, scripts)
    sign_in(page, live_server.url, COACH, "/app/")
    assert tablet.context
    pouch = PouchSyncing(tablet.context.new_page(), peer)
    beside = Beside(Syncing(page, live_server.url, scripts["syncing"]), pouch)
    pushes = beside.send_morning()
    for count in SIZE.documents:
        for number in range(SIZE.rounds):
            say(f"{count:,} entries beside PouchDB, round {number + 1} of {SIZE.rounds}")
            beside.go_round(count)
    keep("beside_pouchdb", beside.figures() | {"pushes_of_a_morning": pushes}, write_beside)
    assert pushes == 1, "a 200-entry morning is one request"


@pytest.mark.parametrize("name", DATABASES)
def test_it_measures_pushing_beside_executemany(name: str, postgres: PostgresServer, tmp_path: Path) -> None:
    (url,) = urls_of(name, 1, postgres, tmp_path)
    say(f"{SIZE.pushed:,} entries through HTTP on {name}, {SIZE.rounds} rounds")
    keep(f"pushing_{name}", measure_pushing(url, tmp_path / "data", SIZE.pushed, SIZE.rounds), write_pushing)


@pytest.mark.parametrize("name", DATABASES)
def test_it_measures_whether_cost_stays_flat(name: str, postgres: PostgresServer, tmp_path: Path) -> None:
    urls = urls_of(name, 2, postgres, tmp_path)
    folders = [tmp_path / each for each in ("small", "large")]
    say(f"{SIZE.small_log:,} and {SIZE.large_log:,} entries in the log on {name}")
    found = measure_flatness(urls, folders, SIZE.small_log, SIZE.large_log, SIZE.probes)
    keep(f"flat_cost_{name}", found, write_flatness)


def urls_of(name: str, count: int, postgres: PostgresServer, folder: Path) -> list[str]:
    """Empty databases."""
    if name == "sqlite":
        return [f"sqlite:///{folder / f'noticing-{number}.db'}" for number in range(count)]
    return [postgres.url(postgres.make_database()) for _ in range(count)]


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def keep(name: str, figures: Figures, write: object) -> None:
    """Prints the table and adds the figures to the file of the run."""
    assert callable(write)
    print("\n" + "\n".join(write(name, figures)) + "\n", flush=True)
    if file := os.environ.get("NOTICING_BENCH_JSON"):
        path = Path(file)
        before = json.loads(path.read_text("utf-8")) if path.exists() else {}
        path.write_text(json.dumps(before | {name: figures}, indent=2, ensure_ascii=False) + "\n", "utf-8")
