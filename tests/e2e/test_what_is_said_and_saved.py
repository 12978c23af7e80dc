"""Nothing is said twice, ended over what is on no disk, or promised otherwise than the teacher will read it."""

import contextlib
import re
import sqlite3

import coach
from full_disk import FILL_UP, MAKE_ROOM
from playwright.sync_api import Browser, Page, expect

from live_server import LiveServer

FEEL = "() => { window.felt = 0; navigator.vibrate = () => { window.felt += 1; return true; }; }"
TWICE = "button => { button.click(); button.click(); }"
STRENGTH = "You walked to each table, and students went on with the task."
STEP = "Show the directions until the last pair has begun."


def test_a_visit_is_finished_once_and_only_when_all_of_it_is_saved(
    page: Page, live_server: LiveServer
) -> None:
    begin(page, live_server)
    coach.start_visit(page, "Okafor", "Engagement sweep", present=0)
    page.get_by_role("button", name="Say how many students are present").click()
    page.get_by_label("Students present today", exact=True).fill("22")
    page.get_by_role("button", name="Save").click()
    page.evaluate(FEEL)
    coach.sweep(page, 18, 22)
    assert page.evaluate("window.felt") == 1, "a tap is felt once"
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_role("status")).to_have_text("Taken back: Students with the task: 18 of 22 students")

    page.evaluate(FILL_UP)
    coach.sweep(page, 17, 22)
    expect(page.locator("footer").get_by_text("This mark is NOT saved.")).to_be_visible()
    page.get_by_role("button", name="Finish", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("can be finished when every mark is on this tablet")).to_be_visible()
    expect(dialog.get_by_role("button", name="Finish now")).to_be_disabled()
    page.evaluate(MAKE_ROOM)
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_role("button", name="Finish now")).to_be_enabled()
    dialog.get_by_role("button", name="Go on observing").click()

    page.get_by_label("What do you hear or see?").fill("Two pairs wait")
    expect_half_lines(page, 1)
    page.get_by_role("button", name="Finish", exact=True).click()
    page.evaluate(FILL_UP)
    page.get_by_role("button", name="Finish now").click()
    expect(dialog.get_by_text("could NOT be saved")).to_be_visible()
    page.evaluate(MAKE_ROOM)
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_role("button", name="Finish now")).to_be_enabled()
    dialog.get_by_role("button", name="Finish now").evaluate(TWICE)
    expect(page.get_by_role("heading", name=re.compile("Feedback to"))).to_be_visible()
    expect(page.get_by_text("Two pairs wait")).to_have_count(1)
    expect(page.get_by_text("versions of the same thing")).to_have_count(0)
    expect_half_lines(page, 0)
    assert entries_sent(live_server, page, "observation.finished") == 1


def test_the_teacher_reads_once_what_the_preview_showed(
    page: Page, browser: Browser, live_server: LiveServer
) -> None:
    begin(page, live_server)
    coach.start_visit(page, "Okafor", "Engagement sweep", present=22)
    coach.sweep(page, 18, 22)
    coach.sweep(page, 20, 22)
    for question in page.locator(".ask").all():
        question.locator(".answer").first.click()
    coach.write_line(page, "Where do I find the next card?")
    coach.finish(page)
    page.get_by_label("Strength 1").fill(STRENGTH)
    for line in page.locator(".seen-cite").all():
        line.click()
    page.get_by_label("One step").fill(STEP)
    page.get_by_label("Rehearsal").fill("with the first slide, today")
    page.get_by_role("button", name="Choose a question").click()
    page.get_by_role("button", name=re.compile("Support")).click()
    page.get_by_role("button", name="Share", exact=True).click()
    promised = preview_of(page)

    page.evaluate(FILL_UP)
    page.get_by_role("button", name=re.compile("^Share with")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("so it is not shared")).to_be_visible()
    expect(dialog.get_by_role("button", name=re.compile("^Share with"))).to_be_disabled()
    page.evaluate(MAKE_ROOM)
    dialog.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It is on the server.")).to_be_visible(timeout=30_000)

    page.get_by_label("One step").fill(f"{STEP} ")
    page.get_by_label("When to try it").fill("tomorrow")
    page.get_by_role("button", name="Share again as version 2").click()
    page.get_by_role("dialog").get_by_role("button", name="Share again as version 2").evaluate(TWICE)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text(re.compile("version 2.*It is on the server", re.DOTALL))).to_be_visible(
        timeout=30_000
    )
    assert entries_sent(live_server, page, "feedback.shared") == 2
    assert promised == notes_of(browser, live_server)


def begin(page: Page, server: LiveServer) -> None:
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)


HALF_LINES = """async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = (await indexedDB.databases()).find(({ name }) => name.startsWith('noticing-'));
  const database = await asked(indexedDB.open(found.name));
  const keys = await asked(database.transaction('meta').objectStore('meta').getAllKeys());
  database.close();
  return keys.filter((key) => key.startsWith('half_line ')).length;
}"""


def expect_half_lines(page: Page, n: int) -> None:
    for _ in range(100):
        if page.evaluate(HALF_LINES) == n:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"there are not {n} half-typed lines on the disk")


def entries_sent(server: LiveServer, page: Page, kind: str) -> int:
    """Of the visit on the screen, as the server's log has them when everything is sent."""
    expect(page.locator(".status-line")).to_contain_text(re.compile("all sent|All|0 on this tablet", re.I))
    visit = page.url.split("/")[-1].replace("-", "")
    with contextlib.closing(sqlite3.connect(server.data / "noticing.db")) as database:
        asked = "SELECT count(*) FROM log_entry WHERE subject_id = ? AND kind = ?"
        count: int = database.execute(asked, (visit, kind)).fetchone()[0]
    return count


Promised = tuple[list[str], list[str], str]


def preview_of(page: Page) -> Promised:
    preview = page.locator(".preview")
    lines = [" ".join(text.split()) for text in preview.locator(".preview-lines > li").all_inner_texts()]
    return preview.locator("h3").all_inner_texts(), lines, preview.get_by_text("Seen at").inner_text()


def notes_of(browser: Browser, server: LiveServer) -> Promised:
    """The same three of the teacher's page."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    coach.fill_in_sign_in(page, "okafor@demo.example")
    page.locator("main").get_by_role("link", name=re.compile("with Lee|Lee|notes", re.I)).first.click()
    notes = page.locator("article.notes")
    expect(notes.get_by_text(STRENGTH)).to_be_visible()
    headings = notes.locator("section:not(#replies) h2").all_inner_texts()
    lines = [" ".join(text.split()) for text in notes.locator("table.lines tbody tr").all_inner_texts()]
    seen_at = " ".join(notes.locator(".cite").first.inner_text().split())
    context.close()
    return headings, lines, seen_at
