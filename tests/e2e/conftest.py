"""For the stories in which one build of the app follows another."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import coach
import pytest
from builds import Builds, BuildServer, make_builds, wait_for_script
from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    return make_builds(tmp_path_factory.mktemp("builds"))


@pytest.fixture
def build_server(
    builds: Builds, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BuildServer]:
    folder = tmp_path / "built"
    monkeypatch.setenv("NOTICING_TEST_BUILD", str(folder))
    server = BuildServer(Path(copytree(demo_data, tmp_path / "demo")), folder, builds)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def today(context: BrowserContext, build_server: BuildServer) -> Page:
    """The old build, installed, on Today."""
    page = context.new_page()
    coach.sign_in(page, build_server.url, "lee@demo.example")
    coach.install(page)
    wait_for_script(page, build_server.builds.old_script)
    return page
