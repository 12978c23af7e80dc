"""The demo school's people whom the bench works as."""

from collections.abc import Mapping

from playwright.sync_api import Page

from noticing.demo import PASSWORD

COACH = "lee@demo.example"
TEACHER = "rivera@demo.example"  # has notes of a visit


def lend_worker(page: Page, scripts: Mapping[str, str]) -> None:
    """The log's second journal, under the address that page/build.mjs gives it; the product has no door for it."""
    page.context.route(
        "**/bench/worker.js",
        lambda route: route.fulfill(body=scripts["worker"], content_type="text/javascript"),
    )


def sign_in(page: Page, url: str, email: str, onward: str) -> None:
    page.goto(f"{url}/sign-in?next={onward}")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{url}{onward}")
