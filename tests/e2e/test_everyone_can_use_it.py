"""Every page and every screen of the app holds no violation of WCAG 2.2 AA that axe can find."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import coach
import pytest
from axe import expect_no_violation as check
from full_disk import FILL_UP, MAKE_ROOM
from playwright.sync_api import Browser, Page, expect

from live_server import LiveServer

SIZES = {
    "phone": (390, 844),
    "tablet upright": (820, 1180),
    "tablet": (1180, 820),
    "desktop": (1440, 900),
}


LESSONS = (
    ("Rivera", "Lesson clarity"),
    ("Okafor", "Engagement sweep"),
    ("Tran", "Responses and feedback"),
    ("Silva", "Selective script"),
)


@pytest.fixture(scope="module")
def server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    data = tmp_path_factory.mktemp("everyone") / "school"
    server = LiveServer(Path(shutil.copytree(demo_data, data)), "--demo").start()
    yield server
    server.kill()


@pytest.fixture
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    # axe is put in from outside, which the strict policy of the pages would rightly refuse.
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("screen", SIZES, indirect=True)
def test_the_pages_hold_no_violation(screen: Page, server: LiveServer) -> None:
    for path in ("/", "/sign-in", "/nothing-here", "/set-up/used-or-wrong"):
        screen.goto(server.url + path)
        check(screen, path)
    sign_in(screen, server, "rivera@demo.example")
    check(screen, "/notes")
    screen.locator("main").get_by_role("link").first.click()
    screen.wait_for_url("**/notes/*")
    check(screen, "/notes/…")
    screen.context.clear_cookies()
    sign_in(screen, server, "admin@demo.example")
    screen.goto(f"{server.url}/people")
    check(screen, "/people")


@pytest.mark.parametrize(
    ("screen", "lessons"),
    [("phone", LESSONS), ("tablet", LESSONS), ("tablet upright", LESSONS[1:2]), ("desktop", LESSONS[:1])],
    ids=lambda given: given if isinstance(given, str) else f"{len(given)} lessons",
    indirect=["screen"],
)
def test_the_app_holds_no_violation(
    screen: Page, lessons: tuple[tuple[str, str], ...], server: LiveServer
) -> None:
    screen.goto(f"{server.url}/app/")
    check(screen, "nobody signed in")
    coach.sign_in(screen, server.url, "lee@demo.example")
    coach.install(screen)
    check(screen, "today")
    screen.get_by_role("link", name="Start a visit", exact=True).click()
    check(screen, "start")
    screen.get_by_role("link", name="Back to Today").click()
    for teacher, protocol in lessons:
        coach.start_visit(screen, teacher, protocol, present=22)
        coach.write_line(screen, "What could we draw to check?")
        check(screen, protocol)
        if (teacher, protocol) == lessons[0]:
            capture_dialogs_hold_no_violation(screen)
        coach.finish(screen)
        check(screen, f"review of {protocol}")
        if (teacher, protocol) == lessons[0]:
            review_dialogs_hold_no_violation(screen)
        screen.get_by_role("link", name="Back to Today").click()
    screen.evaluate(SET_ASIDE)
    screen.goto(f"{server.url}/app/#/waiting")
    screen.reload()
    expect(screen.get_by_role("heading", name=re.compile("needs? attention"))).to_be_visible()
    check(screen, "waiting, with what was set aside")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_and_the_app_say_no_error_in_the_console(
    browser: Browser, server: LiveServer, scheme: Literal["light", "dark"]
) -> None:
    """The pages' policy holds here, as it does at a school: what it would refuse is said there, too."""
    context = browser.new_context(color_scheme=scheme)
    page, faults = context.new_page(), Faults()
    faults.listen_to(page)
    for path in ("/", "/sign-in", "/rescue", "/app/"):
        faults.look_at(page, server.url + path)
    for person, paths in (
        ("rivera", ("/notes", "/", "/app/")),
        ("lee", ("/notes",)),
        ("admin", ("/people", "/tablets", "/", "/app/")),
    ):
        context.clear_cookies()
        page.goto(f"{server.url}/sign-in?next={paths[0]}")
        coach.fill_in_sign_in(page, f"{person}@demo.example")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        for path in paths:
            faults.look_at(page, server.url + path)
        if "/notes" in paths:
            page.goto(f"{server.url}/notes")
            page.locator("main").get_by_role("link").first.click()
            page.wait_for_url("**/notes/*")
            faults.look_at(page, page.url)
        if person == "rivera":
            page.locator("textarea").fill("I would add the second group.")
            page.get_by_role("button", name=re.compile("^Send to")).click()
            expect(page.get_by_text("I would add the second group.").first).to_be_visible()
    context.clear_cookies()
    walk_through_the_app(page, server)
    context.close()
    assert faults.said == []


