"""WebKit, the engine of every browser on an iPad: Debian's WebKitGTK on a display of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

PROGRAMS = {"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}
BROWSER = Path(__file__).with_name("webkit_browser.py")
PATIENCE_SECONDS = 20


def packages_missing() -> list[str]:
    """The Debian packages that this machine lacks."""
    return [package for program, package in PROGRAMS.items() if not shutil.which(program)]


@contextlib.contextmanager
def running_webkit(folder: Path) -> Iterator[WebKitGTK]:
    """A browser with nothing in it; what it keeps is forgotten when it ends."""
    with started_webkit(folder, Options()) as driver:
        try:
            yield driver
        finally:
            with contextlib.suppress(Exception):  # it may be gone already
                driver.quit()


@contextlib.contextmanager
def webkit_until_killed(folder: Path) -> Iterator[WebKitGTK]:
    """A browser that keeps in `folder` what it is to keep. At the end comes kill -9 of all its processes."""
    options = Options()
    options.binary_location = sys.executable
    for argument in (str(BROWSER), str(folder / "profile")):
        options.add_argument(argument)
    with started_webkit(folder, options) as driver:
        yield driver
    until = time.monotonic() + PATIENCE_SECONDS
    while processes_of(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert not processes_of(folder), "the browser is still running"


@contextlib.contextmanager
def started_webkit(folder: Path, options: Options) -> Iterator[WebKitGTK]:
    with running_display() as display:
        service = Service(
            shutil.which("WebKitWebDriver"),
            log_output=str(folder / "webkit.log"),
            env=environment(display, folder),
            popen_kw={"start_new_session": True},
        )
        try:
            driver = WebKitGTK(options=options, service=service)
            driver.set_script_timeout(PATIENCE_SECONDS)
            driver.set_page_load_timeout(PATIENCE_SECONDS)
            yield driver
        finally:
            end_session(service)


def processes_of(folder: Path) -> list[int]:
    """Those that were told to keep their things there."""
    sought, found = f"XDG_DATA_HOME={folder}/".encode(), []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                if sought in (place / "environ").read_bytes():
                    found.append(int(place.name))
    return found


@contextlib.contextmanager
def running_display() -> Iterator[str]:
    """Xvfb on a display that is free; it says itself which one it found."""
    reads, writes = os.pipe()
    command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    display = subprocess.Popen(
        command, pass_fds=[writes], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(writes)
    try:
        with os.fdopen(reads) as said:
            number = said.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        display.terminate()
        display.wait(PATIENCE_SECONDS)


def environment(display: str, folder: Path) -> dict[str, str]:
    own = {"DISPLAY": display, "GDK_BACKEND": "x11", "TZ": "America/New_York", "NO_AT_BRIDGE": "1"}
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        place = folder / name.lower()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        own[name] = str(place)
    if os.geteuid() == 0:  # WebKit refuses to sandbox root
        own["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
    return {**os.environ, **own}


def end_session(service: Service) -> None:
    """The driver with the browser that it started: they are a session of their own."""
    if getattr(service, "process", None):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait(PATIENCE_SECONDS)
