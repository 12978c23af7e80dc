"""The pages of devices in a real browser: accessible at every size, and nothing scrolls sideways."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from device import Device, Visit
from school import School, make_school, sign_in

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}


@pytest.fixture
def filled(sqlite_app: Flask) -> tuple[School, Device]:
    school = make_school(sqlite_app)
    lee = Device(sqlite_app, school.people["lee"])
    visit = Visit(lee, school)
    lee.push([visit.start, visit.mark("nonsense"), "garbage"])
    lee.push([visit.mark()], from_seq=9)
    return school, lee


@pytest.fixture
def address(sqlite_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, sqlite_app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_are_accessible_and_never_scroll_sideways(
    sqlite_app: Flask,
    browser: Browser,
    filled: tuple[School, Device],
    address: str,
    size: str,
    scheme: str,
) -> None:
    school, lee = filled
    client = sqlite_app.test_client()
    sign_in(client, school.email("dana"))
    cookie = client.get_cookie("noticing-session")
    assert cookie
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "noticing-session", "value": cookie.value, "url": address}])
    page = context.new_page()
    for path in ("/tablets", f"/tablets/{lee.stream_id}/revoke", "/tablets/set-aside"):
        page.goto(address + path)
        for summary in page.locator("summary").all():
            summary.click()
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
