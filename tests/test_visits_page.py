"""The visits on the page of a station, in a real browser with the reader's clock."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PageMonitor, launch_browser
from tests.conftest import Run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


def _station(browser: Browser, run: Run, now: str, *, scripts: bool = True) -> Page:
    context = browser.new_context(timezone_id="Asia/Tokyo", java_script_enabled=scripts)
    page = context.new_page()
    if scripts:
        page.clock.set_fixed_time(now)
    page.goto((run.output / "places/international-space-station.html").as_uri())
    return page


def test_the_reader_s_clock_decides_who_is_at_the_station_now(
    browser: Browser, seed_run: Run
) -> None:
    page = _station(browser, seed_run, "2021-06-29T16:26:00Z")
    now = page.locator(".visits-now")
    expect(now.get_by_role("heading")).to_have_text("At the station now, 30 June 2021")
    expect(now.get_by_text("None that the record has.")).to_be_visible()
    expect(now.get_by_text("Possibly")).to_be_hidden()
    page = _station(browser, seed_run, "2021-06-29T16:25:30Z")
    now = page.locator(".visits-now")
    expect(now.get_by_role("listitem")).to_have_text(
        "Cygnus NG-15: arrival not recorded, departure 29 June 2021"
    )
    page = _station(browser, seed_run, "2021-07-10T12:00:00Z")
    now = page.locator(".visits-now")
    expect(now.get_by_text("Possibly there")).to_be_visible()
    expect(now.get_by_role("link")).to_have_text("Progress MS-17")
    page = _station(browser, seed_run, "2036-07-10T12:00:00Z")
    expect(page.locator(".visits-now").get_by_text("None that the record has.")).to_be_visible()


def test_a_reader_asks_who_was_there_on_another_day(browser: Browser, seed_run: Run) -> None:
    page = _station(browser, seed_run, "2036-07-10T12:00:00Z")
    monitor = PageMonitor(page)
    now, field = page.locator(".visits-now"), page.get_by_label("On another day")
    field.fill("2021-07-02")
    expect(now.get_by_role("heading")).to_have_text("At the station on 2 July 2021")
    expect(now.get_by_role("listitem")).to_have_text(
        "Progress MS-17: arrival 2 July 2021, departure not recorded"
    )
    field.fill("2021-06-29")
    expect(now.get_by_role("link")).to_have_text("Cygnus NG-15")
    field.fill("")
    expect(now.get_by_role("heading")).to_have_text("At the station now, 10 July 2036")
    now.get_by_text("None that the record has.").wait_for()
    assert monitor.errors == []


def test_this_year_s_chart_has_a_line_at_the_present(browser: Browser, seed_run: Run) -> None:
    page = _station(browser, seed_run, "2021-07-02T12:00:00Z")
    lines = page.locator(".visit-chart .now")
    expect(lines).to_have_count(1)
    assert float((lines.get_attribute("x1") or "").rstrip("%")) == pytest.approx(50, abs=0.1)


def test_without_scripts_the_page_says_of_which_day_it_speaks(
    browser: Browser, seed_run: Run
) -> None:
    page = _station(browser, seed_run, "", scripts=False)
    expect(page.locator(".visits-now").get_by_role("heading")).to_contain_text("At the station on ")
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("row")).to_have_text(
        [
            "CraftArrivalDepartureDays",
            "Progress MS-172 July 2021not recorded",
            "Cygnus NG-15not recorded29 June 2021",
        ]
    )
    # Each is in the chart of its year, and possibly in those of the year before or after.
    expect(page.locator(".visit-chart a")).to_have_count(4)


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_no_bar_and_no_name_leaves_the_chart(browser: Browser, seed_run: Run, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((seed_run.output / "places/international-space-station.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.locator(".visit-chart :is(rect, text)").evaluate_all(
        "items => items.map(item => item.getBoundingClientRect().toJSON())"
    )
    assert boxes
    assert all(box["left"] >= 0 and box["right"] <= width for box in boxes)
    page.close()
