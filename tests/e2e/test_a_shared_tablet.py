"""Two coaches use one tablet, one after the other."""

import re
from pathlib import Path

import coach
from playwright.sync_api import Page, Playwright, Route, expect
from tablet import Tablet

from live_server import LiveServer

ARRIVED = "entries=2 acknowledged_through=2"


def test_what_the_first_coach_left_goes_out_and_stays_hers(
    live_server: LiveServer, playwright: Playwright, tmp_path: Path
) -> None:
    tablet = Tablet(playwright, tmp_path / "profile")
    try:
        page = tablet.wake()
        coach.sign_in(page, live_server.url, "lee@demo.example")
        coach.install(page)
        assert tablet.context
        tablet.context.route(re.compile("/api/v1/sync/(push|chunk)$"), _refuse)
        coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
        coach.tick(page, "Goal of the lesson can be seen")
        coach.expect_all_marks(page, "dot")
        visit = page.url
        _sign_out_on_a_page(page, live_server)

        page.goto(f"{live_server.url}/app/")
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        expect(page.get_by_text(re.compile("of Coach Lee are on this tablet only"))).to_be_visible()
        page.goto(visit)
        page.reload()
        expect(page.get_by_text("Goal of the lesson")).to_have_count(0)

        coach.sign_in(page, live_server.url, "amari@demo.example")
        left = page.get_by_text(re.compile("of Coach Lee are on this tablet only"))
        expect(left).to_be_visible()
        tablet.context.unroute(re.compile("/api/v1/sync/(push|chunk)$"))
        page.reload()
        expect(page.get_by_role("heading", name="Noticing")).to_be_visible()
        for _ in range(200):
            if ARRIVED in live_server.output():
                break
            page.wait_for_timeout(100)
        assert ARRIVED in live_server.output()
        expect(left).to_have_count(0)
    finally:
        tablet.sleep()


def _refuse(route: Route) -> None:
    route.abort()


def _sign_out_on_a_page(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/notes")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
