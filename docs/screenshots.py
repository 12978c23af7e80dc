"""Makes the pictures of the README anew: `python3 dev.py screenshots`. Everybody in them belongs to the demo school."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/e2e")]

import coach  # noqa: E402
from playwright.sync_api import Page, Playwright, sync_playwright  # noqa: E402

from browser import chromium_options  # noqa: E402
from live_server import LiveServer  # noqa: E402

PICTURES = ROOT / "docs/pictures"
TABLET = {"width": 1180, "height": 820}


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = LiveServer(Path(folder, "school"), "--demo").start()
        try:
            take_capture(playwright, server)
            take_letter(playwright, server, Path(folder, "letter.pdf"))
        finally:
            server.kill()


def take_capture(playwright: Playwright, server: LiveServer) -> None:
    browser = playwright.chromium.launch(**chromium_options())
    page = browser.new_page(viewport=TABLET, has_touch=True, locale="en-US", timezone_id="America/New_York")
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    coach.start_visit(page, "Rivera", "Lesson clarity", present=22)
    observe(page)
    page.context.set_offline(True)
    coach.tick(page, "An example and a non-example")
    coach.write_line(page, "Thirds don’t fit in fourths, so I split the strip.")
    page.get_by_text("no network since").wait_for()
    page.screenshot(path=PICTURES / "capture-tablet.png")
    browser.close()


def observe(page: Page) -> None:
    for prompt in (
        "Goal of the lesson can be seen",
        "Steps are shown one by one",
        "Steps are shown one by one",
    ):
        coach.tick(page, prompt)
    coach.write_line(page, "Today we find out when two fractions are the same size.")
    page.get_by_label("Who speaks", exact=False).click()
    page.get_by_role("group", name="Student 1").get_by_role("button", name="Yes").click()
    coach.expect_all_marks(page, "check")


def take_letter(playwright: Playwright, server: LiveServer, letter: Path) -> None:
    browser = playwright.chromium.launch(**chromium_options())
    page = browser.new_page()
    page.goto(f"{server.url}/sign-in")
    coach.fill_in_sign_in(page, "rivera@demo.example")
    page.locator("main").get_by_role("link").first.click()
    letter.write_bytes(page.context.request.get(f"{page.url}.pdf").body())
    browser.close()
    stem = PICTURES / "letter"
    subprocess.run(["pdftoppm", "-png", "-r", "90", "-singlefile", letter, stem], check=True)


if __name__ == "__main__":
    main()
