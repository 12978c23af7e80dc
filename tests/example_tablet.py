"""A tablet that is the example client of docs/example, as a stranger runs it, and what the server has of it."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from live_server import LiveServer
from noticing import demo

EXAMPLE = Path(__file__).parents[1] / "docs/example"
LEE = "lee@demo.example"
HANG_SECONDS = 120


class Tablet:
    """The program as a person runs it: one log, each command a process of its own."""

    def __init__(self, file: Path, url: str) -> None:
        self.file, self.url = file, url

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, EXAMPLE / "tablet.py", self.file, self.url, *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def run(self, *words: str, said: str = "") -> str:
        process = self.start(*words)
        out, fault = process.communicate(said, timeout=HANG_SECONDS)
        assert process.returncode == 0, out + fault
        return out

    def enrol(self) -> "Tablet":
        self.run("enrol", LEE, said=demo.PASSWORD)
        return self

    def bodies(self) -> list[bytes]:
        """What it has made, in order: of the stream that it goes on in."""
        return [row[0] for row in ask(self.file, f"SELECT body FROM entries {OF_STREAM} ORDER BY stream_seq")]

    def acknowledged(self) -> int:
        return int(ask(self.file, "SELECT acknowledged_through FROM streams WHERE NOT is_left")[0][0])


AGREES = "what the server acknowledged lies on its disk as it does here\n"
OF_STREAM = "WHERE stream_id IN (SELECT stream_id FROM streams WHERE NOT is_left)"
STORED = (
    "SELECT e.body FROM envelope v JOIN log_entry e ON e.change_seq = v.change_seq "
    "AND e.tenant_id = v.tenant_id WHERE v.stream_id = ? ORDER BY v.stream_seq"
)


def ask(file: Path, sql: str, *values: object) -> list[Any]:
    with contextlib.closing(sqlite3.connect(file)) as base, base:
        return base.execute(sql, values).fetchall()


def plain(uuid: str) -> str:
    return uuid.replace("-", "")  # as SQLite keeps it


def id_of(body: bytes) -> str:
    return plain(json.loads(body)["entry_id"])


def stored(server: LiveServer, tablet: Tablet) -> list[bytes]:
    """What the server has of the tablet's stream."""
    [(stream_id,)] = ask(tablet.file, "SELECT stream_id FROM streams WHERE NOT is_left")
    return [row[0] for row in ask(server.data / "noticing.db", STORED, plain(stream_id))]
