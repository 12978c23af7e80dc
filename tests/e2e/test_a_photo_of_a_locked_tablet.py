"""A photo that was taken before the tablet was locked, or its PIN forgotten, still reaches the server."""

import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import coach
import pytest
from playwright.sync_api import Page, Playwright, Route, expect
from tablet import Tablet

from live_server import LiveServer

CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PIN, WRONG = "273905", "860417"
PHOTOS = "**/api/v1/sync/photos/**"
ALT = "Two pages of sorting tables"
PATIENCE_SECONDS = 40

LIES = """async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('noticing-')) continue;
    const database = await asked(indexedDB.open(name));
    found.push(...await asked(database.transaction('photos').objectStore('photos').getAll()));
    database.close();
  }
  return found;
}"""


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "profile", args=CAMERA)
    yield tablet
    tablet.sleep()


def test_a_photo_of_a_locked_tablet_goes_out_and_is_on_the_server_as_it_was_taken(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = take_a_photo(tablet, live_server)
    sha256 = photo_of(page)
    page.reload()
    expect(page.get_by_label("Your PIN")).to_be_visible()
    assert on_server(live_server, sha256) is None
    let_photos_through(tablet, page)
    assert wait_for(live_server, sha256)
    expect(page.get_by_label("Your PIN")).to_be_visible()
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator(".photo-list li .sign[data-state=check]")).to_be_visible(timeout=30_000)


def test_five_wrong_pins_cost_no_photo(tablet: Tablet, live_server: LiveServer) -> None:
    page = take_a_photo(tablet, live_server)
    sha256 = photo_of(page)
    page.reload()
    for _ in range(5):
        field = page.get_by_label("Your PIN")
        expect(field).to_have_value("")
        field.fill(WRONG)
        page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_text("wrong five times")).to_be_visible()
    tablet.kill()

    page = tablet.wake()
    page.goto(f"{live_server.url}/app/")
    assert wait_for(live_server, sha256)
    coach.sign_in(page, live_server.url, "lee@demo.example")
    page.get_by_role("link", name="Go on").click(timeout=30_000)
    shown = page.locator(".photo-list li img")
    expect(shown).to_be_visible(timeout=30_000)
    expect(page.locator(".photo-list li .sign[data-state=check]")).to_be_visible(timeout=30_000)
    page.wait_for_function("() => document.querySelector('.photo-list li img').naturalWidth > 0")


def take_a_photo(tablet: Tablet, server: LiveServer) -> Page:
    """A PIN is set, a visit is open, and the photo is on this tablet only."""
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
    assert tablet.context
    tablet.context.route(PHOTOS, refuse)
    coach.start_visit(page, "Rivera", "Selective script", present=22)
    page.get_by_role("button", name="Take a photo").click()
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("checkbox", name=re.compile("No student can be recognised")).check()
    page.get_by_label("What it shows, in words").fill(ALT)
    page.get_by_role("button", name="Save the photo").click()
    kept = page.locator(".photo-list li")
    expect(kept).to_contain_text(ALT)
    expect(kept.locator(".sign[data-state=dot]")).to_be_visible()
    return page


def refuse(route: Route) -> None:
    route.abort()


def photo_of(page: Page) -> str:
    (row,) = page.evaluate(LIES)
    assert row["is_sent"] is False
    return str(row["hash"])


def let_photos_through(tablet: Tablet, page: Page) -> None:
    assert tablet.context
    tablet.context.unroute(PHOTOS)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")


def on_server(server: LiveServer, sha256: str) -> bytes | None:
    found = next((server.data / "photos").glob(f"*/*/{sha256}"), None)
    return found.read_bytes() if found else None


def wait_for(server: LiveServer, sha256: str) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    while on_server(server, sha256) is None and time.monotonic() < until:
        time.sleep(0.2)
    return hashlib.sha256(on_server(server, sha256) or b"").hexdigest() == sha256
