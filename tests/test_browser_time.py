"""What the reader's own clock and zone add to the pages, and what they leave alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import launch_browser
from tests.conftest import Run, run_build
from tests.ll2_server import NET_PRECISIONS, EventDatabase, LL2Server

pytestmark = pytest.mark.browser

CONTACT = datetime(2026, 9, 1, 12, tzinfo=UTC)


def _world() -> EventDatabase:
    database = EventDatabase(clock=CONTACT)
    for day in range(2, 10):
        database.add(
            name=f"Docking {day}",
            date=f"2026-09-{day:02}T18:00:00Z",
            date_precision=NET_PRECISIONS[1],
        )
    database.add(name="Flyby", date="2026-09-30T00:00:00Z", date_precision=NET_PRECISIONS[7])
    database.add(name="About", date="2026-09-20T18:00:00Z", date_precision=NET_PRECISIONS[2])
    for day in range(17, 21):
        database.add(
            name=f"Before {day}",
            date=f"2026-08-{day}T18:00:00Z",
            date_precision=NET_PRECISIONS[1],
        )
    return database


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("time")
    with LL2Server(_world()) as server:
        run: Run = run_build(
            "--api-url", server.url, "--today", "2026-09-01",
            cache=folder / "cache", output=folder / "output",
        )  # fmt: skip
    return run.output


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


def _opened(browser: Browser, file: Path, now: str, zone: str = "UTC") -> Page:
    page = browser.new_context(timezone_id=zone).new_page()
    page.clock.set_fixed_time(now)
    page.goto(file.as_uri())
    return page


def _names(page: Page, list_name: str) -> list[str]:
    return [
        card.inner_text()
        for card in page.locator(f".{list_name} > li:not([hidden]) .card-name").all()
    ]


def test_what_is_next_is_decided_when_the_page_is_read(browser: Browser, site: Path) -> None:
    first = _opened(browser, site / "index.html", "2026-09-01T12:00:00Z")
    assert _names(first, "upcoming") == [f"Docking {day}" for day in (2, 3, 4, 5, 6)]
    later = _opened(browser, site / "index.html", "2026-09-04T18:30:00Z")
    assert _names(later, "upcoming") == [f"Docking {day}" for day in (5, 6, 7, 8, 9)]
    assert _names(later, "recent")[:4] == ["Docking 4", "Docking 3", "Docking 2", "Before 20"]


def test_a_month_is_next_until_its_last_day_is_over(browser: Browser, site: Path) -> None:
    last = _opened(browser, site / "index.html", "2026-09-30T23:00:00Z", "Pacific/Kiritimati")
    assert _names(last, "upcoming") == ["Flyby"]
    over = _opened(browser, site / "index.html", "2026-10-01T00:30:00Z", "America/Los_Angeles")
    assert "Flyby" not in _names(over, "upcoming")
    assert _names(over, "recent")[0] == "Flyby"
    assert "Nothing further was announced" in over.locator("main").inner_text()


def test_without_javascript_the_page_says_what_was_true_when_it_was_made(
    browser: Browser, site: Path
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((site / "index.html").as_uri())
    assert _names(page, "upcoming") == [f"Docking {day}" for day in (2, 3, 4, 5, 6)]


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Asia/Tokyo", "3 September at 03:00"), ("America/Los_Angeles", "2 September at 11:00")],
)
def test_a_precise_time_gets_the_readers_own_beside_it(
    browser: Browser, site: Path, zone: str, words: str
) -> None:
    page = _opened(browser, site / "events/docking-2.html", "2026-09-01T12:00:00Z", zone)
    text = page.locator(".event-when").inner_text()
    assert "2 September 2026, 18:00 UTC" in text
    assert words in text.replace(",", "")
    assert "where you are" in text


def test_an_hour_is_about_an_hour_everywhere(browser: Browser, site: Path) -> None:
    page = _opened(browser, site / "events/about.html", "2026-09-01T12:00:00Z", "Asia/Tokyo")
    assert "about Monday" in page.locator(".local-time").inner_text()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_month_stays_a_month_in_every_zone(browser: Browser, site: Path, zone: str) -> None:
    page = _opened(browser, site / "events/flyby.html", "2026-09-01T12:00:00Z", zone)
    assert page.locator(".event-when").inner_text().strip() == "September 2026"
    assert page.locator(".local-time").count() == 0


def test_an_address_is_selected_whole_by_one_click(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page()
    page.goto((seed_run.output / "subscribe.html").as_uri())
    page.locator("code.address").first.click()
    assert page.evaluate("getSelection().toString()") == "https://example.org/archive/calendar.ics"
