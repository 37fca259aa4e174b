"""The site as readers use it, in a real browser: theme, times, keyboard, search, drawings.

``pytest tests/test_appearance.py --screenshots`` also writes screenshots of each kind of page, wide
and narrow, dark and printed, to ``screenshots/``.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import PageMonitor, launch_browser, serve_folder
from tests.conftest import PROJECT, Run

pytestmark = pytest.mark.browser

EVENT = "events/tiangong-eva-1.html"
KINDS = (
    "index.html",
    EVENT,
    "types/eva.html",
    "types/index.html",
    "years/2021.html",
    "years/index.html",
    "months/2021-07.html",
    "days/index.html",
    "days/07-04.html",
    "places/index.html",
    "places/international-space-station.html",
    "series/us-eva.html",
    "credits.html",
    "report.html",
    "explore.html",
    "404.html",
)
LOOKS = {
    "1280": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "1280-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "375": {"viewport": {"width": 375, "height": 800}, "color_scheme": "light"},
    "375-dark": {"viewport": {"width": 375, "height": 800}, "color_scheme": "dark"},
    "print": {"viewport": {"width": 794, "height": 1123}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture(scope="module", params=["/repo/", "disk"])
def root(request: pytest.FixtureRequest, seed_run: Run) -> Iterator[str]:
    if request.param == "disk":
        yield seed_run.output.as_uri() + "/"
        return
    with serve_folder(seed_run.output, request.param) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
    yield page
    page.close()


def _paper(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_the_theme_goes_from_the_systems_to_light_to_dark_and_back(root: str, page: Page) -> None:
    page.goto(root + "about.html")
    button = page.get_by_role("button", name="theme")
    seen = [(button.inner_text(), _paper(page))]
    for _ in range(3):
        button.click()
        seen.append((button.inner_text(), _paper(page)))
    assert [name for name, _ in seen] == ["System", "Light", "Dark", "System"]
    assert seen[0][1] == seen[1][1] == seen[3][1] != seen[2][1]


def test_a_chosen_theme_is_there_before_anything_is_drawn(browser: Browser, seed_run: Run) -> None:
    with serve_folder(seed_run.output) as root:
        context = browser.new_context(color_scheme="light")
        page = context.new_page()
        page.goto(root + "about.html")
        page.get_by_role("button", name="theme").click(click_count=2)
        page.add_init_script(
            "document.addEventListener('readystatechange', () => {"
            "  window.early ??= document.documentElement.dataset.theme })"
        )
        page.goto(root + EVENT)
        assert page.evaluate("window.early") == "dark"
        context.close()


@pytest.mark.parametrize("pause_before", [b"", b'<div class="event-head'])
def test_nothing_moves_while_a_page_is_made(
    browser: Browser, seed_run: Run, pause_before: bytes
) -> None:
    with serve_folder(seed_run.output, pause_before=pause_before) as root:
        for width in (1280, 375):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.add_init_script(
                "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach("
                "  entry => { window.shift += entry.value })"
                ").observe({type: 'layout-shift', buffered: true})"
            )
            for address in (EVENT, "types/eva.html", "years/2021.html"):
                page.goto(root + address, wait_until="networkidle")
                assert page.evaluate("window.shift") < 0.01, (address, width)
            page.close()


def test_a_time_that_is_known_is_told_in_the_readers_own_zone(
    browser: Browser, seed_run: Run
) -> None:
    context = browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB")
    page = context.new_page()
    page.goto((seed_run.output / EVENT).as_uri())
    told = page.locator(".event-when").inner_text()
    assert "4 July 2021, 00:11 UTC" in told
    assert "09:11" in told
    context.close()


def test_words_typed_on_any_page_lead_to_their_answer(root: str, page: Page) -> None:
    # To leave a page that is still loading cuts its requests off, which is no fault of it.
    page.goto(root + EVENT, wait_until="networkidle")
    monitor = PageMonitor(page)
    page.get_by_role("searchbox").fill("docking")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore.html?search=docking")
    page.wait_for_selector("[data-results] li")
    assert monitor.errors == []


def test_by_keyboard_one_gets_from_the_top_to_the_search_field(root: str, page: Page) -> None:
    page.goto(root + "types/index.html")
    for _ in range(14):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "({id: document.activeElement.id, outline:"
            " getComputedStyle(document.activeElement).outlineStyle})"
        )
        assert focused["outline"] != "none"
        if focused["id"] == "site-search":
            return
    pytest.fail("the search field is not among the first stops")


def test_what_happened_on_the_readers_day_is_shown_at_home(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page()
    page.clock.install(time="2031-07-04T12:00:00Z")
    page.goto((seed_run.output / "index.html").as_uri())
    link = page.locator("[data-today] a")
    assert link.is_visible()
    assert link.get_attribute("href") == "days/07-04.html"
    link.click()
    assert page.locator("h1").inner_text() == "4 July"
    assert "Tiangong EVA-1" in page.locator("main").inner_text()
    page.close()


def test_without_javascript_home_leads_to_the_days_and_says_nothing_untrue(
    browser: Browser, seed_run: Run
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((seed_run.output / "index.html").as_uri())
    assert not page.locator("[data-today]").is_visible()
    assert page.get_by_role("link", name="all days of the year").is_visible()
    assert not page.locator(".theme-place").is_visible()
    context.close()


def test_a_day_of_a_year_leads_to_that_day_of_its_month(root: str, page: Page) -> None:
    page.goto(root + "years/2021.html")
    mark = page.locator(".sheet a", has_text="4 July: 1 event")
    mark.locator("path").click(force=True)
    page.wait_for_url("**/months/2021-07.html#d04")
    assert "Tiangong EVA-1" in page.locator("#d04").inner_text()


@pytest.mark.parametrize("address", KINDS)
def test_pages_hold_on_a_narrow_phone_with_large_letters(
    browser: Browser, seed_run: Run, address: str
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700}, reduced_motion="reduce")
    page.goto((seed_run.output / address).as_uri())
    for size in ("100%", "200%"):
        page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, size
    page.close()


def test_a_name_from_right_to_left_stands_whole_in_a_page_from_left_to_right(
    browser: Browser, seed_run: Run
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.goto((seed_run.output / EVENT).as_uri())
    heading = page.locator("h1")
    heading.evaluate("heading => { heading.textContent = 'الالتحام بمحطة الفضاء (EVA-1)' }")
    assert heading.evaluate("heading => getComputedStyle(heading).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "ltr"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


def test_colours_that_the_reader_forces_leave_all_to_be_seen(
    browser: Browser, seed_run: Run
) -> None:
    page = browser.new_page(forced_colors="active")
    page.goto((seed_run.output / "years/2021.html").as_uri())
    assert page.locator(".sheet path:not(.rest)").first.evaluate(
        "mark => getComputedStyle(mark).stroke !== 'none'"
    )
    page.close()


def test_on_paper_an_event_is_black_on_white_on_one_page(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto((seed_run.output / EVENT).as_uri())
    paper = page.pdf(format="A4")
    assert paper.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    assert _paper(page) == "rgb(255, 255, 255)"
    assert not page.locator(".site-search").is_visible()
    page.close()


@pytest.mark.parametrize("look", LOOKS)
def test_each_kind_of_page_is_shown_to_the_eye(
    browser: Browser, seed_run: Run, look: str, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--screenshots"):
        pytest.skip("only with --screenshots")
    folder = PROJECT / "screenshots"
    folder.mkdir(exist_ok=True)
    context = browser.new_context(**LOOKS[look])
    for address in KINDS:
        page = context.new_page()
        page.goto((seed_run.output / address).as_uri())
        if look == "print":
            page.emulate_media(media="print")
        name = address.removesuffix(".html").replace("/", "-")
        page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
        page.close()
    context.close()
