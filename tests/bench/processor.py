"""Processor time of a server and all its processes, to the microsecond, without what others do on the machine."""

import time
from pathlib import Path

from proof.load.processes import family_of

SETTLING_SECONDS = 0.002  # after its answer a server still tidies up


class Processor:
    """Of the processes that are beneath this one when it is asked for the first time."""

    def __init__(self, process_id: int) -> None:
        self.process_ids = family_of(process_id)

    def seconds(self) -> float:
        """Spent so far. Threads that have ended are not in it; a server keeps its own."""
        time.sleep(SETTLING_SECONDS)
        tasks = [task for each in self.process_ids for task in Path(f"/proc/{each}/task").glob("*/schedstat")]
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
