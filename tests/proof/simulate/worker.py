"""One pair of processes: the server here, the tablets in Node at the other end of a pipe."""

import multiprocessing
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Work:
    """What one worker does: every `step`-th schedule from `first` on, after the permanent seeds."""

    tree: Path
    tablets: Path
    seed: int
    first: int
    step: int
    count: int
    until: float
    permanent: list[int] = field(default_factory=list)
    is_traced: bool = False
    twice_every: int = 50


def run_worker(work: Work, results: Any) -> None:
    """Puts one dictionary for each schedule into `results`, then None."""
    sys.path[:0] = [str(work.tree / each) for each in ("server", "tests", "tests/proof/simulate")]
    from server import SimulatedServer

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what it made is cleared away
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="noticing-simulate-", dir=memory if memory.is_dir() else None))
    node: subprocess.Popen[bytes] | None = None
    try:
        server = SimulatedServer(folder)
        node = subprocess.Popen(["node", work.tablets], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        _converse(work, server, node, results)
    except Exception as fault:  # noqa: BLE001 - the other process must hear of it
        results.put({"broken": f"{type(fault).__name__}: {fault}"})
    finally:
        if node is not None:
            node.kill()
            node.wait()
        shutil.rmtree(folder, ignore_errors=True)
        results.put(None)


def _converse(work: Work, server: Any, node: "subprocess.Popen[bytes]", results: Any) -> None:
    assert node.stdin is not None
    assert node.stdout is not None
    schedules = _schedules(work)
    decode, encode = msgspec.json.decode, msgspec.json.encode
    while True:
        header = node.stdout.read(LENGTH.size)
        if len(header) < LENGTH.size:
            raise RuntimeError("the tablets' process ended in the middle of a schedule")
        question = decode(node.stdout.read(LENGTH.unpack(header)[0]))
        asked = question["ask"]
        match asked:
            case "next":
                answer: Any = next(schedules, None)
            case "result":
                results.put(question["result"])
                continue
            case _:
                answer = server.answer(question)
        text = encode(answer)
        node.stdin.write(LENGTH.pack(len(text)) + text)
        node.stdin.flush()
        if asked == "next" and answer is None:
            return


def _schedules(work: Work) -> Any:
    for seed in work.permanent:
        yield {"seed": seed, "twice": False, "trace": work.is_traced, "permanent": True}
    for place in range(work.first, work.count, work.step):
        if time.monotonic() > work.until or _is_orphan():
            return
        yield {
            "seed": work.seed + place,
            "twice": place % work.twice_every == work.twice_every // 2 or work.is_traced,
            "trace": work.is_traced,
            "permanent": False,
        }


def _is_orphan() -> bool:
    """The run was killed: nobody hears what this worker finds."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def fresh_seed() -> int:
    return random.SystemRandom().randrange(1, 2**45)
