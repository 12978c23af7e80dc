"""One person's tablet that pulls `changes` all the time, and must miss nothing."""

import http.client
import json
import threading
import time
import urllib.error

from crash.person import Person


class Reader(threading.Thread):
    """`seen` holds the bodies of the accepted entries by entry_id; `is_level` when it asked and there was no more."""

    def __init__(self, person: Person) -> None:
        super().__init__(daemon=True)
        self.person = person
        self.cursor = ""
        self.seen: dict[str, str] = {}
        self.resets = 0
        self.levels = 0
        self.faults: list[str] = []
        self.is_over = False

    def run(self) -> None:
        while not self.is_over:
            try:
                has_more = self._pull()
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    self.faults.append(f"changes were answered with {error.code}")
                has_more = False
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                has_more = False
            time.sleep(0 if has_more else 0.01)  # often: what is out of order is so for a moment

    def _pull(self) -> bool:
        page = self.person.get(f"/api/v1/sync/changes?limit=300&after={self.cursor}")
        if page["reset"] and self.cursor:
            self.seen, self.resets = {}, self.resets + 1
        for item in page["items"]:
            if item["what"] == "entry":
                self.seen[json.loads(item["body"])["entry_id"]] = item["body"]
        self.cursor = page["cursor"]
        if not page["more"]:
            self.levels += 1
        return bool(page["more"])
