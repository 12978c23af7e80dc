"""What is still on this tablet, since when and why: in plain sentences, with what to do."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import coach
import pytest
from axe import expect_no_violation
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from two_tablets import fetch_news, list_under, wake_tablet

from live_server import LiveServer

AGE = """async (minutes) => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const db = await asked(indexedDB.open(name));
    if (db.objectStoreNames.contains('set_aside')) {
      const store = db.transaction('entries', 'readwrite').objectStore('entries');
      for (const row of await asked(store.getAll())) {
        await asked(store.put({ ...row, at: row.at - minutes * 60000 }));
      }
    }
    db.close();
  }
}"""
LITTLE_ROOM = "() => { navigator.storage.estimate = async () => ({ usage: 1e9, quota: 1e9 + 42e6 }); }"


@pytest.fixture
def tablet(browser: Browser, live_server: LiveServer) -> Iterator[tuple[BrowserContext, Page]]:
    context, page = wake_tablet(browser, live_server)
    yield context, page
    context.unroute_all(behavior="ignoreErrors")
    context.close()


def test_it_says_what_waits_and_sends_it(tablet: tuple[BrowserContext, Page]) -> None:
    context, page = tablet
    context.set_offline(True)
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    coach.tick(page, "Goal of the lesson can be seen")
    coach.expect_all_marks(page, "dot")
    expect(page.get_by_text("2 on this tablet only, oldest under 1 min")).to_be_visible()
    page.evaluate("() => { location.hash = '#/waiting'; }")
    expect(page.get_by_text("2 entries are on this tablet only")).to_be_visible()
    row = list_under(page, "By visit oldest first").filter(has_text="Rivera")
    expect(row.get_by_text("1 mark, 1 other entry, since today")).to_be_visible()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("There is no network, so nothing could be sent.")).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"No network since \d+:\d\d [ap]m\. Last contact today"))
    ).to_be_visible()
    expect(page.get_by_role("button", name="Save rescue file")).to_be_visible()
    expect_no_violation(page, "waiting without a network")
    context.set_offline(False)
    expect(page.get_by_text("Nothing is waiting on this tablet.")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("All of it is on the server.")).to_be_visible()
    # Nothing had been sent yet when it was looked up today.
    expect(page.get_by_text("The first look comes by itself")).to_be_visible()
    expect_no_violation(page, "nothing waits")


def test_a_queue_that_stands_still_is_seen_on_every_screen(
    tablet: tuple[BrowserContext, Page], live_server: LiveServer
) -> None:
    context, page = tablet
    context.route("**/api/v1/sync/push", _is_busy)
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    visit = page.url
    coach.tick(page, "Goal of the lesson can be seen")
    coach.expect_all_marks(page, "dot")
    page.evaluate(AGE, 12)
    page.reload()
    line = page.get_by_role("link", name=re.compile("not sent for 1[23] minutes: why"))
    expect(line).to_be_visible(timeout=20_000)
    for screen in ("", "start"):
        page.goto(f"{live_server.url}/app/#/{screen}")
        expect(page.get_by_text("Sending has stood still")).to_be_visible()
        expect_no_violation(page, f"stalled, on {screen or 'today'}")
    page.get_by_role("link", name="See why").first.click()
    expect(page.get_by_role("heading", name="Still on this tablet")).to_be_visible()
    expect(page.get_by_text("The server is busy or has a problem of its own.")).to_be_visible()
    context.unroute("**/api/v1/sync/push")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("All of it is on the server.")).to_be_visible(timeout=20_000)
    page.goto(visit)
    coach.expect_all_marks(page, "check")
    expect(line).to_have_count(0)


def test_a_clock_that_is_off_and_a_tablet_that_is_nearly_full_are_said(
    tablet: tuple[BrowserContext, Page], live_server: LiveServer
) -> None:
    context, page = tablet
    context.route("**/api/v1/sync/hello*", _six_minutes_on)
    fetch_news(page)
    page.evaluate(LITTLE_ROOM)
    clock = page.get_by_text("This tablet’s clock is 6 minutes behind the server’s.")
    page.get_by_role("link", name="Start a visit", exact=True).click()
    expect(clock).to_be_visible(timeout=20_000)
    expect_no_violation(page, "start, with a clock that is off")
    page.evaluate("() => { location.hash = '#/waiting'; }")
    expect(clock).to_be_visible()
    expect(page.get_by_text("This tablet is nearly full: there is room for 42 MB.")).to_be_visible()
    expect_no_violation(page, "a tablet that is nearly full")
    page.get_by_role("link", name="Back to Today").click()
    expect(page.get_by_text("This tablet is nearly full: there is room for 42 MB.")).to_be_visible()
    context.set_offline(True)
    context.unroute_all(behavior="ignoreErrors")  # it would answer without a network
    page.goto(f"{live_server.url}/app/#/start")
    page.reload()
    expect(clock).to_be_visible()


def test_somebody_who_was_signed_out_is_asked_to_sign_in(tablet: tuple[BrowserContext, Page]) -> None:
    context, page = tablet
    context.clear_cookies()
    page.evaluate("() => { location.hash = '#/waiting'; }")
    fetch_news(page)
    expect(page.get_by_text(re.compile(r"Signed out since \d+:\d\d"))).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="Sign in").click()
    coach.fill_in_sign_in(page, "lee@demo.example")
    expect(page.get_by_text("Connected.")).to_be_visible(timeout=20_000)


def _is_busy(route: Route) -> None:
    nonce = route.request.headers["noticing-nonce"]
    route.fulfill(status=503, headers={"Noticing-Sync": "1", "Noticing-Nonce": nonce}, body="{}")


def _six_minutes_on(route: Route) -> None:
    answer = route.fetch()
    body: dict[str, Any] = answer.json()
    now = datetime.fromisoformat(body["server_time"])
    body["server_time"] = (now + timedelta(minutes=6, seconds=20)).isoformat()
    route.fulfill(response=answer, json=body)
