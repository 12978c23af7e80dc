"""The switch for the worst case: a server takes the service worker away from its tablets, and gives it back."""

import contextlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import coach
import pytest
from builds import BuildServer
from playwright.sync_api import Error, Page, expect

CACHES = "() => caches.keys().then((all) => all.filter((name) => name.startsWith('noticing-app-')).length)"
REGISTERS_LATE = """() => new Promise((resolve) => {
    const register = () => navigator.serviceWorker.register('/app/sw.js', { scope: '/app/', updateViaCache: 'none' });
    const again = setInterval(register, 20);
    setTimeout(() => { clearInterval(again); resolve(); }, 3_000);
    navigator.serviceWorker.getRegistration().then((registration) => registration.update());
})"""
FIRST, SECOND = "Goal of the lesson can be seen", "Steps are shown one by one"


def restart(server: BuildServer, monkeypatch: pytest.MonkeyPatch, worker: str) -> None:
    assert server.stop() == 0
    monkeypatch.setenv("NOTICING_APP_WORKER", worker)
    server.start()


def wait_until(page: Page, question: str, answer: int) -> None:
    page.evaluate(
        f"""async (answer) => {{
            const until = Date.now() + 15_000;
            while ((await ({question})()) !== answer) {{
                if (Date.now() > until) throw new Error('it is ' + await ({question})());
                await new Promise((resolve) => setTimeout(resolve, 50));
            }}
        }}""",
        answer,
    )


def reload_until_it_comes_from_the_worker(page: Page) -> None:
    for _ in range(8):
        with contextlib.suppress(Error):  # the app was just loading itself again
            answer = page.reload()
            if answer and answer.from_service_worker:
                return
        page.wait_for_timeout(3_000)  # the new one takes over from Today, after a moment
    raise AssertionError("the app still comes from the server")


def count_entries(data: Path) -> int:
    with closing(sqlite3.connect(data / "noticing.db")) as database:
        (found,) = database.execute("SELECT count(*) FROM log_entry").fetchone()
    return int(found)


@pytest.mark.parametrize("registers", ["at once", "late, which revives it"])
def test_a_server_takes_the_worker_away_and_gives_it_back_and_no_tap_is_lost(
    build_server: BuildServer,
    today: Page,
    monkeypatch: pytest.MonkeyPatch,
    say: Callable[[str], None],
    registers: str,
) -> None:
    page, server = today, build_server
    before = count_entries(server.data)
    assert server.stop() == 0
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    coach.tick(page, FIRST)
    coach.tick(page, SECOND)
    coach.expect_all_marks(page, "dot")
    page.reload()
    coach.expect_all_marks(page, "dot")
    say("a tablet with a worker opens without a server, and has three entries that are not sent")

    # Sending has to wait until the worker is gone: what is not sent is what must not be lost.
    server.hold_pushes()
    server.start()
    restart(server, monkeypatch, "off")
    page.reload()
    if registers != "at once":
        page.evaluate(REGISTERS_LATE)
    wait_until(page, CACHES, 0)
    answer = page.reload()
    assert answer
    assert not answer.from_service_worker
    coach.expect_all_marks(page, "dot")
    assert count_entries(server.data) == before
    say(
        "the worker and its copy of the app are gone; the app opens from the server, and every entry is there"
    )

    server.let_pushes_through()
    page.reload()
    coach.expect_all_marks(page, "check")
    assert count_entries(server.data) == before + 3
    say("they are delivered")

    restart(server, monkeypatch, "on")
    visit = page.url
    page.goto(f"{server.url}/app/")  # in the middle of a visit none takes over
    wait_until(page, CACHES, 1)
    reload_until_it_comes_from_the_worker(page)
    assert server.stop() == 0
    page.goto(visit)
    expect(page.get_by_role("timer")).to_be_visible()
    coach.expect_all_marks(page, "check")
    say("switched on again, the app opens without a server")
