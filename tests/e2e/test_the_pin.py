"""A tablet that is locked with a PIN: what it shows, what it never keeps from being delivered."""

import re
from collections.abc import Iterator
from pathlib import Path

import coach
import pytest
from playwright.sync_api import Locator, Page, Playwright, Route, expect
from tablet import Tablet

from live_server import LiveServer

PIN, WRONG = "273905", "860417"
HEARD = "Zebras graze quietly"
LATER = "Herons wade by the reeds"
PUSH = "**/api/v1/sync/push"


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "profile")
    yield tablet
    tablet.sleep()


def test_a_pin_is_asked_for_after_a_crash_and_opens_what_was_there(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server)
    coach.expect_all_marks(page, "check")
    visit = page.url
    page.get_by_label("What do you hear or see?").fill("Half a sen")
    expect_half_lines(page, 1)
    tablet.kill()

    page = tablet.wake()
    page.goto(visit)
    expect_locked(page)
    assert nothing_is_told(page)
    give_pin(page, WRONG)
    expect(page.get_by_text("That is not the PIN. 4 tries are left.")).to_be_visible()
    give_pin(page, PIN)
    expect(page.get_by_role("timer")).to_be_visible()
    expect(heard(page)).to_be_visible()
    expect(page.get_by_label("What do you hear or see?")).to_have_value("Half a sen")

    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Lock now").click()
    expect_locked(page)
    assert nothing_is_told(page)
    give_pin(page, PIN)
    expect(page.get_by_role("link", name="Go on")).to_be_visible()
    expect(page.get_by_text("Ms Rivera").first).to_be_visible()


def test_five_wrong_pins_cost_the_view_and_no_mark(tablet: Tablet, live_server: LiveServer) -> None:
    page = begin(tablet, live_server, refuse)
    coach.expect_all_marks(page, "dot")
    page.reload()
    expect_locked(page)
    expect(page.get_by_text("on this tablet only")).to_be_visible()
    for left in (4, 3, 2):
        give_pin(page, WRONG)
        expect(page.get_by_text(f"{left} tries are left")).to_be_visible()
    page.reload()
    give_pin(page, WRONG)
    expect(page.get_by_text("One try is left")).to_be_visible()
    give_pin(page, WRONG)
    expect(page.get_by_text("wrong five times")).to_be_visible()
    assert nothing_is_told(page)

    # Whoever tried has the session's cookie in her hands, too: it must not open the view again.
    page.goto(f"{live_server.url}/app/#/")
    page.reload()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert nothing_is_told(page)
    page.goto(f"{live_server.url}/notes")
    expect(page.get_by_label("Password")).to_be_visible()

    assert tablet.context
    tablet.context.unroute(PUSH)
    coach.sign_in(page, live_server.url, "lee@demo.example")
    expect(page.get_by_text("Ms Rivera").first).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Go on").click()
    expect(heard(page)).to_be_visible(timeout=30_000)
    coach.expect_all_marks(page, "check")
    expect(heard(page)).to_have_count(1)


def test_a_forgotten_pin_without_a_network_begins_anew_and_the_old_marks_still_arrive(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server, refuse)
    tablet.set_offline(True)
    page.reload()
    expect_locked(page)
    page.get_by_role("button", name="Forgotten your PIN?").click()
    page.get_by_role("button", name="Go on without signing in").click()
    expect(page.get_by_role("heading", name="Noticing")).to_be_visible()
    expect(page.get_by_text(re.compile("entries of Coach Lee are on this tablet only"))).to_be_visible()
    assert nothing_is_told(page)

    assert tablet.context
    tablet.context.unroute(PUSH)
    tablet.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.get_by_text(re.compile("entries of Coach Lee"))).to_have_count(0, timeout=30_000)
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible(timeout=30_000)
    assert nothing_is_told(page)
    coach.sign_in(page, live_server.url, "lee@demo.example")
    page.get_by_role("link", name="Go on").click()
    expect(heard(page)).to_have_count(1, timeout=30_000)


