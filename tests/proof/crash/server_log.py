"""The server's log, read straight from its database with SQL of our own, and held against what was acknowledged."""

import contextlib
import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import IsolationLevel

from crash.cluster import Cluster

ENVELOPES = "SELECT stream_id, stream_seq, body_hash FROM envelope"
ENTRIES = "SELECT entry_id, body_hash, body, author_id, set_aside_code FROM log_entry"
STREAMS = "SELECT stream_id, acknowledged_through, acknowledged_hash FROM stream"


@dataclass
class ServerLog:
    envelopes: dict[str, dict[int, bytes]] = field(default_factory=dict)  # stream_id -> seq -> hash
    bodies: dict[bytes, bytes] = field(default_factory=dict)  # hash -> body
    accepted: dict[str, dict[str, str]] = field(default_factory=dict)  # author_id -> entry_id -> body
    marks: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)  # entry_ids that stand there more than once

    def faults(self) -> list[str]:
        """What is wrong whatever was sent: marks, running hashes, bodies that are not what they were."""
        found = [f"entry {each} is there twice" for each in self.doubled]
        for stream_id, (through, running) in self.marks.items():
            hashes = self.envelopes.get(stream_id, {})
            if through != contiguous(hashes):
                found.append(f"stream {stream_id}: its mark is {through}, it has 1 … {contiguous(hashes)}")
            elif running != running_hash(hashes[seq] for seq in range(1, through + 1)):
                found.append(f"stream {stream_id}: its running hash is wrong")
        for digest, body in self.bodies.items():
            if hashlib.sha256(body).digest() != digest:
                found.append(f"a body is not what its hash says: {digest.hex()}")
        return found

    def missing(self, stream_id: str, bodies: Sequence[str]) -> list[str]:
        """Which of a stream's first entries are not there, byte for byte."""
        hashes, gone = self.envelopes.get(stream_id, {}), []
        for seq, body in enumerate(bodies, 1):
            digest = hashlib.sha256(body.encode()).digest()
            if hashes.get(seq) != digest or self.bodies.get(digest) != body.encode():
                gone.append(seq)
        return [f"stream {stream_id}: {len(gone)} acknowledged are gone, from {gone[0]}"] if gone else []

    def invented(self, stream_id: str, bodies: Sequence[str]) -> list[str]:
        known = {hashlib.sha256(body.encode()).digest() for body in bodies}
        extra = [seq for seq, digest in self.envelopes.get(stream_id, {}).items() if digest not in known]
        return [f"stream {stream_id}: {len(extra)} were never made, from {min(extra)}"] if extra else []


def read_sqlite(database: Path) -> ServerLog:
    """Of a copy, so that what the cut left is for the server to recover."""
    with tempfile.TemporaryDirectory() as name:
        for file in database.parent.glob(f"{database.name}*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, name)
        with contextlib.closing(sqlite3.connect(Path(name, database.name))) as base:
            base.execute("BEGIN")
            return _collect(*(base.execute(query).fetchall() for query in (ENVELOPES, ENTRIES, STREAMS)))


def read_postgres(cluster: Cluster) -> ServerLog:
    """As of one moment: a server that goes on writes between the questions."""
    with contextlib.closing(cluster.connect()) as base:
        base.isolation_level = IsolationLevel.REPEATABLE_READ
        return _collect(*(base.execute(query).fetchall() for query in (ENVELOPES, ENTRIES, STREAMS)))


def _collect(envelopes: list[Any], entries: list[Any], streams: list[Any]) -> ServerLog:
    log = ServerLog()
    for stream_id, seq, digest in envelopes:
        log.envelopes.setdefault(plain(stream_id), {})[seq] = bytes(digest)
    times: Counter[str] = Counter()
    for entry_id, digest, body, author_id, code in entries:
        log.bodies[bytes(digest)] = bytes(body)
        times[plain(entry_id)] += 1
        if code is None:
            text = bytes(body).decode()
            log.accepted.setdefault(plain(author_id), {})[json.loads(text)["entry_id"]] = text
    log.doubled = [entry_id for entry_id, count in times.items() if count > 1]
    for stream_id, through, digest in streams:
        log.marks[plain(stream_id)] = (through, bytes(digest))
    return log


def plain(value: Any) -> str:
    """SQLite's ids have no hyphens; PostgreSQL's are not text."""
    text = str(value).replace("-", "")
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def contiguous(hashes: dict[int, bytes]) -> int:
    through = 0
    while through + 1 in hashes:
        through += 1
    return through


def running_hash(hashes: Iterable[bytes]) -> bytes:
    running = bytes(32)
    for digest in hashes:
        running = hashlib.sha256(running + digest).digest()
    return running
