"""What processes of the machine use: memory and processor time of one and all that it started, from /proc."""

import os
import threading
from collections import defaultdict
from pathlib import Path

EVERY_SECONDS = 0.25
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Usage:
    """Watches in a thread of its own between `with` and its end."""

    def __init__(self, process_id: int) -> None:
        self.process_id = process_id
        self.peak_bytes = self.first_bytes = 0
        self.workers = 0
        self.processor_seconds = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Usage":
        self._began, self.first_bytes, self.workers = self._read()
        self._thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            seconds, resident, self.workers = self._read()
            self.peak_bytes = max(self.peak_bytes, resident)
            self.processor_seconds = max(self.processor_seconds, seconds - self._began)
            if self._stop.wait(EVERY_SECONDS):
                return

    def _read(self) -> tuple[float, int, int]:
        """Processor seconds, resident bytes and number of the processes beneath the first."""
        seconds, resident, tree = 0.0, 0, family_of(self.process_id)
        for process_id in tree:
            try:
                fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(") ")[2].split()
            except OSError:
                continue
            seconds += sum(int(each) for each in fields[11:15]) / TICKS  # its own, and of children that ended
            resident += int(fields[21]) * PAGE
        return seconds, resident, len(tree) - 1


def family_of(process_id: int) -> list[int]:
    children = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(") ")[2].split()[1])
        except (OSError, ValueError):
            continue
        children[parent].append(int(folder.name))
    found = [process_id]
    for each in found:
        found += children[each]
    return found
