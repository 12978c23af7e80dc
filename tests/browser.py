"""How the tests start Chromium: the system's where there is one, else the one that Playwright installed."""

import os
import shutil
from typing import Any

QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


def chromium_options() -> dict[str, Any]:
    """For `launch` and for `launch_persistent_context`."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to sandbox root
    system = shutil.which("chromium")
    return {"args": [*QUIET, *sandbox], **({"executable_path": system} if system else {})}
