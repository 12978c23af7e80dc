"""A photo of work: taken and covered in the page without a network, then shown on the teacher's page."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from coach import cite, finish, install, sign_in, start_visit, write_line
from PIL import Image
from playwright.sync_api import Locator, Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer

ALT = "Two pages of sorting tables; one has a sentence beneath it"
AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "profile", args=CAMERA)
    yield tablet
    tablet.sleep()


def observe(tablet: Tablet, server: LiveServer) -> Page:
    page = tablet.wake()
    sign_in(page, server.url, "lee@demo.example")
    install(page)
    tablet.set_offline(True)
    start_visit(page, "Rivera", "Selective script", present=22)
    return page


def take(page: Page) -> Locator:
    page.get_by_role("button", name="Take a photo").click()
    page.get_by_role("button", name="Take the photo").click()
    return stage_of(page)


def stage_of(page: Page) -> Locator:
    """Once the focus has come to it: what is pressed or drawn before that may go astray."""
    expect(page.locator(".photo-step")).to_be_focused()
    stage = page.locator(".photo-stage")
    expect(stage).to_be_visible()
    return stage


def draw(page: Page, stage: Locator, left: float, top: float, right: float, bottom: float) -> None:
    stage.hover()  # waits until it stands still
    box = stage.bounding_box()
    assert box
    page.mouse.move(box["x"] + left * box["width"], box["y"] + top * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + right * box["width"], box["y"] + bottom * box["height"], steps=4)
    page.mouse.up()


def save(page: Page, alt: str = ALT) -> None:
    page.get_by_role("checkbox", name=re.compile("No student can be recognised")).check()
    page.get_by_label("What it shows, in words").fill(alt)
    page.get_by_role("button", name="Save the photo").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def open_again(tablet: Tablet, server: LiveServer) -> Page:
    page = tablet.wake()
    page.goto(f"{server.url}/app/")
    page.get_by_role("link", name="Go on").first.click()
    expect(page.get_by_role("timer")).to_be_visible()
    return page


def axe(page: Page) -> list[str]:
    page.evaluate(f"() => {{ {AXE} }}")  # not as a tag, which the strict policy of the page rightly refuses
    found = page.evaluate("(tags) => axe.run({runOnly: tags})", TAGS)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]]


def picture_on(page: Page) -> Image.Image:
    shown = page.locator("main img").first
    expect(shown).to_have_attribute("alt", ALT)
    answer = page.request.get(page.url.split("/notes")[0] + str(shown.get_attribute("src")))
    assert answer.ok
    return Image.open(BytesIO(answer.body()))


def test_a_covered_photo_outlives_the_tablet_and_is_shown_to_the_teacher(
    tablet: Tablet, live_server: LiveServer, playwright: Playwright
) -> None:
    page = observe(tablet, live_server)
    stage = take(page)
    draw(page, stage, 0.1, 0.1, 0.5, 0.4)
    expect(page.get_by_role("button", name="Cover 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save the photo").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be saved before you have looked")
    save(page)
    kept = page.locator(".photo-list li")
    expect(kept).to_contain_text(ALT)
    expect(kept.locator(".sign[data-state=dot]")).to_be_visible()
    expect(kept.locator("img")).to_be_visible()

    tablet.kill()
    page = open_again(tablet, live_server)
    expect(page.locator(".photo-list li .sign[data-state=check]")).to_be_visible()
    write_line(page, "What do you notice about these two tables?")
    finish(page)
    expect(page.locator(".seen-line img")).to_be_visible()
    page.get_by_label("Strength 1").fill("Two students compared their tables.")
    cite(page, ALT)
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name=re.compile("^Share with")).click()
    expect(page.get_by_text("It is on the server.")).to_be_visible()

    browser = playwright.chromium.launch(**tablet.options())
    rivera = browser.new_page()
    sign_in(rivera, live_server.url, "rivera@demo.example")
    rivera.goto(f"{live_server.url}/notes")
    rivera.locator("main").get_by_role("link").first.click()
    rivera.wait_for_url("**/notes/*")
    shown = picture_on(rivera)
    assert shown.format == "JPEG"
    assert not shown.getexif()
    covered = shown.getpixel((int(shown.width * 0.3), int(shown.height * 0.25)))
    assert isinstance(covered, tuple)
    assert all(abs(one - other) < 12 for one, other in zip(covered, (43, 47, 54), strict=True))
    browser.close()


def test_a_photo_that_was_begun_when_the_tablet_died_is_asked_for_again(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = observe(tablet, live_server)
    page.get_by_role("button", name="Take a photo").click()
    expect(page.get_by_role("button", name="Take the photo")).to_be_enabled()
    tablet.kill()
    page = open_again(tablet, live_server)
    tablet.set_offline(True)
    missing = page.locator(".photo-missing")
    expect(missing).to_contain_text("begun and not taken")
    missing.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Take the photo").click()
    save(page)
    expect(page.locator(".photo-list li")).to_have_count(1)
    expect(missing).to_have_count(0)


def test_without_a_pointer_or_a_camera_a_photo_is_covered_and_saved(
    playwright: Playwright, tmp_path: Path, live_server: LiveServer
) -> None:
    tablet = Tablet(playwright, tmp_path / "profile")
    try:
        page = observe(tablet, live_server)
        page.get_by_role("button", name="Take a photo").press("Enter")
        file = BytesIO()
        Image.new("RGB", (3000, 2000), (200, 220, 240)).save(file, "JPEG")
        chooser = page.get_by_label("Use another camera or a file")
        chooser.focus()
        chooser.set_input_files({"name": "work.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()})
        stage_of(page)
        page.get_by_role("button", name="Add a cover").press("Enter")
        cover = page.get_by_role("button", name="Cover 1", exact=True)
        before = cover.bounding_box()
        cover.press("ArrowRight")
        cover.press("Shift+ArrowDown")
        after = cover.bounding_box()
        assert before
        assert after
        assert after["x"] > before["x"]
        assert after["height"] > before["height"]
        page.get_by_role("checkbox", name=re.compile("No student")).press("Space")
        page.get_by_role("button", name="Save the photo").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Who cannot see the photo")
        page.get_by_role("button", name="Save without words").press("Enter")
        expect(page.locator(".photo-list li")).to_contain_text("without words")
    finally:
        tablet.sleep()


def test_a_photo_that_was_taken_stays_however_often_back_is_asked_for(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = observe(tablet, live_server)
    take(page)
    asked = page.get_by_text("This photo is not saved yet.")
    for _ in range(4):  # the browser itself closes a dialog then, without asking the page
        page.keyboard.press("Escape")
        expect(asked).to_be_visible()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".photo-stage")).to_be_visible()
    save(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_each_step_is_usable_by_everybody(tablet: Tablet, live_server: LiveServer) -> None:
    page = observe(tablet, live_server)
    assert axe(page) == []
    page.get_by_role("button", name="Take a photo").click()
    expect(page.get_by_role("button", name="Take the photo")).to_be_enabled()
    assert axe(page) == []
    page.get_by_role("button", name="Take the photo").click()
    draw(page, stage_of(page), 0.2, 0.2, 0.5, 0.5)
    page.get_by_role("button", name="Save the photo").click()
    assert axe(page) == []
    save(page)
    assert axe(page) == []