def test_a_tablet_that_is_handed_over_shows_who_left_what_and_nothing_of_it(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server)
    coach.expect_all_marks(page, "check")
    page.get_by_role("link", name="Back to Today").click()
    leave(page)
    page.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_role("heading", name="Who works here?")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Coach Lee.*is on the server.*PIN"))).to_be_visible()
    assert nothing_is_told(page)
    page.get_by_role("button", name="Sign in as somebody else").click()
    coach.fill_in_sign_in(page, "amari@demo.example")
    expect(page.get_by_role("heading", name="Noticing")).to_be_visible()
    expect(page.get_by_text("Coach Amari").first).to_be_visible()

    leave(page)
    page.get_by_role("button", name="Hand over", exact=True).click()
    page.get_by_role("button", name=re.compile("Coach Lee")).click()
    expect_locked(page)
    page.goto(f"{live_server.url}/notes")
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(f"{live_server.url}/app/")
    give_pin(page, PIN)
    page.get_by_role("link", name="Go on").click()
    expect(heard(page)).to_be_visible()
    page.get_by_role("link", name="Back to Today").click()

    # What she makes goes by itself; only news needs her password, once, and not her PIN again.
    expect(page.get_by_text("nothing new comes in")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Go on").click()
    coach.write_line(page, LATER)
    coach.expect_all_marks(page, "check")
    page.get_by_role("link", name="Back to Today").click()
    sign_in_here(page, "amari@demo.example")
    expect(page.get_by_role("alert")).to_contain_text("do not open your account")
    with page.expect_response(lambda answer: "/sync/changes" in answer.url and answer.ok):
        sign_in_here(page, "lee@demo.example")
    expect(page.get_by_text("connected")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Go on")).to_be_visible()
    assert tablet.context
    expect_shut(tablet.context.new_page(), live_server, is_shut=False)


def test_who_hands_over_and_comes_back_gives_her_name_and_pin_and_nothing_else(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server)
    coach.expect_all_marks(page, "check")
    page.get_by_role("link", name="Back to Today").click()
    leave(page)
    page.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_role("heading", name="Who works here?")).to_be_visible()
    assert tablet.context
    other = tablet.context.new_page()
    expect_shut(other, live_server, is_shut=True)
    page.get_by_role("button", name=re.compile("Coach Lee")).click()
    give_pin(page, PIN)
    expect(page.get_by_text("connected")).to_be_visible()
    expect_shut(other, live_server, is_shut=False)
    expect(page.get_by_text("nothing new comes in")).to_have_count(0)
    page.get_by_role("link", name="Go on").click()
    coach.write_line(page, LATER)
    coach.expect_all_marks(page, "check")


def test_who_unlocks_while_a_colleague_is_signed_in_gets_news_by_her_password(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server)
    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Lock now").click()
    expect_locked(page)
    assert tablet.context
    other = tablet.context.new_page()
    expect_shut(other, live_server, is_shut=True)
    coach.sign_in(other, live_server.url, "amari@demo.example")
    expect(other.get_by_text("Coach Amari").first).to_be_visible()
    give_pin(page, PIN)
    page.get_by_role("link", name="somebody else has signed in: nothing new comes in").click()
    expect(page.get_by_text("Somebody else has signed in on this tablet.")).to_be_visible()
    sign_in_here(page, "lee@demo.example")
    expect(page.get_by_text("Connected.")).to_be_visible(timeout=30_000)
    expect_shut(other, live_server, is_shut=False)
    expect(other.get_by_text("Coach Lee")).to_be_visible()


def test_who_hands_over_without_a_pin_is_back_by_her_password(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server)
    coach.expect_all_marks(page, "check")
    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Remove the PIN").click()
    page.get_by_role("button", name="Close").click()
    leave(page)
    page.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("Coach Lee.*no PIN"))).to_be_visible()
    assert tablet.context
    expect_shut(tablet.context.new_page(), live_server, is_shut=True)
    page.get_by_role("button", name=re.compile("Coach Lee")).click()
    page.get_by_role("link", name="Sign in").first.click()
    coach.fill_in_sign_in(page, "lee@demo.example")
    expect(page.get_by_text("connected")).to_be_visible(timeout=30_000)


