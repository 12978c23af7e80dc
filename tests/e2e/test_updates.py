"""A new version of the app comes to a tablet: between lessons, whole, and without a tap lost."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import coach
import pytest
from builds import NEW, OLD, BuildServer, wait_for_script
from playwright.sync_api import BrowserContext, Page, Response, expect

FIND_NEWS = """async () => {
    const registration = await navigator.serviceWorker.getRegistration('/app/');
    const settled = new Promise((resolve) => {
        registration.addEventListener('updatefound', () => {
            const worker = registration.installing;
            worker.addEventListener('statechange', () => resolve(worker.state));
        });
    });
    await registration.update();
    return settled;
}"""
FIND_NEWS_AND_GO_ON = (
    "() => void navigator.serviceWorker.getRegistration('/app/').then((one) => one.update())"
)
IS_WAITING = "() => navigator.serviceWorker.getRegistration('/app/').then((one) => one.waiting !== null)"
FIRST, SECOND = "Goal of the lesson can be seen", "Steps are shown one by one"


def script_of(page: Page) -> str:
    address: str = page.evaluate("() => document.querySelector('script[type=module]').src")
    return address[address.index("assets/") :]


def caches_of(page: Page) -> list[str]:
    names: list[str] = page.evaluate("() => caches.keys()")
    return names


def observe(page: Page) -> None:
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    coach.tick(page, FIRST)


def go_to_today(page: Page) -> None:
    page.get_by_role("link", name="Back to Today").click()


def go_on_observing(page: Page) -> None:
    going_on = page.locator("section", has=page.get_by_role("heading", name="Going on now"))
    going_on.get_by_role("link", name="Go on").first.click()
    expect(page.get_by_role("timer")).to_be_visible()


def entries_of(build_server: BuildServer, since: int = 0) -> list[tuple[int, str, str]]:
    """(stream_seq, app_version, kind) of what came after the first `since` entries, in the order of its stream."""
    with closing(sqlite3.connect(build_server.data / "noticing.db")) as database:
        asked = "SELECT stream_seq, body FROM log_entry WHERE change_seq > ? ORDER BY stream_seq"
        found = database.execute(asked, (since,)).fetchall()
    entries = [(seq, json.loads(body)) for seq, body in found]
    return [(seq, entry["app_version"], entry["kind"]) for seq, entry in entries]


def last_change(build_server: BuildServer) -> int:
    with closing(sqlite3.connect(build_server.data / "noticing.db")) as database:
        (found,) = database.execute("SELECT max(change_seq) FROM log_entry").fetchone()
    return int(found)


def test_a_new_version_waits_for_an_open_observation_and_comes_on_today(
    context: BrowserContext, build_server: BuildServer, today: Page
) -> None:
    observing, choosing = context.new_page(), context.new_page()
    observing.goto(f"{build_server.url}/app/")
    observe(observing)
    choosing.goto(f"{build_server.url}/app/#/start")
    expect(choosing.get_by_role("radio").first).to_be_attached()

    build_server.deploy()
    assert observing.evaluate(FIND_NEWS) == "installed"
    for _ in range(3):  # each time that it is back on Today, it asks for the new version
        today.get_by_role("link", name="Start a visit", exact=True).click()
        go_to_today(today)
    observing.reload()
    coach.tick(observing, SECOND)
    coach.expect_all_marks(observing, "check")
    assert observing.evaluate(IS_WAITING)
    assert {script_of(page) for page in (today, observing)} == {build_server.builds.old_script}

    go_to_today(observing)
    for page in (observing, today):
        wait_for_script(page, build_server.builds.new_script)
    assert script_of(choosing) == build_server.builds.old_script
    assert not choosing.evaluate(IS_WAITING)
    go_on_observing(observing)
    assert coach.look_for(observing, SECOND).locator(".sign").get_attribute("data-state") == "check"


def test_a_page_of_the_build_before_goes_on_with_its_own_files(
    context: BrowserContext, build_server: BuildServer, today: Page
) -> None:
    choosing = context.new_page()
    choosing.goto(f"{build_server.url}/app/#/start")
    wait_for_script(choosing, build_server.builds.old_script)
    build_server.deploy()
    today.evaluate(FIND_NEWS_AND_GO_ON)
    wait_for_script(today, build_server.builds.new_script)

    asked = f"() => fetch('/app/{build_server.builds.old_script}').then((one) => one.status)"
    assert choosing.evaluate(asked) == 200
    assert build_server.stop() == 0
    assert choosing.evaluate(asked) == 200
    assert script_of(choosing) == build_server.builds.old_script
    build_server.start()
    without_worker = context.request.get(f"{build_server.url}/app/{build_server.builds.old_script}")
    assert without_worker.ok

    assert build_server.stop() == 0
    go_to_today(choosing)
    wait_for_script(choosing, build_server.builds.new_script)


def test_what_is_not_sent_holds_no_update_up_and_the_new_version_sends_it(
    build_server: BuildServer, today: Page
) -> None:
    before = last_change(build_server)
    build_server.hold_pushes()
    observe(today)
    coach.tick(today, SECOND)
    coach.expect_all_marks(today, "dot")
    go_to_today(today)

    build_server.deploy()
    today.evaluate(FIND_NEWS_AND_GO_ON)
    wait_for_script(today, build_server.builds.new_script)
    assert last_change(build_server) == before

    assert build_server.stop() == 0
    today.reload()
    wait_for_script(today, build_server.builds.new_script)
    go_on_observing(today)
    coach.expect_all_marks(today, "dot")

    build_server.let_pushes_through()
    build_server.start()
    coach.tick(today, FIRST)
    coach.expect_all_marks(today, "check")
    came = entries_of(build_server, before)
    assert [seq for seq, _, _ in came] == list(range(1, len(came) + 1))
    assert [kind for _, version, kind in came if version == OLD] == [
        "observation.started",
        "item.marked",
        "item.marked",
    ]
    assert [kind for _, version, kind in came if version == NEW] == ["item.marked"]


@pytest.mark.parametrize("fault", ["missing", "other bytes"])
def test_an_install_that_breaks_half_way_leaves_the_version_that_works(
    build_server: BuildServer, today: Page, fault: str
) -> None:
    kept = caches_of(today)
    build_server.deploy()
    script = build_server.folder / "app" / build_server.builds.new_script
    if fault == "missing":
        script.unlink()
    else:
        script.write_bytes(script.read_bytes() + b"\n")
    assert today.evaluate(FIND_NEWS) == "redundant"
    assert caches_of(today) == kept
    assert build_server.stop() == 0
    today.reload()
    wait_for_script(today, build_server.builds.old_script)
    observe(today)
    coach.expect_all_marks(today, "dot")

    build_server.deploy()
    build_server.start()
    coach.tick(today, SECOND)
    coach.expect_all_marks(today, "check")
    go_to_today(today)
    today.evaluate(FIND_NEWS_AND_GO_ON)
    wait_for_script(today, build_server.builds.new_script)


def test_the_worker_answers_for_the_apps_files_and_nothing_else(
    context: BrowserContext, build_server: BuildServer, today: Page
) -> None:
    answers: list[Response] = []
    context.on("response", lambda answer: answers.append(answer))
    today.reload()
    observe(today)
    coach.expect_all_marks(today, "check")
    of_worker = [each for each in answers if each.from_service_worker]
    others = [each for each in answers if not each.from_service_worker]
    assert f"{build_server.url}/app/{build_server.builds.old_script}" in [each.url for each in of_worker]
    assert {each.request.method for each in of_worker} == {"GET"}
    assert all(each.url.startswith(f"{build_server.url}/app/") for each in of_worker)
    assert any(each.request.method == "POST" for each in others)
    (cache,) = [name for name in caches_of(today) if name.startswith("noticing-app-")]
    kept = "async (name) => (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)"
    built = {
        f"/app/{file.relative_to(build_server.builds.old / 'app')}"
        for file in built_files(build_server.builds.old)
    }
    assert set(today.evaluate(kept, cache)) == (built - {"/app/index.html", "/app/sw.js"}) | {"/app/"}


def built_files(folder: Path) -> list[Path]:
    return [file for file in (folder / "app").rglob("*") if file.is_file()]
