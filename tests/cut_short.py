"""Running a command in a process of its own that is killed at a chosen step, as a power cut or the system would."""

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

FILE_STEPS = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "subprocess.Popen"}


@dataclass
class Ended:
    """`code` is None where it was killed; `steps` are those that it came through then, too."""

    code: int | None
    said: str
    steps: int


def run_until(step: int | None, work: Callable[[], int]) -> Ended:
    """`work` in a copy of this process; -9 right before its step of this number, counted from 0."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as counted:
        child = os.fork()
        if child == 0:
            _be_killed(step, work, said.fileno(), counted.fileno())
        _pid, status = os.waitpid(child, 0)
        said.seek(0)
        steps = os.fstat(counted.fileno()).st_size
        code = None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
        return Ended(code, said.read().decode(), steps)


def kill_everywhere(work: Callable[[], int], prepare: Callable[[], Any], most: int) -> Iterator[Ended]:
    """Killed at its first step and its last ones, and at others in between; `prepare` comes before each time."""
    prepare()
    whole = run_until(None, work)
    assert whole.code in (0, 1), whole.said
    last = range(max(0, whole.steps - most // 2), whole.steps)
    spread = range(0, whole.steps, max(1, whole.steps * 2 // most))
    for step in sorted({*spread, *last}):
        prepare()
        ended = run_until(step, work)
        assert ended.code is None, ended.said
        yield ended


def _be_killed(step: int | None, work: Callable[[], int], said: int, counted: int) -> None:
    steps = 0

    def count(*_ignored: Any) -> None:
        nonlocal steps
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1
        os.write(counted, b".")

    def watch(event: str, given: tuple[Any, ...]) -> None:
        is_written = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        if event in FILE_STEPS or is_written:
            count()

    code = 70
    try:
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        sa.event.listen(sa.Engine, "commit", count)
        sys.addaudithook(watch)
        code = work()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
