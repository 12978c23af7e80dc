"""Two real builds of the app, one after the other into the same folder, and a server that has the first."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

import toolchain
from live_server import LiveServer
from noticing.web.layout import BUILT

OLD, NEW = "0.1.0-old", "0.1.0-new"
VITE = toolchain.MODULES / ".bin/vite"


@dataclass(frozen=True)
class Builds:
    """Each a folder as it lies on a server; `new` has what `old` left there, too."""

    old: Path
    new: Path

    @property
    def old_script(self) -> str:
        return script_in(self.old)

    @property
    def new_script(self) -> str:
        return script_in(self.new)


def make_builds(place: Path) -> Builds:
    builds = Builds(place / "old", place / "new")
    _build(builds.old, OLD)
    shutil.copytree(builds.old, builds.new)
    _build(builds.new, NEW)
    assert builds.old_script != builds.new_script
    return builds


def _build(folder: Path, version: str) -> None:
    command = [VITE, "build", "--config", "pwa/vite.config.ts", "--outDir", folder / "app"]
    made = subprocess.run(
        command,
        cwd=toolchain.ROOT,
        env=toolchain.environment() | {"NOTICING_APP_VERSION": version},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr


def script_in(folder: Path) -> str:
    found = re.search(r"assets/app-[\w-]+\.js", (folder / "app/index.html").read_text())
    assert found
    return found[0]


class BuildServer(LiveServer):
    """Serves what lies in `folder`, which begins as the old build."""

    def __init__(self, data: Path, folder: Path, builds: Builds) -> None:
        super().__init__(data, "--demo")
        self.program = [Path(sys.executable), Path(__file__).with_name("other_build.py")]
        self.folder, self.builds = folder, builds
        shutil.copytree(builds.old, folder)
        (folder / "pages").symlink_to(BUILT / "pages")

    def deploy(self) -> None:
        """The new build over the old one; what names its files comes last."""
        app, new = self.folder / "app", self.builds.new / "app"
        shutil.copytree(new, app, dirs_exist_ok=True, ignore=shutil.ignore_patterns("index.html", "sw.js"))
        for name in ("index.html", "sw.js"):
            shutil.copy2(new / name, app / name)

    def hold_pushes(self) -> None:
        (self.folder / "pushes-held").touch()

    def let_pushes_through(self) -> None:
        (self.folder / "pushes-held").unlink()


def wait_for_script(page: Page, script: str) -> None:
    """Until this build runs in the page, and shows something."""
    page.wait_for_function(
        "(script) => document.querySelector('script[type=module]')?.src.endsWith(script)", arg=script
    )
    expect(page.get_by_role("main")).to_be_visible()
