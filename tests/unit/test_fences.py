"""A fence that passes over nothing looks green: each one is broken here, and must turn red."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NOTICING = ROOT / "server/noticing"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS: list[dict[str, Any]] = SETTINGS["tool"]["importlinter"]["contracts"]
STEPS, PURE, ENGINE, *TABLES = CONTRACTS
LEAST_MODULES = 50

PLANTED = [
    (STEPS, "noticing.accounts.policy", "noticing.sync.receive"),
    (STEPS, "noticing.entry_log.store", "noticing.observations.fold"),
    (STEPS, "noticing.sync.api", "noticing.observations.fold"),
    (STEPS, "noticing.observations.fold", "noticing.feedback.context"),
    (STEPS, "noticing.clock", "noticing.database"),
    *((PURE, module, package) for module in PURE["source_modules"] for package in PURE["forbidden_modules"]),
    (ENGINE, "noticing.feedback.pages", "weasyprint"),
    (ENGINE, "noticing.web.health", "weasyprint"),
    *((contract, "noticing.protocols.kinds", contract["protected_modules"][0]) for contract in TABLES),
]


def test_no_fence_is_broken_and_they_see_every_module() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken." in result.stdout
    analyzed = re.search(r"Analyzed (\d+) files", result.stdout)
    assert analyzed
    assert int(analyzed[1]) >= len(list(NOTICING.rglob("*.py"))) >= LEAST_MODULES  # it counts packages too


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What the fences say of a copy in which everything forbidden has been imported."""
    copy = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", copy)
    shutil.copytree(NOTICING, copy / "noticing", ignore=shutil.ignore_patterns("static", "__pycache__"))
    for _, module, imported in PLANTED:
        with file_of(copy, module).open("a") as file:
            file.write(f"\nimport {imported}\n")
    return lint(copy)


@pytest.mark.parametrize(("contract", "module", "imported"), PLANTED)
def test_a_forbidden_import_turns_its_fence_red(
    contract: dict[str, Any], module: str, imported: str, planted: subprocess.CompletedProcess[str]
) -> None:
    assert planted.returncode == 1
    _, *parts = re.split(r"^(.+)\n-+\n", planted.stdout.partition("Broken contracts")[2], flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    assert f"{module} -> {imported} (l." in sections[contract["name"]]


def test_every_room_with_tables_has_its_fence() -> None:
    rooms = {f"noticing.{path.parent.name}.models" for path in NOTICING.glob("*/models.py")}
    assert rooms
    assert {contract["protected_modules"][0] for contract in TABLES} == rooms


def test_a_room_that_no_layer_names_turns_the_fence_red(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(NOTICING, tmp_path / "noticing", ignore=shutil.ignore_patterns("static", "__pycache__"))
    (tmp_path / "noticing/forgotten.py").touch()
    result = lint(tmp_path)
    assert result.returncode == 1
    assert "forgotten" in result.stdout


def test_only_the_clock_asks_the_time() -> None:
    sources = {path: path.read_text() for path in NOTICING.rglob("*.py") if path.name != "clock.py"}
    assert len(sources) >= LEAST_MODULES
    assert {str(path): lines for path, source in sources.items() if (lines := find_time_asked(source))} == {}
    assert find_time_asked((NOTICING / "clock.py").read_text()) != []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime\nx = datetime.now(UTC)",
        "import datetime as dt\nx = dt.datetime.utcnow()",
        "from datetime import date\nx = date.today()",
        "import time\nx = time.time()",
        "import time as t\nx = t.time_ns()",
        "from time import time\nx = time()",
        "import sqlalchemy as sa\nx = sa.func.now()",
        "import uuid_utils\nx = uuid_utils.uuid7()",
        "import uuid\nx = uuid.uuid1()",
        "x = clock.present.now()",
    ],
)
def test_asking_the_time_elsewhere_is_noticed(source: str) -> None:
    assert len(find_time_asked(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from noticing import clock\nx = clock.now()",
        "import time\nx = time.monotonic()",
        "import time\ntime.sleep(1)",
        "x = mark.time.split(':')",
        "from datetime import datetime\nx = datetime.fromisoformat(text)",
    ],
)
def test_asking_the_clock_is_not(source: str) -> None:
    assert find_time_asked(source) == []


def find_time_asked(source: str) -> list[int]:
    """The lines that ask the time, or make an id that tells it, otherwise than through noticing.clock."""
    nodes = list(ast.walk(ast.parse(source)))
    imported = [name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    modules = {name.asname or name.name for name in imported if name.name in ("time", "uuid")}
    return [node.lineno for node in nodes if is_asking(node, modules)]


def is_asking(node: ast.AST, modules: set[str]) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="clock"), attr="now"):
            return False
        case ast.Attribute(attr="now" | "utcnow" | "today" | "time_ns" | "current_timestamp" | "uuid7"):
            return True
        case ast.Attribute(value=ast.Name(id=module), attr="time" | "localtime" | "gmtime" | "uuid1"):
            return module in modules
        case ast.ImportFrom(module="time" | "uuid" | "uuid_utils", names=names):
            return any(
                name.name in ("time", "time_ns", "localtime", "gmtime", "uuid1", "uuid7") for name in names
            )
    return False


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    found_first = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "500"}
    return subprocess.run(command, cwd=folder, env=found_first, capture_output=True, text=True)


def file_of(folder: Path, module: str) -> Path:
    path = folder / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
