"""A real finger on the glass, in a real browser: what it does to the marks."""

from collections.abc import Iterator
from pathlib import Path

import coach
import pytest
from playwright.sync_api import CDPSession, Locator, Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

Place = tuple[float, float]
REST_MS = 60


class Finger:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.browser: CDPSession = page.context.new_cdp_session(page)

    def tap(self, target: Locator) -> None:
        self.slide(target, 0)

    def slide(self, target: Locator, far: float) -> None:
        box = target.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self._send("touchStart", (x, y))
        self.page.wait_for_timeout(REST_MS)
        if far:
            self._send("touchMove", (x + far, y))
        self._send("touchEnd")

    def _send(self, kind: str, *places: Place) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        self.browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture
def page(live_server: LiveServer, playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """In a visit, on a tablet."""
    tablet = Tablet(playwright, tmp_path / "profile")
    page = tablet.wake()
    coach.sign_in(page, live_server.url, "lee@demo.example")
    coach.install(page)
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    yield page
    tablet.sleep()


def test_each_touch_is_one_mark_and_one_that_slid_away_is_none(page: Page) -> None:
    finger = Finger(page)
    look = page.locator(".look").first
    button, box = look.locator(".look-tap"), look.locator(".look-box")
    finger.tap(button)
    expect(look.locator(".sign[data-state=dot], .sign[data-state=check]")).to_be_visible()
    expect(box).to_have_text("")  # a tick, no number
    finger.tap(button)
    expect(box).to_have_text("2")
    finger.slide(button, 120)
    finger.tap(button)
    expect(box).to_have_text("3")
    undo = page.get_by_role("button", name="Undo")
    finger.tap(undo)
    expect(box).to_have_text("2")


def test_a_touch_while_a_line_is_typed_is_one_mark_and_puts_the_keyboard_away(page: Page) -> None:
    field = page.get_by_label("What do you hear or see?")
    field.fill("Thirds")
    expect(field).to_be_focused()
    look = page.locator(".look").first
    finger = Finger(page)
    finger.tap(look.locator(".look-tap"))
    expect(look.locator(".sign[data-state=dot], .sign[data-state=check]")).to_be_visible()
    expect(field).not_to_be_focused()
    finger.tap(look.locator(".look-tap"))
    expect(look.locator(".look-box")).to_have_text("2")
    expect(field).to_have_value("Thirds")
