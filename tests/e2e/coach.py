"""What a coach does with her fingers, in the words on the screen."""

import re

from playwright.sync_api import Locator, Page, expect

PASSWORD = "noticing-demo"


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/sign-in?next=/app/")
    fill_in_sign_in(page, email)


def fill_in_sign_in(page: Page | Locator, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def install(page: Page) -> None:
    """The app as it stands after its first visit with a network: worker in place, people and protocols here."""
    expect(page.get_by_role("heading", name="Noticing")).to_be_visible()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    if not page.evaluate("() => navigator.serviceWorker.controller !== null"):
        page.reload()
    expect(page.get_by_role("link", name="Start a visit", exact=True)).to_be_visible()
    page.get_by_role("link", name="Start a visit", exact=True).click()
    expect(page.get_by_role("radio", name=re.compile("Lesson clarity"))).to_be_attached()
    page.get_by_role("link", name="Back to Today").click()


def start_visit(page: Page, teacher: str, protocol: str, *, present: int) -> None:
    page.get_by_role("link", name="Start a visit", exact=True).click()
    page.get_by_role("radio", name=re.compile(teacher)).check(force=True)
    page.get_by_role("radio", name=re.compile(protocol)).check(force=True)
    page.get_by_label("Students present today", exact=True).fill(str(present))
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("timer")).to_be_visible()


def look_for(page: Page, prompt: str) -> Locator:
    return page.locator(".look", has_text=prompt)


def tick(page: Page, prompt: str) -> None:
    look_for(page, prompt).locator(".look-tap").click()


def count(page: Page, prompt: str) -> None:
    page.locator(".tally", has_text=prompt).locator(".tally-tap").click()


def sweep(page: Page, n: int, of: int) -> None:
    page.get_by_role("button", name=f"{n} of {of}", exact=True).click()


def write_line(page: Page, text: str) -> None:
    field = page.get_by_label("What do you hear or see?")
    field.fill(text)
    field.press("Enter")
    expect(page.locator(".heard-lines").get_by_text(text)).to_be_visible()


def expect_all_marks(page: Page, state: str) -> None:
    """Every mark on the screen is a "dot" or a "check"; there is at least one."""
    expect(page.locator(f".sign[data-state={state}]").first).to_be_visible()
    for other in {"ring", "journal", "dot", "check", "set_aside", "unsaved"} - {state}:
        expect(page.locator(f".sign[data-state={other}]")).to_have_count(0)


def finish(page: Page) -> None:
    page.get_by_role("button", name="Finish", exact=True).click()
    page.get_by_role("button", name="Finish now").click()
    expect(page.get_by_role("heading", name=re.compile("Feedback to"))).to_be_visible()


def cite(page: Page, text: str) -> None:
    page.locator(".seen-cite", has_text=text).click()
