"""One file for Node out of the simulator and the app's own sources, as they stand in a tree."""

import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def bundle(tree: Path, folder: Path) -> Path:
    modules = tree / "node_modules"
    if not modules.exists():
        modules.symlink_to(ROOT / "node_modules")
    file = folder / "tablets.mjs"
    entry = tree / HERE.relative_to(ROOT) / "tablets/main.ts"
    command = [ROOT / "node_modules/.bin/rolldown", entry, "--file", file, "--format", "esm"]
    said = subprocess.run(
        [*command, "--platform", "node", "--log-level", "warn"], cwd=tree, capture_output=True, text=True
    )
    if said.returncode:
        raise SystemExit(f"the simulator could not be bundled:\n{said.stdout}{said.stderr}")
    return file
