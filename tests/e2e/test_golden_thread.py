"""The seven steps, from a finger on a tablet without a network to a sentence in a teacher's PDF."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import coach
import pypdf
from playwright.sync_api import Browser, Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

SAID = "Today we find out when two fractions are the same size."
HEARD = "Thirds don’t fit in fourths, so I split the strip."
STRENGTH = "You said the goal at the start, and a student used its words when she split the strip."
STEP = "After each open question, wait three seconds before calling on a student."
PHONE = {"width": 390, "height": 844}


def test_an_offline_tap_becomes_a_sentence_in_a_teachers_pdf(
    live_server: LiveServer,
    playwright: Playwright,
    browser: Browser,
    tmp_path: Path,
    say: Callable[[str], None],
) -> None:
    tablet = Tablet(playwright, tmp_path / "profile")
    try:
        _the_coach_installs_the_app(tablet, live_server)
        page = tablet.wake()
        tablet.set_offline(True)
        page.goto(f"{live_server.url}/app/")

        say("1 tap: look-fors, counts, a sweep and script lines, without a network")
        _she_observes_two_lessons(page)
        coach.expect_all_marks(page, "dot")
        say("2 entry: each tap became an immutable entry with its time")
        say("3 log: every mark shows its dot, so it is on the tablet's disk")

        tablet.kill()
        page = tablet.wake()
        tablet.set_offline(True)
        page.goto(f"{live_server.url}/app/")
        _everything_is_there_and_she_finishes(page)
        _she_writes_and_shares(page)

        live_server.start()
        tablet.set_offline(False)
        expect(page.get_by_text("It is on the server.")).to_be_visible(timeout=30_000)
        coach.expect_all_marks(page, "check")
        say("4 push: what had only a dot went out")
        assert "step=5 receive" in live_server.output()
        say("5 receive: every dot became a check, so it is on the server's disk")

        times = _times_on_the_timeline(page)
        _the_teacher_reads_and_replies(browser, live_server, times)
        assert "step=6 project" in live_server.output()
        say("6 project: the entries were folded into a view for her")
        say("7 give back: the teacher's page and PDF hold the very words and times")
        _nobody_else_can_open_it(browser, live_server)
        _the_coach_sees_the_reply(page, live_server)
    finally:
        tablet.sleep()


def _the_coach_installs_the_app(tablet: Tablet, server: LiveServer) -> None:
    page = tablet.wake()
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    devtools = page.context.new_cdp_session(page)
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
    tablet.sleep()
    assert server.stop() == 0


def _she_observes_two_lessons(page: Page) -> None:
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    coach.tick(page, "Goal of the lesson can be seen")
    coach.tick(page, "Steps are shown one by one")
    coach.tick(page, "Steps are shown one by one")
    coach.tick(page, "A model is given")
    page.get_by_role("button", name=re.compile("^Undo")).click()
    coach.write_line(page, SAID)
    page.get_by_label(re.compile("Who speaks")).click()
    coach.write_line(page, HEARD)
    coach.expect_all_marks(page, "dot")
    expect(coach.look_for(page, "A model is given").locator(".sign")).to_have_attribute("data-state", "none")

    page.get_by_role("link", name="Back to Today").click()
    coach.start_visit(page, "Okafor", "Engagement sweep", present=22)
    coach.sweep(page, 18, 22)
    expect(page.get_by_text("18 of 22").first).to_be_visible()
    coach.expect_all_marks(page, "dot")

    page.get_by_role("link", name="Back to Today").click()
    coach.start_visit(page, "Tran", "Responses and feedback", present=19)
    coach.count(page, "Specific praise")
    coach.count(page, "Specific praise")
    expect(page.locator(".tally", has_text="Specific praise").locator(".tally-count")).to_have_text("2")


def _everything_is_there_and_she_finishes(page: Page) -> None:
    open_visits = page.locator("section", has=page.get_by_role("heading", name="Going on now"))
    expect(open_visits.get_by_role("listitem")).to_have_count(3)
    open_visits.get_by_role("listitem").filter(has_text="Okafor").get_by_role("link", name="Go on").click()
    expect(page.get_by_text("18 of 22").first).to_be_visible()
    page.get_by_role("link", name="Back to Today").click()

    open_visits.get_by_role("listitem").filter(has_text="Rivera").get_by_role("link", name="Go on").click()
    expect(coach.look_for(page, "Steps are shown one by one").locator(".look-box")).to_have_text("2")
    expect(page.locator(".heard-lines").get_by_text(HEARD)).to_be_visible()
    before = page.get_by_role("timer").inner_text()
    expect(page.get_by_role("timer")).not_to_have_text(before)
    coach.tick(page, "Goal is said in students")
    coach.expect_all_marks(page, "dot")
    coach.finish(page)


def _she_writes_and_shares(page: Page) -> None:
    page.get_by_label("Strength 1").fill(STRENGTH)
    for text in (SAID, HEARD, "Goal is said in students"):
        coach.cite(page, text)
    page.get_by_label("One step").fill(STEP)
    page.get_by_label("When to try it").fill("first ten minutes, period 2")
    page.get_by_label("We will see or hear").fill("more students finishing a thought")
    page.get_by_label("Students will").fill("explain their picture to a partner")
    for kind in ("The picture you had", "Support"):
        page.get_by_role("button", name="Choose a question").click()
        page.get_by_role("button", name=re.compile(kind)).click()
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name=re.compile("^Share with")).click()
    expect(page.get_by_text("will go out when there is a network")).to_be_visible()


def _times_on_the_timeline(page: Page) -> dict[str, str]:
    """The words of each cited line with the time at which it was tapped, as the tablet shows it."""
    return {
        words: page.locator(".seen-cite", has_text=words).locator(".num").first.inner_text()
        for words in (SAID, HEARD)
    }


def _the_teacher_reads_and_replies(browser: Browser, server: LiveServer, times: dict[str, str]) -> None:
    context = browser.new_context(viewport=PHONE, accept_downloads=True)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_role("link", name="Sign in").click()
    coach.fill_in_sign_in(page, "rivera@demo.example")
    page.locator("main").get_by_role(
        "link", name=re.compile("Lesson clarity|Visit notes|mathematics")
    ).first.click()
    expect(page.get_by_text(STRENGTH)).to_be_visible()
    for words, time in times.items():
        assert time in page.locator("main").inner_text()
        expect(page.get_by_text(words).first).to_be_visible()
    pdf = context.request.get(f"{page.url}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    _the_pdf_says_the_same(pdf.body(), times)
    page.get_by_label(re.compile("Your reply|What would you add or correct")).fill(
        "I had not noticed her strip. Thank you."
    )
    page.get_by_role("button", name=re.compile("Send")).click()
    expect(page.get_by_text("I had not noticed her strip.")).to_be_visible()
    context.close()


def _the_pdf_says_the_same(content: bytes, times: dict[str, str]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert 1 <= len(reader.pages) <= 2
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in (SAID, HEARD, STRENGTH, STEP, "first ten minutes, period 2"):
        assert words in text
    today = datetime.now(ZoneInfo("America/New_York"))
    assert f"{today:%A} {today.day} {today:%B %Y}, " in text
    for words, time in times.items():
        assert re.search(re.escape(time) + r".{0,40}" + re.escape(words[:20]), text), f"{time} {words}"
    assert "Not part of any evaluation file" in text


def _nobody_else_can_open_it(browser: Browser, server: LiveServer) -> None:
    teacher = browser.new_context()
    page = teacher.new_page()
    page.goto(f"{server.url}/sign-in")
    coach.fill_in_sign_in(page, "rivera@demo.example")
    page.locator("main").get_by_role(
        "link", name=re.compile("Lesson clarity|Visit notes|mathematics")
    ).first.click()
    address = page.url
    teacher.close()
    for email in (None, "okafor@demo.example", "brooks@demo.example", "admin@demo.example"):
        context = browser.new_context()
        stranger = context.new_page()
        if email:
            stranger.goto(f"{server.url}/sign-in")
            coach.fill_in_sign_in(stranger, email)
            expect(stranger.get_by_role("button", name="Sign in")).to_have_count(0)
        for target in (address, f"{address}.pdf"):
            answer = context.request.get(target, max_redirects=0)
            assert answer.status in ((404,) if email else (302, 401, 303)), (email, target)
            assert STRENGTH not in answer.text()
        context.close()


def _the_coach_sees_the_reply(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/app/")
    expect(page.get_by_text("I had not noticed her strip.")).to_be_visible(timeout=30_000)