def test_signing_out_waits_for_every_mark_and_then_leaves_nothing_to_read(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server, refuse)
    page.get_by_label("What do you hear or see?").fill("Half a sentence")
    expect_half_lines(page, 1)
    page.get_by_role("link", name="Back to Today").click()
    leave(page)
    expect(page.get_by_text("4 entries on this tablet only")).to_be_visible()
    for way in ("Hand over", "Sign out", "Remove from this tablet"):
        expect(page.get_by_role("button", name=way, exact=True)).to_be_disabled()
    assert tablet.context
    tablet.context.unroute(PUSH)
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Everything made here is on the server.")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_label("Password")).to_be_visible()
    tablet.set_offline(True)
    page.goto(f"{live_server.url}/app/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    tablet.set_offline(False)
    coach.sign_in(page, live_server.url, "lee@demo.example")
    page.get_by_role("link", name="Go on").click()
    expect(heard(page, "Half a sentence")).to_have_count(1, timeout=30_000)


def test_ten_minutes_without_a_touch_lock_it_but_never_in_the_middle_of_a_visit(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server)
    page.clock.install()
    page.reload()
    expect_locked(page)
    give_pin(page, PIN)
    expect(page.get_by_role("timer")).to_be_visible()
    page.clock.fast_forward("11:00")
    expect(heard(page)).to_be_visible()
    expect(page.get_by_role("timer")).to_be_visible()
    page.get_by_role("link", name="Back to Today").click()
    expect_locked(page)
    assert nothing_is_told(page)

    give_pin(page, PIN)
    expect(page.get_by_role("link", name="Go on")).to_be_visible()
    page.clock.fast_forward("09:00")
    expect(page.get_by_role("link", name="Go on")).to_be_visible()
    page.clock.fast_forward("02:00")
    expect_locked(page)


def test_the_lock_that_comes_by_itself_shuts_the_pages_of_the_server(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = begin(tablet, live_server)
    page.get_by_role("link", name="Back to Today").click()
    page.clock.install()
    page.reload()
    give_pin(page, PIN)
    expect(page.get_by_role("link", name="Go on")).to_be_visible()
    assert tablet.context
    other = tablet.context.new_page()
    other.goto(f"{live_server.url}/notes")
    expect(other.get_by_role("button", name="Sign out")).to_be_visible()

    page.clock.fast_forward("09:00")
    other.keyboard.press("Tab")  # she is at work, on a page
    page.wait_for_timeout(500)
    page.clock.fast_forward("09:00")
    expect(page.get_by_role("link", name="Go on")).to_be_visible()
    page.clock.fast_forward("02:00")
    expect_locked(page)
    expect_shut(other, live_server, is_shut=True)
    expect(other.get_by_text("Your pages are shut while the app is locked")).to_be_visible()
    give_pin(page, PIN)
    expect_shut(other, live_server, is_shut=False)

    tablet.set_offline(True)
    page.clock.fast_forward("11:00")
    expect_locked(page)
    page.close()
    tablet.set_offline(False)
    expect_shut(other, live_server, is_shut=False)  # the app was closed before it could ask
    page = tablet.context.new_page()
    page.goto(f"{live_server.url}/app/")
    expect_locked(page)
    expect_shut(other, live_server, is_shut=True)


def sign_in_here(page: Page, email: str) -> None:
    if not page.get_by_role("dialog").count():
        page.get_by_role("button", name="Sign in", exact=True).click()
    coach.fill_in_sign_in(page.get_by_role("dialog"), email)


def expect_shut(page: Page, server: LiveServer, *, is_shut: bool) -> None:
    field = page.get_by_label("Password") if is_shut else page.get_by_role("button", name="Sign out")
    for _ in range(100):
        page.goto(f"{server.url}/notes")
        if field.count():
            break
        page.wait_for_timeout(100)
    expect(field).to_be_visible()


def begin(tablet: Tablet, server: LiveServer, push: object = None) -> Page:
    """A PIN is set and a visit is open: three entries."""
    page = tablet.wake()
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Lock this tablet with a PIN").click()
    page.get_by_label(re.compile("New PIN")).fill(PIN)
    page.get_by_label("The same PIN again").fill(PIN)
    page.get_by_role("button", name="Set the PIN").click()
    expect(page.get_by_role("button", name="Lock now")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    if push:
        assert tablet.context
        tablet.context.route(PUSH, refuse)
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    coach.tick(page, "Goal of the lesson can be seen")
    coach.write_line(page, HEARD)
    return page


def refuse(route: Route) -> None:
    route.abort()


def heard(page: Page, text: str = HEARD) -> Locator:
    return page.locator(".heard-lines").get_by_text(text)


def leave(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("link", name="Hand over or sign out").click()
    expect(page.get_by_role("heading", name="Hand over or sign out")).to_be_visible()


def expect_locked(page: Page) -> None:
    expect(page.get_by_label("Your PIN")).to_be_visible()
    expect(page.get_by_role("heading", name="Coach Lee")).to_be_visible()


def give_pin(page: Page, pin: str) -> None:
    field = page.get_by_label("Your PIN")
    expect(field).to_have_value("")
    field.fill(pin)
    page.get_by_role("button", name="Open", exact=True).click()


def nothing_is_told(page: Page) -> bool:
    said = page.evaluate("() => document.documentElement.outerHTML")
    return not any(word in said for word in (HEARD, "Rivera", "Goal of the lesson", "Half a sen"))


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
    page.wait_for_function(f"({HALF_LINES})().then((found) => found === {n})")
