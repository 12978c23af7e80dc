"""What both parts of the bench need."""

import subprocess
from pathlib import Path

import pytest

from toolchain import environment


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is evaluated in pages, with the app's own modules in it; the product has no door for it."""
    folder = tmp_path_factory.mktemp("scripts")
    build = Path(__file__).parent / "page/build.mjs"
    subprocess.run(["node", build, folder], env=environment(), check=True, timeout=60)
    return {file.stem: file.read_text("utf-8") for file in folder.glob("*.js")}
