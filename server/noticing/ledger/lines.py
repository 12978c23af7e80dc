"""The lines of one tenant's ledger: JSON, each chained to the one before by its hash. Pure but for the one file.

A line: `{"n", "at", "act", "said", "before", "hash"}`, with `hash` over all that stands before it and `before`
the hash of the line above. Nothing is ever cut or changed. A line that a power cut tore is left where it is, and the
next one is chained to the last sound one.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from noticing.disk import make_folder, sync_folder

NOTHING = "0" * 64
TAIL_BYTES = 64 * 1024  # a line is a few hundred bytes


@dataclass(frozen=True)
class Line:
    n: int
    at: str
    act: str
    said: dict[str, Any]
    before: str
    hash: str


@dataclass
class Reading:
    """`torn`: fragments that no line was chained to. `is_broken`: something sound is missing or was changed."""

    lines: list[Line] = field(default_factory=list)
    torn: int = 0
    is_broken: bool = False


def append_lines(file: Path, at: str, acts: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Put acts at the end and on the disk, file and folder. One writer at a time, in any process."""
    make_folder(file.parent)
    is_new = not file.exists()
    with file.open("a+b") as ledger:
        fcntl.flock(ledger, fcntl.LOCK_EX)
        last, is_torn = _read_end(ledger)
        text = b"\n" if is_torn else b""
        for act, said in acts:
            last = _chain(last, at, act, said)
            text += _write(last) + b"\n"
        ledger.write(text)
        ledger.flush()
        os.fsync(ledger.fileno())
    if is_new:
        sync_folder(file.parent)


def read_lines(file: Path) -> Reading:
    """Everything sound in a ledger, in its order."""
    found = Reading()
    before, content = NOTHING, file.read_bytes()
    *whole, last = content.split(b"\n")
    for raw in (*whole, last):
        line = _parse(raw)
        if line is None:
            found.torn += 1 if raw else 0
            continue
        found.is_broken = found.is_broken or line.before != before
        found.lines.append(line)
        before = line.hash
    if whole and whole[-1] and not last and _parse(whole[-1]) is None:
        found.is_broken = True  # a power cut leaves no end of line
    return found


def _chain(last: Line | None, at: str, act: str, said: dict[str, Any]) -> Line:
    n, before = (last.n + 1, last.hash) if last else (1, NOTHING)
    return Line(n, at, act, said, before, _hash(n, at, act, said, before))


def _read_end(ledger: BinaryIO) -> tuple[Line | None, bool]:
    """The last sound line, and whether something torn stands after it on a line of its own."""
    size = ledger.seek(0, os.SEEK_END)
    start = max(0, size - TAIL_BYTES)
    ledger.seek(start)
    tail = ledger.read()
    lines = [line for line in map(_parse, tail.split(b"\n")) if line]
    if not lines and start:
        ledger.seek(0)
        lines = [line for line in map(_parse, ledger.read().split(b"\n")) if line]
    return (lines[-1] if lines else None), bool(tail) and not tail.endswith(b"\n")


def _parse(raw: bytes) -> Line | None:
    try:
        line = Line(**json.loads(raw))
    except (ValueError, TypeError):
        return None
    return line if line.hash == _hash(line.n, line.at, line.act, line.said, line.before) else None


def _write(line: Line) -> bytes:
    return json.dumps(vars(line), ensure_ascii=False, separators=(",", ":")).encode()


def _hash(*parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
