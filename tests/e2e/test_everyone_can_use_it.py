"""Every page and every screen of the app holds no violation of WCAG 2.2 AA that axe can find."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import coach
import pytest
from playwright.sync_api import Browser, Page, expect

from live_server import LiveServer

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(params=SIZES)
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    # axe is put in from outside, which the strict policy of the pages would rightly refuse.
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    yield context.new_page()
    context.close()


def test_the_pages_hold_no_violation(screen: Page, live_server: LiveServer) -> None:
    for path in ("/", "/sign-in", "/nothing-here", "/set-up/used-or-wrong"):
        screen.goto(live_server.url + path)
        check(screen, path)
    sign_in(screen, live_server, "rivera@demo.example")
    check(screen, "/notes")
    screen.locator("main").get_by_role("link").first.click()
    screen.wait_for_url("**/notes/*")
    check(screen, "/notes/…")
    screen.context.clear_cookies()
    sign_in(screen, live_server, "admin@demo.example")
    screen.goto(f"{live_server.url}/people")
    check(screen, "/people")


def test_the_app_holds_no_violation(screen: Page, live_server: LiveServer) -> None:
    screen.goto(f"{live_server.url}/app/")
    check(screen, "nobody signed in")
    coach.sign_in(screen, live_server.url, "lee@demo.example")
    coach.install(screen)
    check(screen, "today")
    screen.get_by_role("link", name="Start a visit", exact=True).click()
    check(screen, "start")
    screen.get_by_role("link", name="Back to Today").click()
    for teacher, protocol in (
        ("Rivera", "Lesson clarity"),
        ("Okafor", "Engagement sweep"),
        ("Tran", "Responses and feedback"),
        ("Silva", "Selective script"),
    ):
        coach.start_visit(screen, teacher, protocol, present=22)
        coach.write_line(screen, "What could we draw to check?")
        check(screen, protocol)
        screen.get_by_role("button", name="Change teacher, class or students present").click()
        check(screen, "visit details")
        screen.get_by_role("button", name="Close", exact=True).click()
        coach.finish(screen)
        check(screen, f"review of {protocol}")
        screen.get_by_role("link", name="Back to Today").click()
    screen.goto(f"{live_server.url}/app/#/waiting")
    expect(screen.get_by_role("heading", name="What is waiting")).to_be_visible()
    check(screen, "waiting")


def sign_in(page: Page, server: LiveServer, email: str) -> None:
    page.goto(f"{server.url}/sign-in")
    coach.fill_in_sign_in(page, email)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def check(page: Page, where: str) -> None:
    page.add_script_tag(path=AXE)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
        assert found["passes"], "axe looked at something"
        violations = [
            f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]
        ]
        assert (where, scheme, violations) == (where, scheme, [])
