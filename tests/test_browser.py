"""The site in a real browser: over HTTP, below a path prefix, and from disk."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

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
    "my-list.html",
    "data.html",
    "slips.html",
    "records.html",
    "api/index.html",
    "subscribe.html",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture(
    scope="module", params=[pytest.param("/", marks=pytest.mark.extended), "/repo/", "disk"]
)
def root(request: pytest.FixtureRequest, seed_run: Run) -> Iterator[str]:
    if request.param == "disk":
        yield seed_run.output.as_uri() + "/"
        return
    with serve_folder(seed_run.output, request.param) as url:
        yield url


def test_pages_open_without_errors_and_request_nothing_from_other_hosts(
    browser: Browser, root: str
) -> None:
    context = browser.new_context()
    pages = {path: context.new_page() for path in PAGES}
    monitors = {path: PageMonitor(page) for path, page in pages.items()}
    for path, page in pages.items():
        page.goto(root + path)
        assert page.locator("h1").is_visible()
    for path, page in pages.items():
        page.wait_for_load_state("networkidle")
        assert monitors[path].errors == [], path
        assert [url for url in monitors[path].requests if not url.startswith(root)] == [], path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_overflows_a_narrow_phone(
    browser: Browser, generated_run: Run, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    for path in PAGES:
        file = generated_run.output / path
        if not file.exists():
            file = min(file.parent.glob("*.html"))
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, file
    page.close()


def test_every_page_can_be_read_without_javascript(browser: Browser, seed_run: Run) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((seed_run.output / "events/tiangong-eva-1.html").as_uri())
    text = page.locator("main").inner_text()
    assert "4 July 2021, 00:11 UTC" in text
    assert "Liu Boming" in text
    context.close()


def test_a_permalink_redirects_to_the_event(browser: Browser, root: str) -> None:
    page = browser.new_page()
    page.goto(root + "id/309.html")
    page.wait_for_url("**/events/tiangong-eva-1.html")
    assert "Tiangong EVA-1" in page.locator("h1").inner_text()
    page.close()


def test_the_first_link_skips_the_navigation(browser: Browser, root: str) -> None:
    page = browser.new_page()
    page.goto(root + "index.html")
    page.keyboard.press("Tab")
    target = page.evaluate("document.activeElement.getAttribute('href')")
    assert target.startswith("#")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == target
    page.close()


def test_a_feed_is_found_by_typing_what_it_is_about(browser: Browser, generated_run: Run) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.goto((generated_run.output / "subscribe.html").as_uri())
    found = page.locator(".filter-item:visible")
    field = page.get_by_label("Find a topic")
    field.fill("Mária ejemplo")
    (astronaut,) = found.all()
    expect(astronaut.get_by_role("link", name="RSS")).to_be_visible()
    assert page.get_by_text("1 found").is_visible()
    assert page.locator("h3:visible").all_inner_texts() == ["Other topics"]
    field.fill("docking")
    assert found.first.locator("summary").inner_text() == "Docking"
    field.fill("nothing of the kind")
    assert (found.count(), page.locator("h3:visible").count()) == (0, 0)
    field.fill("")
    assert page.locator("details[open]").count() == 0
    assert found.count() > 10
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_feeds_are_listed_without_javascript(browser: Browser, generated_run: Run) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((generated_run.output / "subscribe.html").as_uri())
    assert not page.locator("#topic").is_visible()
    assert not page.get_by_role("link", name="Baikonur, Kazakhstan").is_visible()
    page.get_by_text("Places (").click()
    expect(page.get_by_role("link", name="Baikonur, Kazakhstan")).to_be_visible()
    context.close()
