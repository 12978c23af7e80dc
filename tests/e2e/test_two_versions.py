"""Two tablets of one coach say different things without a network: both are shown, and she decides for good."""

import re
from collections.abc import Iterator

import coach
import pytest
from axe import expect_no_violation
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from two_tablets import TABLET, fetch_news, open_visit, wake_tablet

from live_server import LiveServer

STUDENT = "Student 1: “What are you learning?”"
DETAILS = "Change teacher, class or students present"


@pytest.fixture
def tablets(browser: Browser, live_server: LiveServer) -> Iterator[list[tuple[BrowserContext, Page]]]:
    both = [wake_tablet(browser, live_server) for _ in range(2)]
    yield both
    for context, _ in both:
        context.close()


def test_an_answer_that_two_tablets_gave_is_settled_by_its_author(
    tablets: list[tuple[BrowserContext, Page]],
) -> None:
    (_, here), (_, there) = tablets
    coach.start_visit(here, "Rivera", "Lesson clarity", present=22)
    coach.tick(here, "Goal of the lesson can be seen")
    coach.expect_all_marks(here, "check")
    open_visit(there, "Going on now", "Rivera")
    expect(coach.look_for(there, "Goal of the lesson can be seen")).to_have_class(re.compile(r"\bon\b"))

    _set_offline(tablets, True)
    _answer(here, "Yes")
    _answer(there, "Partly")
    _say_present(here, 20)
    _say_present(there, 18)
    _set_offline(tablets, False)
    for page in (here, there):
        _meet(tablets, page.get_by_text("2 versions. A new answer replaces both."))
        expect(page.get_by_role("button", name="2 versions of the details")).to_be_visible()
        for answer in ("Yes", "Partly"):
            expect(_answers(page).get_by_role("button", name=answer)).to_have_attribute(
                "aria-pressed", "false"
            )

    here.get_by_role("button", name="Look at both").click()
    dialog = here.get_by_role("dialog")
    expect(dialog.get_by_text("You, on another tablet, today")).to_be_visible()
    expect_no_violation(here, "two versions of an answer")
    dialog.get_by_role("listitem").filter(has_text="Partly").get_by_role("button", name="Keep this").click()
    expect(here.get_by_text("2 versions. A new answer")).to_have_count(0)
    there.get_by_role("button", name="2 versions of the details").click()
    dialog = there.get_by_role("dialog")
    expect_no_violation(there, "two versions of the details")
    dialog.get_by_role("listitem").filter(has_text="20 students").get_by_role(
        "button", name="Keep this"
    ).click()
    for page in (here, there):
        _meet(tablets, page.get_by_text("2 versions"), count=0)
        expect(_answers(page).get_by_role("button", name="Partly")).to_have_attribute("aria-pressed", "true")


def test_a_line_that_two_tablets_changed_can_be_written_a_third_time(
    tablets: list[tuple[BrowserContext, Page]],
) -> None:
    (_, here), (_, there) = tablets
    coach.start_visit(here, "Okafor", "Lesson clarity", present=22)
    coach.write_line(here, "Whit for it")
    coach.expect_all_marks(here, "check")
    coach.finish(here)
    expect(here.get_by_text("Whit for it").first).to_be_visible()
    open_visit(there, "Not shared yet", "Okafor")

    _set_offline(tablets, True)
    _amend(here, "Wait for it")
    _amend(there, "White for it")
    _set_offline(tablets, False)
    for page in (here, there):
        _meet(tablets, page.get_by_role("heading", name="2 versions of the same thing"))
        expect(page.locator(".seen-line").get_by_text("2 versions")).to_be_visible()
    expect_no_violation(there, "two versions in the review")
    versions = there.get_by_role("heading", name="2 versions of the same thing")
    there.set_viewport_size({"width": 1180, "height": 320})
    there.locator(".review-seen").evaluate("pane => pane.scrollTo(0, pane.scrollHeight)")
    expect(versions).not_to_be_in_viewport()
    there.get_by_role("button", name="Share", exact=True).click()
    sharing = there.get_by_role("dialog")
    expect(sharing.get_by_text("more than one version of one thing")).to_be_visible()
    expect(sharing.get_by_role("button", name="Share with Mr Okafor")).to_be_visible()
    sharing.get_by_role("button", name="Look at the versions").click()
    expect(versions).to_be_in_viewport()
    there.set_viewport_size(TABLET)
    there.get_by_role("button", name="Write another").click()
    there.get_by_label("What you heard or saw").fill("Wait, wait for it")
    there.get_by_role("button", name="Save", exact=True).click()
    for page in (here, there):
        _meet(tablets, page.get_by_text("2 versions"), count=0)
        expect(page.locator(".seen-line").get_by_text("Wait, wait for it")).to_be_visible()


def _set_offline(tablets: list[tuple[BrowserContext, Page]], is_offline: bool) -> None:
    for context, _ in tablets:
        context.set_offline(is_offline)


def _meet(tablets: list[tuple[BrowserContext, Page]], shown: Locator, count: int = 1) -> None:
    """Both talk with the server until what one said has reached the other."""
    for _ in range(20):
        for _, page in tablets:
            fetch_news(page)
        if shown.count() == count:
            break
        shown.page.wait_for_timeout(500)
    expect(shown).to_have_count(count)


def _answers(page: Page) -> Locator:
    return page.get_by_role("group", name=STUDENT)


def _answer(page: Page, answer: str) -> None:
    _answers(page).get_by_role("button", name=answer, exact=True).click()


def _say_present(page: Page, n: int) -> None:
    page.get_by_role("button", name=DETAILS).click()
    page.get_by_role("dialog").get_by_label("Students present today", exact=True).fill(str(n))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def _amend(page: Page, text: str) -> None:
    page.get_by_role("button", name=re.compile("^Change or take back")).first.click()
    page.get_by_label("What you heard or saw").fill(text)
    page.get_by_role("button", name="Save the change").click()
    expect(page.locator(".seen-line").get_by_text(text)).to_be_visible()
