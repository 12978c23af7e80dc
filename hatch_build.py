"""What hatchling cannot know: dependencies live in requirements/run.in, and a wheel carries the built app."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

import toolchain  # noqa: E402


class Dependencies(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        metadata["dependencies"] = required("run")


class App(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        return [] if toolchain.node_on_path() else required("node")

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if os.environ.get("NOTICING_APP") != "later":
            toolchain.set_up_app()
        if version != "editable":  # code looks for these in the checkout first, then inside the package
            for folder in ("protocols", "migrations"):
                build_data["force_include"][folder] = f"noticing/_{folder}"


def required(name: str) -> list[str]:
    lines = (ROOT / f"requirements/{name}.in").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith(("#", "-"))]
