"""What it was measured on. Figures of two machines are only comparable as ratios."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import BrowserContext

from bench.figures import Figures
from toolchain import node_folder

PACKAGES = ("noticing", "granian", "flask", "sqlalchemy", "weasyprint", "playwright")


def describe_machine(folder: Path) -> Figures:
    return {
        "cores": os.cpu_count(),
        "processor": read_field("/proc/cpuinfo", "model name") or platform.processor(),
        "memory": read_field("/proc/meminfo", "MemTotal"),
        "system": platform.platform(),
        "file_system": describe_file_system(folder),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def describe_versions(context: BrowserContext) -> Figures:
    node = subprocess.run([node_folder() / "node", "--version"], capture_output=True, text=True)
    browser = context.browser.version if context.browser else read_browser_version(context)
    return {
        "python": platform.python_version(),
        "node": node.stdout.strip(),
        "chromium": browser,
        **{package: version(package) for package in PACKAGES},
    }


def read_browser_version(context: BrowserContext) -> str:
    """A browser on a profile of its own does not say it by itself."""
    said = context.new_cdp_session(context.pages[0]).send("Browser.getVersion")
    return str(said["product"]).rpartition("/")[2]


def describe_file_system(folder: Path) -> str:
    """Where durable means durable: a tmpfs has no disk beneath it."""
    said = subprocess.run(["stat", "--file-system", "--format=%T", folder], capture_output=True, text=True)
    return said.stdout.strip() or "unknown"


def read_field(file: str, name: str) -> str | None:
    if not Path(file).exists():
        return None
    lines = (line.partition(":") for line in Path(file).read_text().splitlines())
    return next((value.strip() for key, _colon, value in lines if key.strip() == name), None)
