"""A PostgreSQL that is killed and started again."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from postgres import PostgresServer, running_postgres

START_SECONDS = 30


class Cluster:
    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.name = server.make_database()
        self.url = server.url(self.name)
        self.again: subprocess.Popen[bytes] | None = None
        self.command = Path(f"/proc/{self._first_process()}/cmdline").read_bytes().split(b"\0")[:-1]

    def kill(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """An immediate stop: no process of it writes anything more; the next start recovers from the journal."""
        first = self._first_process()
        os.kill(first, how)
        if self.again:
            self.again.wait(START_SECONDS)
        until = time.monotonic() + START_SECONDS
        while is_running(first) and time.monotonic() < until:
            time.sleep(0.02)

    def start(self) -> None:
        found = self.server.folder.stat()
        owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = {"user": found.st_uid, "group": found.st_gid, "extra_groups": []}
        with (self.server.folder / "log").open("ab") as log:
            self.again = subprocess.Popen(
                self.command,
                cwd=self.server.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **owner,
            )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.server.connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.server.folder), user="noticing", dbname=self.name)

    def _first_process(self) -> int:
        return int((self.server.folder / "cluster/postmaster.pid").read_text().split()[0])


def is_running(process: int) -> bool:
    """A zombie, whose parent has not looked yet, does not run."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    with running_postgres() as server:
        cluster = Cluster(server)
        try:
            yield cluster
        finally:
            if cluster.again:
                cluster.kill(signal.SIGINT)  # with time to clear its shared memory
