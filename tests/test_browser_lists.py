"""Lists of events in a real browser: how high their rows are, and what leads through them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import launch_browser, serve_folder
from tests.conftest import run_build
from tests.ll2_server import NET_PRECISIONS, EventDatabase, LL2Server

pytestmark = pytest.mark.browser

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SIZES = pytest.mark.parametrize("size", [(1280, 900), (375, 800)], ids=["desktop", "phone"])

LISTS = ("years/2025.html", "months/2025-03.html", "types/eva.html", "upcoming.html")

ROWS = """() => Array.from(document.querySelectorAll(".event-list > li"), row => {
  const name = row.querySelector(".card-name");
  return {
    text: row.innerText,
    height: row.getBoundingClientRect().height,
    lines: name.offsetHeight / parseFloat(getComputedStyle(name).lineHeight),
  };
})"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with 200 events in 2025, and 24 in the autumn of 2026."""
    database = EventDatabase.generate(224, images=0, with_seed_records=False)
    for number, id in enumerate(database.ids):
        month, day, year = number % 12 + 1, number % 27 + 1, 2025
        if number >= 200:
            month, year = 9 + number % 4, 2026
        database.change(
            id,
            date=f"{year}-{month:02}-{day:02}T{number % 24:02}:05:00Z",
            date_precision=NET_PRECISIONS[1 if number % 9 else 7],
        )
    folder = tmp_path_factory.mktemp("lists")
    with LL2Server(database) as server:
        run = run_build(
            "--api-url", server.url, "--today", "2026-09-01", "--no-pictures",
            cache=folder / "cache", output=folder / "output",
        )  # fmt: skip
    return run.output


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


def _open(
    browser: Browser,
    url: str,
    size: tuple[int, int],
    *,
    scripts: bool = True,
    now: datetime = NOW,
) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        timezone_id="Asia/Kathmandu",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if scripts:
        page.clock.set_fixed_time(now)
    page.goto(url)
    return page


@SIZES
@pytest.mark.parametrize("path", LISTS)
def test_a_row_is_at_most_64_pixels_high_unless_its_name_needs_more_than_two_lines(
    browser: Browser, site: Path, path: str, size: tuple[int, int]
) -> None:
    page = _open(browser, (site / path).as_uri(), size)
    rows = page.evaluate(ROWS)
    page.context.close()
    assert len(rows) > 8
    short = [row for row in rows if row["lines"] < 2.5]
    assert len(short) > len(rows) / 2
    assert [row for row in short if row["height"] > 64] == []


def test_a_page_of_200_events_has_at_most_15_screens_on_a_phone(
    browser: Browser, site: Path
) -> None:
    page = _open(browser, (site / "years/2025.html").as_uri(), (375, 800))
    assert page.locator(".event-list > li").count() == 200
    assert page.evaluate("document.documentElement.scrollHeight") <= 15 * 800
    page.context.close()


@pytest.mark.parametrize("prefix", ["/repo/", "disk"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_months_and_neighbouring_years_are_one_click_from_the_top_of_a_year(
    browser: Browser, site: Path, prefix: str, scripts: bool
) -> None:
    with serve_folder(site, "/repo/") as served:
        root = served if prefix == "/repo/" else site.as_uri() + "/"
        page = _open(browser, root + "years/2025.html", (375, 800), scripts=scripts)
        months = page.get_by_role("navigation", name="Months of 2025")
        months.get_by_role("link", name="August").click()
        heading = page.get_by_role("heading", name="August", exact=True)
        box = heading.bounding_box()
        assert box
        assert 0 <= box["y"] < 800
        top = page.get_by_role("navigation", name="Previous and next year, at the top")
        top.get_by_role("link", name="2026").click()
        assert page.get_by_role("heading", level=1).inner_text() == "2026"
        page.context.close()


def test_links_within_a_page_lead_to_no_section_whose_events_are_over(
    browser: Browser, site: Path
) -> None:
    labels = []
    for now in (NOW, datetime(2026, 11, 1, 12, tzinfo=UTC)):
        page = _open(browser, (site / "upcoming.html").as_uri(), (1280, 900), now=now)
        links = page.get_by_role("navigation", name="On this page").get_by_role("link").all()
        labels.append([link.inner_text().split()[0] for link in links])
        for link in links:
            target = (link.get_attribute("href") or "").removeprefix("#")
            assert page.locator(f'[id="{target}"]').count() == 1
        page.context.close()
    months = ["September", "October", "November", "December"]
    assert labels == [[*months, "Day"], [*months[2:], "Day"]]


def test_100_events_of_a_year_are_printed_on_nine_pages_at_most(
    browser: Browser, site: Path
) -> None:
    page = _open(browser, (site / "years/2025.html").as_uri(), (794, 1123))
    pdf = page.pdf(format="A4")
    page.context.close()
    # It has 200 events.
    assert pdf.count(b"/Type /Page\n") <= 18


# What readers may set (WCAG 2.2, 1.4.12).
TEXT_SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;" +
    " word-spacing: .16em !important; } p { margin-block-end: 2em !important; }");
  document.adoptedStyleSheets = [sheet];
}"""

AXIS = """() => Array.from(document.querySelectorAll(".axis"), axis => Array.from(axis.children)
  .filter(year => year.textContent && getComputedStyle(year).visibility === "visible")
  .map(year => {
    const range = document.createRange();
    range.selectNodeContents(year);
    const { left, right } = range.getBoundingClientRect();
    const style = getComputedStyle(year);
    return { left, right, isClipped: style.overflowX !== "visible" };
  }))"""


@pytest.mark.parametrize("path", ["types/eva.html", "types/index.html"])
def test_with_wider_letters_on_a_narrow_phone_the_years_below_a_chart_are_whole(
    browser: Browser, site: Path, path: str
) -> None:
    page = _open(browser, (site / path).as_uri(), (320, 700))
    page.evaluate(TEXT_SPACING)
    axes = page.evaluate(AXIS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()
    assert axes
    for years in axes:
        assert not any(year["isClipped"] for year in years)
        assert all(year["left"] >= 0 and year["right"] <= 320 for year in years)
        for before, after in pairwise(years):
            assert before["right"] < after["left"]
