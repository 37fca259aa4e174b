"""The site in a real browser: over HTTP, under a prefix and from disk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import PageMonitor, launch_browser, serve_folder
from tests.conftest import Run

pytestmark = pytest.mark.browser

PAGES = (
    "index.html",
    "events/tiangong-eva-1.html",
    "types/docking.html",
    "types/index.html",
    "years/2021.html",
    "years/index.html",
    "months/2021-07.html",
    "about.html",
    "explore.html",
    "data.html",
    "api/index.html",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture(scope="module", params=["/", "/repo/", "disk"])
def root(request: pytest.FixtureRequest, seed_run: Run) -> Iterator[str]:
    if request.param == "disk":
        yield seed_run.output.as_uri() + "/"
        return
    with serve_folder(seed_run.output, request.param) as address:
        yield address


@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_without_complaint_and_asks_nobody_else(
    browser: Browser, root: str, address: str
) -> None:
    page = browser.new_page()
    monitor = PageMonitor(page)
    page.goto(root + address, wait_until="networkidle")
    assert page.locator("h1").is_visible()
    assert monitor.errors == []
    assert [url for url in monitor.requests if not url.startswith(root)] == []
    page.close()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_on_the_narrowest_phone(
    browser: Browser, generated_run: Run, address: str, scheme: str
) -> None:
    if not (generated_run.output / address).exists():
        address = next(
            path.relative_to(generated_run.output).as_posix()
            for path in sorted((generated_run.output / address).parent.glob("*.html"))
        )
    page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    page.goto((generated_run.output / address).as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320, address
    page.close()


def test_every_page_can_be_read_without_javascript(browser: Browser, seed_run: Run) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((seed_run.output / "events/tiangong-eva-1.html").as_uri())
    text = page.locator("main").inner_text()
    assert "4 July 2021, 00:11 UTC" in text
    assert "Liu Boming" in text
    context.close()


def test_a_permalink_brings_the_reader_to_the_event(browser: Browser, root: str) -> None:
    page = browser.new_page()
    page.goto(root + "id/309.html")
    page.wait_for_url("**/events/tiangong-eva-1.html")
    assert "Tiangong EVA-1" in page.locator("h1").inner_text()
    page.close()


def test_the_keyboard_reaches_the_content_past_the_navigation(browser: Browser, root: str) -> None:
    page = browser.new_page()
    page.goto(root + "index.html")
    page.keyboard.press("Tab")
    target = page.evaluate("document.activeElement.getAttribute('href')")
    assert target.startswith("#")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == target
    page.close()
