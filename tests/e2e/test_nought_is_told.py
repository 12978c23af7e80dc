"""A visit in which every answer was no: preview, page and PDF say so in the same words."""

import io
import re
from pathlib import Path

import coach
import pypdf
from playwright.sync_api import Browser, Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

STRENGTH = "You gave three students time, and each said what the task was."
STEP = "Say the goal once in the words of your students."


def test_three_answers_of_no_are_0_of_3_wherever_they_are_read(
    live_server: LiveServer, playwright: Playwright, browser: Browser, tmp_path: Path
) -> None:
    tablet = Tablet(playwright, tmp_path / "profile")
    try:
        page = tablet.wake()
        coach.sign_in(page, live_server.url, "lee@demo.example")
        coach.install(page)
        tablet.set_offline(True)
        _she_asks_three_students(page)
        promised = _she_looks_at_the_preview_and_shares(page)
        assert "0 of 3." in promised

        page.locator(".review-head a").first.click()
        shared = page.locator("section", has=page.get_by_role("heading", name="Shared", exact=True))
        expect(shared.get_by_role("listitem").first.locator("[data-state=dot]")).to_be_visible()
        expect(shared.get_by_text("waiting to be sent")).to_have_count(1)
        tablet.set_offline(False)
        expect(shared.get_by_text("waiting to be sent")).to_have_count(0, timeout=30_000)
        _the_teacher_reads_it(browser, live_server, promised)
    finally:
        tablet.sleep()


def _she_asks_three_students(page: Page) -> None:
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    for number in (1, 2, 3):
        asked = page.get_by_role("group", name=re.compile(f"Student {number}: "))
        asked.get_by_text("No", exact=True).click()
    coach.tick(page, "Steps are shown one by one")
    coach.tick(page, "Steps are shown one by one")
    coach.expect_all_marks(page, "dot")
    coach.finish(page)


def _she_looks_at_the_preview_and_shares(page: Page) -> list[str]:
    expect(page.get_by_text("0 picked, 12 at most")).to_be_visible()
    page.get_by_label("Strength 1").fill(STRENGTH)
    for number in (1, 2, 3):
        coach.cite(page, f"Student {number}: ")
    page.get_by_label("One step").fill(STEP)
    to_the_end = "pane => { pane.scrollTo(0, pane.scrollHeight); return pane.scrollTop; }"
    assert page.locator(".review-feedback").evaluate(to_the_end) > 0, (
        "else nothing has to be brought into sight"
    )
    page.get_by_role("button", name="Share", exact=True).click()
    preview = page.locator(".preview")
    told = preview.locator("h3, p:not(.chip), .preview-lines > li, dt, dd, .preview-title")
    promised = [" ".join(text.split()) for text in told.all_inner_texts()]
    page.get_by_role("button", name=re.compile("^Share with")).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    box = page.locator(".shared-state")
    expect(box).to_contain_text("will go out when there is a network")
    expect(box).to_be_in_viewport(ratio=1)
    gap = "box => box.getBoundingClientRect().top - box.parentElement.getBoundingClientRect().top"
    assert box.evaluate(gap) > 8, "what was just shared stands clear of the header"
    return promised


def _the_teacher_reads_it(browser: Browser, server: LiveServer, promised: list[str]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    coach.fill_in_sign_in(page, "rivera@demo.example")
    page.locator("main").get_by_role("link", name=re.compile("mathematics")).first.click()
    notes = page.locator("article.notes")
    expect(notes.get_by_text(STRENGTH)).to_be_visible()
    on_page = " ".join(notes.inner_text().split())
    assert [words for words in promised if words not in on_page] == []
    content = context.request.get(f"{page.url}.pdf").body()
    context.close()
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    on_paper = " ".join(" ".join(page.extract_text() for page in pages).split())
    # Its head has the teacher's name instead of "with".
    assert [words for words in promised if words not in on_paper and " · with " not in words] == []
