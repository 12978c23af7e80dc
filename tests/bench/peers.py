"""PouchDB 9 replicating from Chromium to express-pouchdb: what a tablet's sync is measured beside.

Both ends are at their own defaults, in which neither waits for the disk; ours waits on both ends. That is in favour
of PouchDB, and its LevelDB lies on the same file system. Permissions and encryption it has none.
"""

import json
import subprocess
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

import toolchain
from bench.figures import Figures

FOLDER = Path(__file__).with_name("peers")
BATCHES = {"PouchDB, batch 100 (its default)": None, "PouchDB, batch 1,000": 1000}
AT_ONCE = 2_000  # documents that pass to the page in one call
STOP_SECONDS = 10
FILL = """async ([name, bodies]) => {
  globalThis.noticing_local ??= {};
  const local = (noticing_local[name] ??= new PouchDB(name));
  await local.bulkDocs(bodies.map((body) => JSON.parse(body)).map((entry) => ({ _id: entry.entry_id, ...entry })));
}"""
REPLICATE = """async ([name, remote, batch_size]) => {
  const options = batch_size ? { batch_size } : {};
  const started = performance.now();
  const { docs_written } = await noticing_local[name].replicate.to(`${location.origin}/${remote}`, options);
  return { ms: performance.now() - started, written: docs_written };
}"""


def install_peers() -> None:
    """Into a folder of their own: what only the bench needs is nobody else's dependency."""
    wanted = toolchain.digest([FOLDER / "package.json", FOLDER / "package-lock.json"])
    stamp = FOLDER / "node_modules/.noticing"
    if not toolchain.is_stamped(stamp, wanted):
        command = ["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]
        toolchain.call(command, needs_node=True, folder=FOLDER)
        stamp.write_text(wanted)


class PeerServer:
    """express-pouchdb in a process of its own; the numbers are of its sockets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)

    def start(self) -> "PeerServer":
        self.process = subprocess.Popen(
            ["node", FOLDER / "server.mjs", self.folder],
            env=toolchain.environment(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.process.stdout
        port = self.process.stdout.readline().strip()
        if not port:
            raise RuntimeError(
                f"express-pouchdb did not start: it ended with {self.process.wait(STOP_SECONDS)}"
            )
        self.url = f"http://127.0.0.1:{port}"
        return self

    def passed(self) -> Figures:
        with urllib.request.urlopen(f"{self.url}/bench/bytes", timeout=STOP_SECONDS) as answer:
            counts: Figures = json.load(answer)
        return counts

    def count_in(self, database: str) -> int:
        with urllib.request.urlopen(f"{self.url}/{database}", timeout=STOP_SECONDS) as answer:
            return int(json.load(answer)["doc_count"])

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=STOP_SECONDS)


class PouchSyncing:
    """A page of express-pouchdb's origin with PouchDB in it."""

    def __init__(self, page: Page, server: PeerServer) -> None:
        self.page, self.server = page, server
        page.goto(f"{server.url}/bench/page")
        page.add_script_tag(url=f"{server.url}/bench/pouchdb.js")
        self.version = str(page.evaluate("PouchDB.version"))

    def fill(self, name: str, bodies: Sequence[str]) -> None:
        """The tablet's side, before the clock starts."""
        for start in range(0, len(bodies), AT_ONCE):
            self.page.evaluate(FILL, [name, list(bodies[start : start + AT_ONCE])])

    def replicate(self, name: str, batch_size: int | None, count: int) -> Figures:
        remote = f"{name}-{batch_size or 'default'}"
        before = self.server.passed()
        result: dict[str, Any] = self.page.evaluate(REPLICATE, [name, remote, batch_size])
        after = self.server.passed()
        there = self.server.count_in(remote)
        assert result["written"] == there == count, (
            f"{result['written']} of {count} documents, {there} are there"
        )
        return {
            "entries": count,
            "ms": round(result["ms"], 1),
            "entries_per_s": round(count / result["ms"] * 1000, 1),
            "bytes_per_entry": round((after["up"] - before["up"]) / count, 1),
            "requests": after["requests"] - before["requests"] - 1,  # the last question for the numbers
        }
