"""What the server set aside is on Today, one tap from its reason, also when nothing is waiting any more."""

import re
import subprocess
import sys
from pathlib import Path

import coach
from axe import expect_no_violation
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from live_server import LiveServer

TABLET = {"width": 1180, "height": 820}
EXAMPLE = Path(__file__).parents[2] / "docs/example/tablet.py"


def test_a_change_that_came_too_late_is_shown_with_its_reason(
    live_server: LiveServer, browser: Browser
) -> None:
    first, here = _tablet(browser, live_server)
    second, there = _tablet(browser, live_server)

    coach.start_visit(here, "Rivera", "Lesson clarity", present=22)
    coach.tick(here, "Goal of the lesson can be seen")
    coach.expect_all_marks(here, "check")
    coach.finish(here)
    expect(here.locator(".seen-cite")).to_have_count(1)
    here.get_by_role("link", name="Back to Today").click()
    expect(here.get_by_text("Everything is on the server.")).to_be_visible(timeout=15_000)

    there.reload()
    _drafts(there).filter(has_text="Rivera").get_by_role("link").first.click()
    expect(there.locator(".seen-cite")).to_have_count(1)
    second.set_offline(True)
    _drafts(here).filter(has_text="Rivera").get_by_role("link").first.click()
    _share(here)
    expect(here.get_by_text("It is on the server.")).to_be_visible(timeout=15_000)

    _say_that_it_was(there, "Okafor")
    second.set_offline(False)
    there.get_by_role("link", name="Back to Today").click()
    there.reload()
    expect(there.get_by_text("1 entry needs attention.")).to_be_visible(timeout=30_000)
    expect(there.get_by_text("on this tablet only")).to_have_count(0)
    expect(there.get_by_text("Everything is on the server.")).to_have_count(0)
    there.get_by_role("link", name="See why").click()
    aside = there.locator("section", has=there.get_by_role("heading", name="1 entry needs attention"))
    expect(aside.get_by_text("A change of teacher, class or students present")).to_be_visible()
    expect(aside.get_by_text(re.compile("shared"))).to_be_visible()

    there.get_by_role("link", name="Back to Today").click()
    shared = there.locator("section", has=there.get_by_role("heading", name="Shared", exact=True))
    todays = shared.get_by_role("listitem").filter(has_text="today")
    expect(todays.filter(has_text="Rivera")).to_have_count(1)
    expect(todays.filter(has_text="Okafor")).to_have_count(0)
    first.close()
    second.close()


def test_what_another_device_of_hers_sent_is_shown_where_she_looks(
    live_server: LiveServer, browser: Browser, tmp_path: Path
) -> None:
    context, page = _tablet(browser, live_server)
    other = [sys.executable, EXAMPLE, tmp_path / "tablet.db", live_server.url]
    for words in ("enrol lee@demo.example", "visit lesson-clarity", "mark no_such_item", "sync"):
        subprocess.run([*other, *words.split()], input=coach.PASSWORD, text=True, check=True)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.get_by_text("1 entry needs attention.")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Start a visit", exact=True).click()
    page.get_by_role("link", name="1 entry needs attention: why").click()
    aside = page.locator("section", has=page.get_by_role("heading", name="1 entry needs attention"))
    expect(aside.get_by_text("no_such_item")).to_be_visible()
    expect(aside.get_by_text("from another device")).to_be_visible()
    expect(aside.get_by_text("This protocol has no such item")).to_be_visible()
    expect_no_violation(page, "set aside on another device")
    context.close()


def _tablet(browser: Browser, server: LiveServer) -> tuple[BrowserContext, Page]:
    context = browser.new_context(
        viewport=TABLET, locale="en-US", timezone_id="America/New_York", bypass_csp=True
    )
    page = context.new_page()
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    return context, page


def _drafts(page: Page) -> Locator:
    section = page.locator("section", has=page.get_by_role("heading", name="Not shared yet"))
    return section.get_by_role("listitem")


def _share(page: Page) -> None:
    page.get_by_label("Strength 1").fill("The goal was on the board.")
    coach.cite(page, "Goal of the lesson can be seen")
    page.get_by_label("One step").fill("Wait three seconds before calling on a student.")
    for kind in ("The picture you had", "Support"):
        page.get_by_role("button", name="Choose a question").click()
        page.get_by_role("button", name=re.compile(kind)).click()
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name=re.compile("^Share with")).click()


def _say_that_it_was(page: Page, teacher: str) -> None:
    page.get_by_role("button", name="Change teacher, class or students present").click()
    choice = page.get_by_role("dialog").get_by_role("combobox").first
    choice.select_option(choice.locator("option", has_text=teacher).get_attribute("value"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
