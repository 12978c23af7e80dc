#!/usr/bin/env python3
"""Sets up, runs, tests and measures Noticing with the standard library alone.

    python3 dev.py run [--empty] [--lan] [--port N] [--data DIR] [--tls-cert F --tls-key F]
    python3 dev.py test [PATH or pytest option …]
    python3 dev.py bench [--json FILE]
    python3 dev.py simulate [--schedules N] [--seed S]     tablets and the real server in virtual time
    python3 dev.py crash [--kills N] [--cuts N]            kill -9 and power cuts on real browsers and servers
    python3 dev.py mutate [--only NAME]                    every seeded bug must be caught by those two
    python3 dev.py load [--tablets N]                      tablets that all come back online in one minute
    python3 dev.py screenshots
    python3 dev.py lock [--upgrade]

Everything it makes lies in .tools, .venv, node_modules and server/noticing/web/static/built. Only as root, and said
before, does it install Debian packages: run, what PDFs need; test, browsers and PDF readers as well, where the tests
that are named need them.
"""

import argparse
import concurrent.futures
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Noticing needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

import toolchain
from toolchain import PYTHON, VENV, call, environment, step, uv

ROOT = toolchain.ROOT
PROOFS = ("simulate", "crash", "mutate", "load")
IN_BROWSER = re.compile(r"\.|(e2e|pdf|proof|bench)(/.*)?|integration|.*_in_browser\.py")  # in tests
FLAGS = ("-x", "-s", "-q", "-v", "-vv", "-l", "--lf", "--ff", "--pdb")  # of pytest: no value follows


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run_options = commands.add_parser("run", help="set up everything and start Noticing")
    run_options.add_argument("--empty", action="store_true", help="start without the demo school")
    run_options.add_argument(
        "--lan", action="store_true", help="listen on the network, not only on this machine"
    )
    run_options.add_argument("--port", type=port, default=8000)
    run_options.add_argument(
        "--data", type=Path, default=ROOT / "data", help="where database and secret key lie"
    )
    run_options.add_argument("--url", help="how people reach it, such as https://noticing.school.example")
    run_options.add_argument("--tls-cert", type=existing_file, help="certificate chain, PEM")
    run_options.add_argument("--tls-key", type=existing_file, help="its private key, PEM")
    commands.add_parser("test", help="set up everything and run every check", add_help=False)
    commands.add_parser("bench", help="measure").add_argument("--json", type=Path)
    commands.add_parser("screenshots", help="make the pictures in docs anew")
    commands.add_parser("lock", help="pin dependencies anew").add_argument("--upgrade", action="store_true")
    for name in PROOFS:
        commands.add_parser(name, help=f"prove: {name}; --help says how", add_help=False)
    options, rest = parser.parse_known_args()
    if options.command in PROOFS:
        with keeping_compiled_python():
            return prove(options.command, rest)
    if rest and options.command != "test":
        parser.error("unknown: " + " ".join(rest))
    return {
        "run": run,
        "test": lambda _: test(rest),
        "bench": bench,
        "screenshots": screenshots,
        "lock": lock,
    }[options.command](options)


def port(text: str) -> int:
    if not text.isdecimal() or int(text) not in range(1, 65536):
        raise argparse.ArgumentTypeError(f"there is no port {text}: choose one from 1 to 65535")
    return int(text)


def existing_file(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def run(options: argparse.Namespace) -> int:
    toolchain.set_up_python("run")
    toolchain.set_up_app()
    toolchain.set_up_pango()
    where = ["--host", "0.0.0.0" if options.lan else "127.0.0.1", "--port", str(options.port)]
    where += ["--data", str(options.data.absolute()), "--empty" if options.empty else "--demo"]
    where += ["--url", options.url] if options.url else []
    for name in ("tls_cert", "tls_key"):
        if getattr(options, name):
            where += ["--" + name.replace("_", "-"), str(getattr(options, name).absolute())]
    sys.stdout.flush()
    os.execv(VENV / "bin/noticing", ["noticing", "serve", *where])


@contextlib.contextmanager
def keeping_compiled_python():
    """Who wants no compiled files in her folders gets none there. Without any, hundreds of short-lived servers and
    commands would each compile all that they import, which takes three times as long as to import it.
    """
    if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="noticing-compiled-") as folder:
        before = dict(os.environ)
        del os.environ["PYTHONDONTWRITEBYTECODE"]
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def test(arguments: list) -> int:
    with keeping_compiled_python():
        return run_tests(arguments)


def run_tests(arguments: list) -> int:
    started, failed = time.monotonic(), []
    toolchain.set_up_python("dev")
    if arguments:
        toolchain.set_up_app()
    else:
        toolchain.set_up_modules()
    if needs_browser(arguments):
        toolchain.set_up_browser()
        toolchain.set_up_pdf_readers()
    toolchain.set_up_pango()
    if not arguments:
        toolchain.set_up_webkit()
        toolchain.set_up_fuse()
        failed = run_checks()
    sys.stdout.flush()
    if subprocess.run(
        pytest_command(arguments), cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL
    ).returncode:
        failed.append("pytest")
    if not arguments:
        seconds = time.monotonic() - started
        print(f"{'failed: ' + ', '.join(failed) if failed else 'everything passed'} in {seconds:.0f} s")
    return 1 if failed else 0


