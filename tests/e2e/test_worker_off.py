"""The switch for the worst case: a server takes the service worker away from its tablets, and gives it back."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import coach
import pytest
from playwright.sync_api import Browser, Page, expect

from live_server import LiveServer

REGISTRATIONS = "() => navigator.serviceWorker.getRegistrations().then((all) => all.length)"
CACHES = "() => caches.keys().then((all) => all.length)"
FIRST, SECOND = "Goal of the lesson can be seen", "Steps are shown one by one"


def restart(server: LiveServer, monkeypatch: pytest.MonkeyPatch, worker: str) -> None:
    assert server.stop() == 0
    monkeypatch.setenv("NOTICING_APP_WORKER", worker)
    server.start()


def wait_until(page: Page, question: str, answer: int) -> None:
    page.wait_for_function(f"async (answer) => (await ({question})()) === answer", arg=answer)


def count_entries(data: Path) -> int:
    with closing(sqlite3.connect(data / "noticing.db")) as database:
        (found,) = database.execute("SELECT count(*) FROM log_entry").fetchone()
    return int(found)


def test_a_server_takes_the_worker_away_and_gives_it_back_and_no_tap_is_lost(
    live_server: LiveServer, browser: Browser, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> None:
    context = browser.new_context()
    context.set_default_timeout(15_000)
    page = context.new_page()
    coach.sign_in(page, live_server.url, "lee@demo.example")
    coach.install(page)
    before = count_entries(live_server.data)
    assert live_server.stop() == 0
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    coach.tick(page, FIRST)
    coach.tick(page, SECOND)
    coach.expect_all_marks(page, "dot")
    page.reload()
    coach.expect_all_marks(page, "dot")
    say("a tablet with a worker opens without a server, and has three entries that are not sent")

    # Sending has to wait until the worker is gone: what is not sent is what must not be lost.
    page.route("**/api/v1/sync/push", lambda route: route.abort())
    live_server.start()
    restart(live_server, monkeypatch, "off")
    page.reload()
    wait_until(page, REGISTRATIONS, 0)
    wait_until(page, CACHES, 0)
    page.reload()
    assert page.evaluate("() => navigator.serviceWorker.controller === null")
    coach.expect_all_marks(page, "dot")
    assert count_entries(live_server.data) == before
    say("the worker and its copy of the app are gone; the app opens from the server, and every entry is there")

    page.unroute("**/api/v1/sync/push")
    page.reload()
    coach.expect_all_marks(page, "check")
    assert count_entries(live_server.data) == before + 3
    say("they are delivered")

    restart(live_server, monkeypatch, "on")
    page.reload()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    wait_until(page, REGISTRATIONS, 1)
    assert live_server.stop() == 0
    page.reload()
    expect(page.get_by_role("timer")).to_be_visible()
    coach.expect_all_marks(page, "check")
    say("switched on again, the app opens without a server")
    context.close()
