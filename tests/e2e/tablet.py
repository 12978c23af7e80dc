"""A tablet: one Chromium profile that survives being killed, as a tablet survives an empty battery."""

import contextlib
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright

from browser import chromium_options

TABLET_SIZE = {"width": 1180, "height": 820}
QUIET_SECONDS = 10


class Tablet:
    """`wake()` opens the browser on the same profile, `kill()` is kill -9 of every process of it."""

    def __init__(
        self,
        playwright: Playwright,
        profile: Path,
        *,
        viewport: dict[str, int] | None = None,
        args: Sequence[str] = (),
    ) -> None:
        self.playwright = playwright
        self.profile = profile
        self.viewport = viewport or TABLET_SIZE
        self.args = args
        self.context: BrowserContext | None = None

    def wake(self) -> Page:
        for left_over in self.profile.glob("Singleton*"):
            left_over.unlink()
        self.context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            viewport=self.viewport,
            has_touch=True,
            locale="en-US",
            timezone_id="America/New_York",
            **self.options(),
        )
        self.context.set_default_timeout(15_000)
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def options(self) -> dict[str, Any]:
        options = chromium_options()
        return {**options, "args": [*options["args"], *self.args]}

    def set_offline(self, is_offline: bool) -> None:
        assert self.context
        self.context.set_offline(is_offline)

    def kill(self) -> None:
        found = self._processes()
        assert found, "the browser should be running"
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        until = time.monotonic() + QUIET_SECONDS
        while self._processes() and time.monotonic() < until:
            time.sleep(0.05)
        self.sleep()

    def sleep(self) -> None:
        if self.context:
            with contextlib.suppress(Exception):  # a killed browser cannot say goodbye
                self.context.close()
            self.context = None

    def _processes(self) -> list[int]:
        ours = f"--user-data-dir={self.profile}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    if ours in (folder / "cmdline").read_bytes().split(b"\0"):
                        found.append(int(folder.name))
        return found