def needs_browser(arguments: list) -> bool:
    """Whether a browser or a reader of PDFs may be asked for: not by tests that are named and live elsewhere."""
    named = [Path(each.partition("::")[0]) for each in from_root(arguments)]
    tests = [path.relative_to(ROOT / "tests") for path in named if path.is_relative_to(ROOT / "tests")]
    return not tests or any(IN_BROWSER.fullmatch(str(path)) for path in tests)


def pytest_command(arguments: list) -> list:
    chosen = from_root(arguments)
    return [PYTHON, "-m", "pytest", *(chosen or ["-n2", "--dist=loadgroup", "--ignore=tests/bench", "tests"])]


def run_checks() -> list:
    """Runs the checks two at a time, prints a line for each, and returns the names of the failed ones."""
    binary = VENV / "bin"
    node = toolchain.MODULES / ".bin"
    checks = {
        "vite build": toolchain.set_up_app,
        "mypy": [PYTHON, "-m", "mypy"],
        "vitest": [node / "vitest", "run", "--config", "pwa/vitest.config.ts"],
        "tsc": [node / "tsc", "--build", "pwa"],
        "biome": [node / "biome", "check", "pwa", "tests/pwa", "tests/bench"],
        "ruff check": [binary / "ruff", "check", "--quiet"],
        "ruff format": [binary / "ruff", "format", "--check", "--quiet"],
        "lint-imports": [binary / "lint-imports"],
        "djlint": [binary / "djlint", "--lint", "--quiet", "server/noticing"],
    }
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        passed = list(pool.map(run_check, checks, checks.values()))
    return [name for name, has_passed in zip(checks, passed, strict=True) if not has_passed]


def run_check(name: str, check: object) -> bool:
    started, output = time.monotonic(), ""
    try:
        check() if callable(check) else call(check, needs_node=True)
    except SystemExit as error:
        output = str(error)
    print(f"{'FAILED' if output else 'passed'}  {name:<14}{time.monotonic() - started:5.1f} s", flush=True)
    if output:
        print(output, flush=True)
    return not output


def prove(name: str, arguments: list) -> int:
    """Runs one of the long proofs: each shows its progress, and ends with one line that is its verdict."""
    toolchain.set_up_python("dev")
    toolchain.set_up_app()
    if name in ("crash", "mutate"):
        toolchain.set_up_browser()
        toolchain.set_up_fuse()
    sys.stdout.flush()
    return subprocess.run(
        [PYTHON, ROOT / "tests/proof" / name, *arguments], cwd=ROOT, env=environment()
    ).returncode


def bench(options: argparse.Namespace) -> int:
    toolchain.set_up_python("dev")
    toolchain.set_up_app()
    toolchain.set_up_browser()
    toolchain.set_up_pango()
    extra = {"NOTICING_BENCH_JSON": str(options.json.absolute())} if options.json else {}
    return subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "-s", "tests/bench"], cwd=ROOT, env={**environment(), **extra}
    ).returncode


def screenshots(_options: argparse.Namespace) -> int:
    toolchain.set_up_python("dev")
    toolchain.set_up_app()
    toolchain.set_up_browser()
    toolchain.set_up_pango()
    return subprocess.run([PYTHON, ROOT / "docs/screenshots.py"], cwd=ROOT, env=environment()).returncode


def lock(options: argparse.Namespace) -> int:
    for name in ("uv", "node", "build", "run", "dev"):
        with step(f"pinning {name}.txt"):
            call(
                [
                    uv(),
                    "pip",
                    "compile",
                    "--quiet",
                    "--universal",
                    "--python-version=3.11",
                    "--generate-hashes",
                    "--no-header",
                    *(["--upgrade"] if options.upgrade else []),
                    f"requirements/{name}.in",
                    "-o",
                    f"requirements/{name}.txt",
                ]
            )
    lock_npm("package.json", ".npmrc", *([] if options.upgrade else ["package-lock.json"]))
    if named := locks_with_an_address():
        sys.exit("A registry's address got into " + ", ".join(named) + ": take it out before you commit.")
    return 0


def locks_with_an_address() -> list:
    address = re.compile(r"--(extra-)?index-url|--find-links|https?://[^\s\"]+\.(tgz|whl|tar\.gz)")
    locks = [ROOT / "package-lock.json", *sorted(ROOT.glob("requirements/*.txt"))]
    return [path.name for path in locks if address.search(path.read_text())]


def lock_npm(*files: str) -> None:
    """Away from node_modules, which would leave out other machines' packages; proven by a clean install."""
    with step("pinning package-lock.json"), tempfile.TemporaryDirectory() as name:
        for file in files:
            shutil.copy(ROOT / file, name)
        for command in ("install --package-lock-only", "ci --loglevel=error"):
            call(["npm", *command.split(), "--ignore-scripts"], needs_node=True, folder=Path(name))
        shutil.copy(Path(name, "package-lock.json"), ROOT)


def from_root(arguments: list) -> list:
    """Tests named from wherever one stands, as pytest finds them from the project's root.

    What follows an option may be its value (`-k protocols`, where a folder protocols stands), so it stays.
    """
    found = []
    for before, argument in zip(["", *arguments], arguments, strict=False):
        path, colons, rest = argument.partition("::")
        is_value = before.startswith("-") and before not in FLAGS
        is_path = not is_value and Path(path).exists()
        found.append(str(Path(path).absolute()) + colons + rest if is_path else argument)
    return found


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
