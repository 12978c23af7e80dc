"""The same app in WebKit, as iPads have it: offline start, one tap before and one after, syncing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import WebKitGTK
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from e2e.webkit import PATIENCE_SECONDS, packages_missing, running_webkit, webkit_until_killed
from live_server import LiveServer
from noticing.demo import PASSWORD

COACH = "lee@demo.example"
FIRST_LOOK = ".look-tap"
TAPS = 5
SIGN = f"{FIRST_LOOK} .sign"


@pytest.fixture
def installed() -> None:
    if missing := packages_missing():
        pytest.skip(f"WebKit is not installed: sudo apt-get install {' '.join(missing)}")


@pytest.fixture
def webkit(installed: None, tmp_path: Path) -> Iterator[WebKitGTK]:
    with running_webkit(tmp_path) as driver:
        yield driver


@pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")  # selenium's own
def test_webkit_keeps_a_tap_over_a_reload_without_a_server(
    webkit: WebKitGTK, live_server: LiveServer, say: Callable[[str], None]
) -> None:
    sign_in(webkit, live_server.url)
    wait_for_worker(webkit)
    say("the service worker has the page")
    begin_visit(webkit, live_server.url)
    watch_signs(webkit)
    tap_first_look(webkit)
    wait_until(webkit, "the mark has its check", lambda: state_of_sign(webkit) == "check")
    # A ring is drawn only where the disk takes its time.
    assert [state for state in states_seen(webkit) if state != "ring"] == ["dot", "check"]
    say("a tap went to its dot, then to its check")

    assert live_server.stop() == 0
    webkit.refresh()
    wait_until(webkit, "the app opens without a server", lambda: state_of_sign(webkit) == "check")
    assert is_first_look_on(webkit)
    say("without a server the app opened again, and the mark is there")

    watch_signs(webkit)
    tap_first_look(webkit)
    wait_until(webkit, "the second mark has its dot", lambda: state_of_sign(webkit) == "dot")
    assert [state for state in states_seen(webkit) if state != "ring"] == ["dot"]
    assert count_in_box(webkit) == "2"
    say("a tap without a server has its dot")


@pytest.mark.usefixtures("installed")
@pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")
def test_webkit_keeps_what_had_its_dot_when_it_is_killed_in_the_middle_of_a_visit(
    tmp_path: Path, live_server: LiveServer, say: Callable[[str], None]
) -> None:
    with webkit_until_killed(tmp_path) as driver:
        sign_in(driver, live_server.url)
        wait_for_worker(driver)
        begin_visit(driver, live_server.url)
        assert live_server.stop() == 0
        visit = driver.current_url
        for _ in range(TAPS):
            tap_first_look(driver)
        wait_until(driver, "all have their dots", lambda: shows_all(driver, "dot"))
    say(f"{TAPS} taps without a server had their dots; then the browser was killed")

    with webkit_until_killed(tmp_path) as driver:
        driver.get(visit)
        wait_until(driver, "the app opens without a server", lambda: shows_all(driver, "dot"))
        say("without a server it opened again, and they are there")
        live_server.start()
        wait_until(driver, "they have their checks", lambda: shows_all(driver, "check"))


def sign_in(driver: WebKitGTK, url: str) -> None:
    driver.get(f"{url}/sign-in?next=/app/")
    driver.find_element(By.NAME, "email").send_keys(COACH)
    driver.find_element(By.NAME, "password").send_keys(PASSWORD)
    driver.find_element(By.CSS_SELECTOR, "main form button").click()
    wait_until(driver, "the app is open", lambda: driver.current_url.startswith(f"{url}/app/"))


def wait_for_worker(driver: WebKitGTK) -> None:
    driver.execute_async_script("navigator.serviceWorker.ready.then(() => arguments[0]())")
    driver.refresh()
    is_controlled = "return navigator.serviceWorker.controller !== null"
    wait_until(driver, "the worker has the page", lambda: driver.execute_script(is_controlled))


def begin_visit(driver: WebKitGTK, url: str) -> None:
    driver.get(f"{url}/app/#/start")
    protocol = "//label[contains(@class, 'option')][contains(., 'Lesson clarity')]"
    wait_until(driver, "the protocols are here", lambda: driver.find_elements(By.XPATH, protocol))
    driver.find_element(By.XPATH, protocol).click()
    driver.find_element(By.CSS_SELECTOR, ".begin button").click()
    wait_until(driver, "the visit has begun", lambda: driver.find_elements(By.CSS_SELECTOR, FIRST_LOOK))


def tap_first_look(driver: WebKitGTK) -> None:
    driver.find_element(By.CSS_SELECTOR, FIRST_LOOK).click()


def watch_signs(driver: WebKitGTK) -> None:
    """A ring lasts a few milliseconds: the page itself has to remember what was shown."""
    driver.execute_script(
        """
        const sign = document.querySelector(arguments[0]);
        const states = (window.states_seen = []);
        const look = () => states.at(-1) !== sign.dataset.state && states.push(sign.dataset.state);
        new MutationObserver(look).observe(sign, { attributeFilter: ['data-state'] });
        """,
        SIGN,
    )


def states_seen(driver: WebKitGTK) -> list[str]:
    seen: list[str] = driver.execute_script("return window.states_seen")
    return seen


def state_of_sign(driver: WebKitGTK) -> str | None:
    state: str | None = driver.execute_script(
        "return document.querySelector(arguments[0])?.dataset.state", SIGN
    )
    return state


def is_first_look_on(driver: WebKitGTK) -> bool:
    return bool(driver.find_elements(By.CSS_SELECTOR, f".look.on {FIRST_LOOK}:first-child"))


def shows_all(driver: WebKitGTK, state: str) -> bool:
    return state_of_sign(driver) == state and count_in_box(driver) == str(TAPS)


def count_in_box(driver: WebKitGTK) -> str:
    """A tick for once, a number for more."""
    return driver.find_element(By.CSS_SELECTOR, f"{FIRST_LOOK} .look-box").text.strip()


def wait_until(driver: WebKitGTK, sentence: str, is_so: Callable[[], object]) -> None:
    WebDriverWait(driver, PATIENCE_SECONDS, poll_frequency=0.1).until(
        lambda _: is_so(), f"waited until {sentence}"
    )
