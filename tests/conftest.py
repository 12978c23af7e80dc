"""What tests ask for by name. Tests that speak SQL ask for `app` and run on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from browser import chromium_options
from device import Device
from live_server import LiveServer
from noticing.app import create_app
from noticing.config import Config
from noticing.database import db
from noticing.migrating import migrate
from postgres import PostgresServer, running_postgres
from school import School, make_school

expect.set_options(timeout=20_000)  # for a machine that does other things as well
STORIES: list[tuple[str, list[str]]] = []


# Databases. A migrated one is made once and copied for each test.


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    copy = tmp_path / "noticing.db"
    shutil.copyfile(sqlite_template, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgresql_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    name = postgres.make_database(postgres_template)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_schema(f"sqlite:///{folder / 'noticing.db'}", folder)
    return folder / "noticing.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    name = postgres.make_database()
    make_schema(postgres.url(name), tmp_path_factory.mktemp("template"))
    return name


def make_schema(url: str, folder: Path) -> None:
    app = make_app(url, folder)
    with app.app_context():
        migrate()
        db.engine.dispose()


# The app without a server.


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    yield from disposing(make_app(database_url, tmp_path))


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    yield from disposing(make_app(sqlite_url, tmp_path))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sqlite_client(sqlite_app: Flask) -> FlaskClient:
    return sqlite_app.test_client()


def make_app(url: str, folder: Path, **settings: Any) -> Flask:
    return create_app(
        Config(data_dir=folder, database_url=url, secret_key="only for tests", is_testing=True, **settings)
    )


def disposing(app: Flask) -> Iterator[Flask]:
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


# A small school, and the tablet of its coach.


@pytest.fixture
def school(app: Flask) -> School:
    return make_school(app)


@pytest.fixture
def lee(app: Flask, school: School) -> Device:
    return Device(app, school.people["lee"])


# The real server and the real browser.


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """`start_server("--empty", data=…)`: as many as a test needs; all are gone when it ends."""
    started: list[LiveServer] = []

    def start(*options: str, data: Path | None = None) -> LiveServer:
        server = LiveServer(data or tmp_path / f"server-{len(started)}", *options)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.kill()


@pytest.fixture
def live_server(start_server: Callable[..., LiveServer], demo_data: Path, tmp_path: Path) -> LiveServer:
    """A server with the demo school of its own."""
    return start_server("--demo", data=Path(shutil.copytree(demo_data, tmp_path / "demo")))


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    server = LiveServer(tmp_path_factory.mktemp("demo") / "school", "--demo").start()
    server.stop()
    return server.data


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(**chromium_options())
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


# A story can say its steps; they are printed at the end even when it ran in another process.


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    def say_step(text: str) -> None:
        print(text, flush=True)
        record_property("step", text)

    return say_step


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    steps = [str(text) for name, text in report.user_properties if name == "step"]
    if report.when == "teardown" and steps:
        STORIES.append((report.nodeid, steps))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for story, steps in STORIES:
        terminalreporter.write_sep("-", story)
        for text in steps:
            terminalreporter.write_line(text)
