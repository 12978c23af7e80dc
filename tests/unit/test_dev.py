import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import dev
import noticing
import toolchain
from noticing.web import health

REQUIREMENTS = toolchain.ROOT / "requirements"


def test_it_needs_nothing_but_the_standard_library() -> None:
    shown = subprocess.run(
        [sys.executable, "-S", "dev.py", "--help"], cwd=toolchain.ROOT, capture_output=True
    )
    assert shown.returncode == 0, shown.stderr
    assert b"python3 dev.py run" in shown.stdout


def test_no_lock_names_a_registry() -> None:
    assert dev.locks_with_an_address() == []


def test_a_registry_in_a_lock_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/run.txt").write_text(
        "--index-url https://registry.example/simple\nflask==3.1.0\n"
    )
    (tmp_path / "package-lock.json").write_text('{"resolved": "https://registry.example/idb-8.tgz"}')
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    assert dev.locks_with_an_address() == ["package-lock.json", "run.txt"]


@pytest.mark.parametrize("name", ["uv", "node", "build", "run", "dev"])
def test_every_package_is_pinned_by_its_hash(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (REQUIREMENTS / f"{name}.txt").read_text().strip())
    assert blocks
    assert [
        block.splitlines()[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block
    ] == []


def test_what_is_tested_is_what_runs() -> None:
    assert pins("run").items() <= pins("dev").items()


def pins(name: str) -> dict[str, str]:
    return dict(
        re.findall(r"^([\w.\[\]-]+)==(\S+)", (REQUIREMENTS / f"{name}.txt").read_text(), re.MULTILINE)
    )


def test_the_program_and_its_package_tell_the_same_version() -> None:
    project = tomllib.loads((toolchain.ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == noticing.__version__


def test_without_pip_and_venv_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(toolchain, "TOOLS", tmp_path)
    monkeypatch.setattr(toolchain.shutil, "which", lambda _name: None)
    monkeypatch.setattr(toolchain, "succeeds", lambda *_: False)
    monkeypatch.setattr(toolchain.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match="sudo apt-get install python3-venv"):
        toolchain.uv()


@pytest.mark.parametrize(
    ("version", "is_new_enough"),
    [("v18.20.4", False), ("v20.18.9", False), ("v20.19.0", True), ("v21.7.0", False), ("v22.12.0", True)],
)
def test_it_takes_only_a_node_that_vite_runs_on(
    version: str, is_new_enough: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert toolchain.node_on_path() == (tmp_path if is_new_enough else None)


def test_a_change_in_a_source_changes_its_stamp(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source", tmp_path / "stamp"
    source.write_text("one")
    stamp.write_text(toolchain.digest([source]))
    assert toolchain.is_stamped(stamp, toolchain.digest([source]))
    source.write_text("two")
    assert not toolchain.is_stamped(stamp, toolchain.digest([source]))


def test_where_no_compiled_files_are_wanted_they_lie_elsewhere_and_are_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"]
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    before = dict(os.environ)
    with dev.keeping_compiled_python():
        writes_none, folder = subprocess.check_output(asked, text=True).split()
        assert writes_none == "False"
        assert Path(folder).is_dir()
        assert not Path(folder).is_relative_to(toolchain.ROOT)
    assert os.environ == before
    assert not Path(folder).exists()


def test_a_failing_check_is_shown_whole_and_a_passing_one_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert not dev.run_check("broken", [sys.executable, "-c", "print('this is why'); raise SystemExit(3)"])
    assert dev.run_check("fine", [sys.executable, "-c", "print('nobody asked')"])
    said = capsys.readouterr().out
    assert re.search(r"^FAILED  broken", said, re.MULTILINE)
    assert "this is why" in said
    assert re.search(r"^passed  fine", said, re.MULTILINE)
    assert "nobody asked" not in said


def test_one_failing_check_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest_command = [sys.executable, "-c", ""]
    silence_set_up(monkeypatch)
    monkeypatch.setattr(dev, "run_checks", lambda: ["mypy"])
    monkeypatch.setattr(dev, "pytest_command", lambda _arguments: pytest_command)
    assert dev.test([]) == 1
    monkeypatch.setattr(dev, "run_checks", list)
    assert dev.test([]) == 0
    pytest_command[-1] = "raise SystemExit(1)"
    assert dev.test([]) == 1


@pytest.mark.parametrize(
    ("typed", "needs"),
    [
        ("", True),
        ("-x", True),
        ("tests", True),
        ("tests/unit", False),
        ("tests/unit -q", False),
        ("-q tests/unit/test_dev.py::test_x", False),
        ("tests/integration/test_cli.py tests/wall", False),
        ("tests/unit tests/e2e", True),
        ("tests/e2e/test_golden_thread.py", True),
        ("tests/pdf", True),
        ("tests/proof/test_crash_slice.py", True),
        ("tests/integration", True),
        ("tests/integration/test_tablets_in_browser.py", True),
    ],
)
def test_a_browser_is_set_up_only_for_tests_that_need_one(
    typed: str, needs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    silence_set_up(monkeypatch)
    monkeypatch.chdir(toolchain.ROOT)
    for name in ("browser", "pdf_readers"):
        monkeypatch.setattr(toolchain, f"set_up_{name}", lambda name=name: done.append(name))
    monkeypatch.setattr(dev, "run_checks", list)
    monkeypatch.setattr(dev, "pytest_command", lambda _arguments: [sys.executable, "-c", ""])
    assert dev.test(typed.split()) == 0
    assert done == (["browser", "pdf_readers"] if needs else [])


def test_a_test_is_named_from_where_one_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    assert dev.from_root(["-x", "test_dev.py::test_x"]) == ["-x", f"{__file__}::test_x"]


def test_the_value_of_an_option_is_no_test_even_where_a_folder_has_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(toolchain.ROOT)
    typed = ["-k", "protocols", "tests"]
    assert dev.from_root(typed) == ["-k", "protocols", str(toolchain.ROOT / "tests")]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ([], ["--host", "127.0.0.1", "--port", "8000", "--data", str(toolchain.ROOT / "data"), "--demo"]),
        (
            ["--empty", "--lan", "--port", "9000", "--data", "kept",
             "--url", "https://a.example", "--tls-cert", "c.pem", "--tls-key", "k.pem"],
            ["--host", "0.0.0.0", "--port", "9000", "--data", "HERE/kept", "--empty",
             "--url", "https://a.example", "--tls-cert", "HERE/c.pem", "--tls-key", "HERE/k.pem"],
        ),
    ],
)  # fmt: skip
def test_run_hands_on_what_was_chosen(
    typed: list[str], expected: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[Any] = []
    silence_set_up(monkeypatch)
    monkeypatch.chdir(tmp_path)
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "argv", ["dev.py", "run", *typed])
    monkeypatch.setattr(os, "execv", lambda program, arguments: started.extend([program, *arguments]))
    dev.main()
    program = toolchain.VENV / "bin/noticing"
    assert started == [
        program,
        "noticing",
        "serve",
        *(part.replace("HERE", str(tmp_path)) for part in expected),
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("--port 70000", "there is no port 70000"), ("--tls-cert no.pem", "there is no file no.pem")],
)
def test_what_cannot_be_run_is_said_before_anything_is_set_up(
    typed: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dev.py", "run", *typed.split()])
    with pytest.raises(SystemExit):
        dev.main()
    assert sentence in capsys.readouterr().err


def test_server_and_set_up_look_for_the_same_libraries() -> None:
    """Each in a place that cannot import the other: one runs before anything is installed, one in the package."""
    assert list(health.PANGO.values()) == list(toolchain.PANGO)


def silence_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in vars(toolchain) if name.startswith("set_up_")]:
        monkeypatch.setattr(toolchain, name, lambda *_: None)
