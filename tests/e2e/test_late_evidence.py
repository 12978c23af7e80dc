"""A second tablet is found in a drawer after the visit was finished, and again after its notes were shared."""

import re

import coach
from axe import expect_no_violation
from playwright.sync_api import Browser, Page, expect
from two_tablets import fetch_news, open_visit, wake_tablet

from live_server import LiveServer

LATE = "reached this visit after it was finished"


def test_what_a_second_tablet_brings_late_is_shown_as_late_and_the_coach_decides(
    live_server: LiveServer, browser: Browser
) -> None:
    _, here = wake_tablet(browser, live_server)
    second, there = wake_tablet(browser, live_server)
    coach.start_visit(here, "Rivera", "Lesson clarity", present=22)
    coach.tick(here, "Goal of the lesson can be seen")
    coach.expect_all_marks(here, "check")
    open_visit(there, "Going on now", "Rivera")
    expect(there.get_by_role("timer")).to_be_visible()
    second.set_offline(True)
    coach.tick(there, "Steps are shown one by one")
    coach.write_line(there, "Thirds don’t fit in fourths.")

    coach.finish(here)
    expect(here.get_by_text(LATE)).to_have_count(0)
    _share(here)
    expect(here.get_by_text("It is on the server.")).to_be_visible(timeout=15_000)
    expect(here.get_by_text("New evidence came since.")).to_have_count(0)

    second.set_offline(False)
    fetch_news(there)
    expect(there.get_by_role("heading", name=re.compile("Feedback to"))).to_be_visible(timeout=30_000)
    _until_told(here, there)
    expect(here.get_by_text(f"2 lines {LATE}")).to_be_visible()
    late = here.locator(".seen-line", has_text="came after the finish")
    expect(late).to_have_count(2)
    expect(late.filter(has_text="Thirds don’t fit in fourths.")).to_have_count(1)
    expect_no_violation(here, "late evidence after sharing")

    here.get_by_role("button", name="Look and share again").click()
    here.get_by_role("dialog").get_by_role("button", name="Share again as version 2").click()
    expect(here.get_by_text("version 2.")).to_be_visible()
    expect(here.get_by_text("New evidence came since.")).to_have_count(0)
    for page in (here, there):
        page.context.close()


def _until_told(here: Page, there: Page) -> None:
    news = here.get_by_text("New evidence came since.")
    for _ in range(20):
        fetch_news(there)
        fetch_news(here)
        if news.count() == 1:
            break
        here.wait_for_timeout(500)
    expect(news).to_be_visible()


def _share(page: Page) -> None:
    page.get_by_label("Strength 1").fill("The goal was on the board.")
    coach.cite(page, "Goal of the lesson can be seen")
    page.get_by_label("One step").fill("Wait three seconds before calling on a student.")
    for kind in ("The picture you had", "Support"):
        page.get_by_role("button", name="Choose a question").click()
        page.get_by_role("button", name=re.compile(kind)).click()
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name=re.compile("^Share with")).click()