def walk_through_the_app(page: Page, server: LiveServer) -> None:
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    coach.start_visit(page, "Rivera", "Engagement sweep", present=22)
    coach.write_line(page, "What could we draw to check?")
    page.get_by_role("button", name="Dim the screen").click()
    coach.finish(page)
    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Close").click()
    for screen in ("#/waiting", "#/leave"):
        page.goto(f"{server.url}/app/{screen}")
        expect(page.get_by_role("heading").first).to_be_visible()


class Faults:
    """What a browser's console says of what went wrong. Refusals that were meant to be shown are no faults."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def listen_to(self, page: Page) -> None:
        page.on("console", lambda message: self._hear(page, message.type, message.text))
        page.on("pageerror", lambda error: self._hear(page, "error", str(error)))

    def _hear(self, page: Page, kind: str, text: str) -> None:
        is_expected = "status of 401" in text  # the app asks who is signed in
        if kind in ("error", "warning") and not is_expected:
            self.said.append(f"{page.url}: {text}")

    def look_at(self, page: Page, url: str) -> None:
        page.goto(url)
        page.wait_for_load_state("networkidle")


def capture_dialogs_hold_no_violation(screen: Page) -> None:
    screen.get_by_role("button", name="Change teacher, class or students present").click()
    check_and_close(screen, "visit details")
    screen.get_by_role("button", name=re.compile("^More about")).first.click()
    check_and_close(screen, "what an item means")
    screen.get_by_role("button", name="Finish", exact=True).click()
    check_and_close(screen, "finish")
    screen.evaluate(FILL_UP)
    screen.locator(".look-tap, .pad-number").first.click()
    expect(screen.get_by_text("This mark is NOT saved.")).to_be_visible()
    check(screen, "a mark is not saved")
    screen.get_by_role("button", name="Finish", exact=True).click()
    check_and_close(screen, "finish is refused")
    screen.evaluate(MAKE_ROOM)
    screen.get_by_role("button", name="Try again").click()
    screen.get_by_role("button", name="Dim the screen").click()
    check(screen, "dimmed")
    screen.get_by_role("button", name="Dim the screen").click()


def review_dialogs_hold_no_violation(screen: Page) -> None:
    screen.get_by_role("button", name=re.compile("^Change or take back")).first.click()
    check_and_close(screen, "a line")
    screen.get_by_role("button", name="Add what you remember").click()
    check_and_close(screen, "add a line")
    if screen.get_by_role("navigation", name="Parts of the review").is_visible():
        screen.get_by_role("button", name="Feedback", exact=True).click()
    screen.get_by_label("Strength 1").fill("Great lesson, Jamal!")
    screen.get_by_label("One step").fill("wait and ask " * 13)
    check(screen, "findings while writing")
    screen.get_by_role("button", name="Share", exact=True).click()
    expect(screen.get_by_text("to put right before sharing")).to_be_visible()
    check_and_close(screen, "sharing with findings")


SET_ASIDE = """async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const db = await asked(indexedDB.open(name));
    if (db.objectStoreNames.contains('set_aside')) {
      const [row] = await asked(db.transaction('entries').objectStore('entries').getAll());
      const { stream_id, stream_seq, entry_id } = row;
      const put = db.transaction('set_aside', 'readwrite').objectStore('set_aside');
      await asked(put.put({ stream_id, stream_seq, entry_id, code: 'planted', text: 'The class is not known.' }));
    }
    db.close();
  }
}"""


def check_and_close(page: Page, where: str) -> None:
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page, where)
    page.get_by_role("button", name="Close", exact=True).click()


def sign_in(page: Page, server: LiveServer, email: str) -> None:
    page.goto(f"{server.url}/sign-in")
    coach.fill_in_sign_in(page, email)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
