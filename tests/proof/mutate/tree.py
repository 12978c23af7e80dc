"""Copies of what the proofs need of the tree, so that a bug is never sown where people work."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("server", "pwa", "protocols", "migrations", "tests/proof/simulate")
FILES = ("package.json", "pyproject.toml")
GLOBS = ("tests/*.py", "tests/**/tsconfig*.json")  # the app's project names those of its tests
BUILT = "server/noticing/web/static/built"


def copy_tree(source: Path, target: Path) -> Path:
    for folder in FOLDERS:
        shutil.copytree(source / folder, target / folder, ignore=shutil.ignore_patterns("dist"))
    found = [path for glob in GLOBS for path in source.glob(glob)]
    for file in [*FILES, *(str(path.relative_to(source)) for path in found)]:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / file, target / file)
    for linked in ("node_modules", ".venv"):
        (target / linked).symlink_to(ROOT / linked)
    return target


def build_app(tree: Path) -> None:
    """As `npm run build` does, of the app alone."""
    command = [tree / "node_modules/.bin/vite", "build", "--config", "pwa/vite.config.ts"]
    built = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    if built.returncode:
        raise RuntimeError(f"the app could not be built:\n{built.stdout[-2000:]}{built.stderr[-2000:]}")
