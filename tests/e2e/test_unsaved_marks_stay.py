"""A mark that no disk took is not forgotten when the coach goes to another screen."""

import re

import coach
from playwright.sync_api import Browser, Page, expect

from live_server import LiveServer

FULL = """() => {
  const add = IDBObjectStore.prototype.add, post = Worker.prototype.postMessage;
  window.giveRoom = () => { IDBObjectStore.prototype.add = add; Worker.prototype.postMessage = post; };
  Worker.prototype.postMessage = () => { throw new DOMException('full', 'QuotaExceededError'); };
  IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); };
}"""
UNREADABLE = """() => {
  const all = IDBObjectStore.prototype.getAll, one = IDBIndex.prototype.getAll;
  const fail = () => { throw new DOMException('broken', 'DataError'); };
  window.heal = () => { IDBObjectStore.prototype.getAll = all; IDBIndex.prototype.getAll = one; };
  IDBObjectStore.prototype.getAll = fail;
  IDBIndex.prototype.getAll = fail;
}"""


def test_a_mark_that_was_not_saved_is_told_on_every_screen_and_can_be_saved_from_there(
    live_server: LiveServer, browser: Browser
) -> None:
    page = _observing(browser, live_server)
    page.evaluate(FULL)
    coach.tick(page, "Goal of the lesson can be seen")
    expect(page.locator(".sign[data-state=unsaved]").first).to_be_visible()

    page.get_by_role("link", name="Back to Today").click()
    told = page.get_by_role("alert").filter(has_text=re.compile("NOT saved"))
    expect(told).to_be_visible()
    page.get_by_role("link", name="Start a visit", exact=True).click()
    expect(told).to_be_visible()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.context.pages[0].wait_for_timeout(300)
    assert asked == ["beforeunload"]

    page.evaluate("() => window.giveRoom()")
    told.get_by_role("button", name="Try again").click()
    expect(told).to_have_count(0)
    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("link", name="Go on").first.click()
    expect(coach.look_for(page, "Goal of the lesson can be seen").locator(".sign")).to_have_attribute(
        "data-state", re.compile("dot|check")
    )
    page.context.close()


def test_two_quick_taps_on_begin_start_one_visit(live_server: LiveServer, browser: Browser) -> None:
    page = _installed(browser, live_server)
    page.get_by_role("link", name="Start a visit", exact=True).click()
    page.get_by_role("button", name="Begin").wait_for()
    page.evaluate(
        "() => { const begin = [...document.querySelectorAll('button')].find(b => b.textContent === 'Begin');"
        " begin.click(); begin.click(); }"
    )
    expect(page.get_by_role("timer")).to_be_visible()
    page.get_by_role("link", name="Back to Today").click()
    going_on = page.locator("section", has=page.get_by_role("heading", name="Going on now"))
    expect(going_on.get_by_role("listitem")).to_have_count(1)
    page.context.close()


def test_a_log_that_cannot_be_read_is_told_and_tried_again(live_server: LiveServer, browser: Browser) -> None:
    page = _observing(browser, live_server)
    coach.tick(page, "Goal of the lesson can be seen")
    coach.expect_all_marks(page, "check")
    address = page.url
    page.get_by_role("link", name="Back to Today").click()
    page.evaluate(UNREADABLE)
    for link in ("#/waiting", "#/start", address.split("/app/")[1]):
        page.evaluate("link => { location.hash = link; }", link)
        told = page.get_by_role("alert").filter(has_text="cannot be read just now")
        expect(told).to_be_visible()
        expect(page.get_by_text("Opening …")).to_have_count(0)
    page.evaluate("() => window.heal()")
    told.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("timer")).to_be_visible()
    page.context.close()


def _installed(browser: Browser, server: LiveServer) -> Page:
    context = browser.new_context(viewport={"width": 1180, "height": 820}, locale="en-US")
    page = context.new_page()
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    return page


def _observing(browser: Browser, server: LiveServer) -> Page:
    page = _installed(browser, server)
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    return page
