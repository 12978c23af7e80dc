"""What a coach was shown, as the page itself told it before it died: rings, dots and checks of her tallies."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

RECORDER = Path(__file__).with_name("recorder.js").read_text("utf-8")
SAFE = ("dot", "check", "set_aside")
Place = tuple[str, str]  # visit, item


@dataclass
class Glass:
    """The highest counts that were shown as safe. A tally's sign is that of its least safe mark."""

    dots: Counter[Place] = field(default_factory=Counter)
    checks: Counter[Place] = field(default_factory=Counter)
    taps: Counter[Place] = field(default_factory=Counter)
    rings: int = 0
    aside: set[Place] = field(default_factory=set)
    last_at: float = 0
    told: Counter[int] = field(default_factory=Counter)  # tab -> how often it said something

    def watch(self, page: Page, tab: int) -> None:
        """Before the page is opened. The binding is the browser's own, so that nothing waits for an answer."""
        session = page.context.new_cdp_session(page)
        session.on("Runtime.bindingCalled", lambda event: self.hear(event["payload"], tab))
        session.send("Runtime.enable")
        session.send("Runtime.addBinding", {"name": "crash_says"})
        page.add_init_script(RECORDER)

    def hear(self, text: str, tab: int) -> None:
        self.told[tab] += 1
        said: dict[str, Any] = json.loads(text)
        self.last_at = said["at"]
        for item, state, count in said["news"]:
            self.note((said["visit"], item), state, count)

    def note(self, place: Place, state: str, count: int) -> None:
        if state == "ring":
            self.rings += 1
        if state in SAFE:
            self.dots[place] = max(self.dots[place], count)
        if state == "check":
            self.checks[place] = max(self.checks[place], count)
        if state == "set_aside":
            self.aside.add(place)

    def of_visit(self, visit: str) -> dict[str, int]:
        """What must still be there of a visit: item -> how many."""
        return {item: count for (one, item), count in self.dots.items() if one == visit and count}
