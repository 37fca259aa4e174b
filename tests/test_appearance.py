"""Layout and scripts of the site in a real browser: theme, times, keyboard, search, charts.

``pytest tests/test_appearance.py --screenshots`` also writes a screenshot of each page below, wide
and narrow, light, dark and printed, to ``screenshots/``.
"""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PageMonitor, launch_browser, serve_folder
from tests.conftest import BASE_URL, PROJECT, Run

pytestmark = pytest.mark.browser

EVENT = "events/tiangong-eva-1.html"
PAGES = (
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
    "my-list.html",
    "404.html",
)
SCREENSHOTS = {
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


@pytest.fixture(scope="module", params=["/repo/", pytest.param("disk", marks=pytest.mark.extended)])
def root(request: pytest.FixtureRequest, seed_run: Run) -> Iterator[str]:
    if request.param == "disk":
        yield seed_run.output.as_uri() + "/"
        return
    with serve_folder(seed_run.output, request.param) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
    yield page
    page.close()


def _background(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_each_press_of_the_theme_button_changes_the_theme(
    browser: Browser, seed_run: Run, system: Literal["light", "dark"]
) -> None:
    other = "dark" if system == "light" else "light"
    with serve_folder(seed_run.output) as root:
        context = browser.new_context(color_scheme=system)
        page = context.new_page()
        page.goto(root + "about.html")
        of_system = _background(page)
        page.get_by_role("button", name=f"Change to the {other} theme").click()
        changed = _background(page)
        assert changed != of_system
        page.goto(root + EVENT)
        assert _background(page) == changed
        page.get_by_role("button", name=f"Change to the {system} theme").click()
        assert _background(page) == of_system
        # What is not a choice against the system follows it.
        page.emulate_media(color_scheme=other)
        assert _background(page) == changed
        expect(page.get_by_role("button", name=f"Change to the {system} theme")).to_be_visible()
        context.close()


def test_a_selected_theme_is_applied_before_the_first_paint(
    browser: Browser, seed_run: Run
) -> None:
    with serve_folder(seed_run.output) as root:
        context = browser.new_context(color_scheme="light")
        page = context.new_page()
        page.goto(root + "about.html")
        page.get_by_role("button", name="theme").click()
        page.add_init_script(
            "document.addEventListener('readystatechange', () => {"
            "  window.early ??= document.documentElement.dataset.theme })"
        )
        page.goto(root + EVENT)
        assert page.evaluate("window.early") == "dark"
        context.close()


@pytest.mark.parametrize("pause_before", [b"", b'<div class="event-header'])
def test_the_layout_does_not_shift_while_a_page_loads(
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
            for path in (EVENT, "types/eva.html", "years/2021.html", "my-list.html"):
                page.goto(root + path)
                page.wait_for_timeout(100)
                assert page.evaluate("window.shift") < 0.01, (path, width)
            page.close()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [320, 375])
def test_the_header_takes_two_rows_of_a_phone(
    browser: Browser, seed_run: Run, width: int, javascript: bool
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=javascript
    )
    page = context.new_page()
    page.goto((seed_run.output / EVENT).as_uri())
    header = page.locator(".site-bar").bounding_box()
    assert header
    assert header["height"] <= 96
    targets = [*page.locator(".site-header a:visible").all(), page.locator(".site-search label")]
    targets += page.locator(".theme-toggle").all()
    for target in targets:
        size = target.bounding_box()
        assert size
        assert size["height"] >= 43.9, target.inner_text()
    heading = page.locator("h1").bounding_box()
    assert heading
    assert heading["y"] < 200
    context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_the_search_field_opens_in_the_header(
    browser: Browser, seed_run: Run, javascript: bool
) -> None:
    context = browser.new_context(
        viewport={"width": 375, "height": 800}, has_touch=True, java_script_enabled=javascript
    )
    page = context.new_page()
    page.goto((seed_run.output / EVENT).as_uri())
    field, button = page.get_by_role("searchbox"), page.get_by_role("button", name="Search")

    def width() -> float:
        box = field.bounding_box()
        return box["width"] if box else 0

    assert width() < 10
    page.locator(".site-search label").tap()
    assert width() > 200
    field.fill("docking")
    page.locator("h1").tap()
    assert width() > 200
    button.tap()
    page.wait_for_url("**/explore.html?*=docking")
    context.close()


def test_the_navigation_can_be_scrolled_on_a_narrow_phone(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.goto((seed_run.output / EVENT).as_uri())
    last = page.locator(".site-nav a:visible").last
    last.evaluate("link => link.scrollIntoView()")
    box = last.bounding_box()
    page.close()
    assert box
    assert box["x"] + box["width"] < 321


def test_a_designator_takes_no_line_of_its_own(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page()
    page.goto((seed_run.output / "events/us-eva-75.html").as_uri())
    designators = page.locator(".pager .designator, .related-events .designator")
    styles = designators.evaluate_all(
        "all => all.map(one => [getComputedStyle(one).display,"
        " getComputedStyle(one, '::before').content, getComputedStyle(one, '::after').content])"
    )
    page.close()
    assert styles
    assert {tuple(style) for style in styles} == {("inline", "none", "none")}


def test_a_precise_time_is_also_shown_in_the_readers_time_zone(
    browser: Browser, seed_run: Run
) -> None:
    context = browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB")
    page = context.new_page()
    page.goto((seed_run.output / EVENT).as_uri())
    text = page.locator(".event-date").inner_text()
    assert "4 July 2021, 00:11 UTC" in text
    assert "09:11" in text
    context.close()


def test_the_search_field_of_any_page_leads_to_the_results(root: str, page: Page) -> None:
    # Leaving a page that is still loading would abort its requests.
    page.goto(root + EVENT, wait_until="networkidle")
    monitor = PageMonitor(page)
    page.get_by_role("searchbox").fill("docking")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore.html?q=docking")
    page.wait_for_selector("[data-results] li")
    assert monitor.errors == []


def test_the_keyboard_reaches_the_search_field_from_the_top(root: str, page: Page) -> None:
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
    pytest.fail("the search field is not among the first elements that get the focus")


def test_the_home_page_links_to_events_of_the_readers_day(browser: Browser, seed_run: Run) -> None:
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


def test_without_javascript_the_home_page_links_to_all_days_and_hides_the_theme_button(
    browser: Browser, seed_run: Run
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((seed_run.output / "index.html").as_uri())
    assert not page.locator("[data-today]").is_visible()
    assert page.get_by_role("link", name="every day of the year").is_visible()
    assert not page.locator(".theme-toggle-slot").is_visible()
    context.close()


def test_a_day_in_the_heat_map_links_to_that_day_of_the_month_page(root: str, page: Page) -> None:
    page.goto(root + "years/2021.html")
    mark = page.locator(".month-chart a", has_text="4 July: 1 event")
    mark.locator("path").click(force=True)
    page.wait_for_url("**/months/2021-07.html#d04")
    assert "Tiangong EVA-1" in page.locator("#d04").inner_text()


# The page for missing pages finds its stylesheet only below the base URL.
@pytest.mark.parametrize("path", PAGES[:-1])
def test_what_is_clicked_outside_of_sentences_is_24_pixels_high(
    browser: Browser, seed_run: Run, path: str
) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 700})
    page.goto((seed_run.output / path).as_uri())
    page.locator("details:not([open]) > summary").evaluate_all(
        "all => all.forEach(one => { one.parentElement.open = true })"
    )
    small = page.locator("a, button, summary, input:not(.site-search input), select").evaluate_all(
        """all => all.filter(one => {
          const words = [...one.parentNode.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim().length > 3);
          const isWholeRow = getComputedStyle(one, '::after').position === 'absolute';
          const shown = one.checkVisibility({visibilityProperty: true}) && !one.closest('svg');
          const isHidden = getComputedStyle(one).clipPath !== 'none';
          return shown && !words && !isWholeRow && !isHidden
            && one.getBoundingClientRect().height < 23.9;
        }).map(one => one.outerHTML.slice(0, 120))"""
    )
    page.close()
    assert small == []


@pytest.mark.parametrize("path", ["types/eva.html", "types/index.html", EVENT])
def test_no_text_is_cut_with_the_spacing_that_readers_may_set(
    browser: Browser, seed_run: Run, path: str
) -> None:
    """WCAG 1.4.12; rows of lists shorten a place that another page has in full."""
    context = browser.new_context(viewport={"width": 320, "height": 700}, bypass_csp=True)
    page = context.new_page()
    page.goto((seed_run.output / path).as_uri())
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
    )
    cut = page.locator("body *:not(.card *)").evaluate_all(
        """all => all.filter(one => {
          const style = getComputedStyle(one);
          return /clip|hidden/.test(style.overflowX + style.overflowY) && style.clipPath === 'none'
            && one.checkVisibility() && one.textContent.trim()
            && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
            && !one.matches('.masthead');
        }).map(one => one.outerHTML.slice(0, 120))"""
    )
    context.close()
    assert cut == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_overflows_a_narrow_phone_with_large_text(
    browser: Browser, seed_run: Run, path: str
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700}, reduced_motion="reduce")
    page.goto((seed_run.output / path).as_uri())
    for size in ("100%", "200%"):
        page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, size
    page.close()


def test_a_month_is_a_grid_of_days_on_a_narrow_phone_too(browser: Browser, seed_run: Run) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, java_script_enabled=False)
    page = context.new_page()
    page.goto((seed_run.output / "months/2021-07.html").as_uri())
    page.locator("summary", has_text="July 2021 as a calendar").click()
    day = page.get_by_role("cell", name="4 Tiangong EVA-1")
    link = day.get_by_role("link", name="Tiangong EVA-1")
    box = link.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24
    for size in ("100%", "200%"):
        page.locator("html").evaluate(f"root => {{ root.style.fontSize = '{size}' }}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, size
    link.click()
    assert "Tiangong EVA-1" in page.locator("h1").inner_text()
    context.close()


def test_a_name_in_a_right_to_left_script_has_its_own_direction(
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


def test_charts_are_visible_with_forced_colours(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page(forced_colors="active")
    page.goto((seed_run.output / "years/2021.html").as_uri())
    assert page.locator(".month-chart path:not(.empty-day)").first.evaluate(
        "mark => getComputedStyle(mark).stroke !== 'none'"
    )
    page.close()


def test_an_event_is_printed_in_black_on_white_on_one_sheet(
    browser: Browser, seed_run: Run
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto((seed_run.output / EVENT).as_uri())
    pdf = page.pdf(format="A4")
    assert pdf.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    assert _background(page) == "rgb(255, 255, 255)"
    assert not page.locator(".site-search").is_visible()
    address = page.locator(".print-address").inner_text().splitlines()
    assert address == [f"{BASE_URL}{EVENT}", f"Permanent link: {BASE_URL}id/309.html"]
    page.close()


@pytest.mark.parametrize("variant", SCREENSHOTS)
def test_a_screenshot_of_each_type_of_page_is_written(
    browser: Browser, seed_run: Run, variant: str, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--screenshots"):
        pytest.skip("only with --screenshots")
    folder = PROJECT / "screenshots"
    folder.mkdir(exist_ok=True)
    context = browser.new_context(**SCREENSHOTS[variant])
    for path in PAGES:
        page = context.new_page()
        page.goto((seed_run.output / path).as_uri())
        if variant == "print":
            page.emulate_media(media="print")
        name = path.removesuffix(".html").replace("/", "-")
        page.screenshot(path=folder / f"{name}-{variant}.png", full_page=True)
        page.close()
    context.close()
