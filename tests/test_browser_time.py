"""What scripts change on pages, depending on the reader's clock and time zone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import launch_browser, serve_folder
from tests.conftest import Run, run_build
from tests.ll2_server import NET_PRECISIONS, EventDatabase, LL2Server

pytestmark = pytest.mark.browser

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def _world() -> EventDatabase:
    database = EventDatabase(clock=NOW)
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


def _open(browser: Browser, file: Path, now: str, zone: str = "UTC", locale: str = "en-GB") -> Page:
    page = browser.new_context(timezone_id=zone, locale=locale).new_page()
    page.clock.set_fixed_time(now)
    page.goto(file.as_uri())
    return page


def _names(page: Page, list_name: str) -> list[str]:
    return [
        card.inner_text()
        for card in page.locator(f".{list_name} > li:not([hidden]) .card-name").all()
    ]


def test_upcoming_events_depend_on_the_readers_clock(browser: Browser, site: Path) -> None:
    before = _open(browser, site / "index.html", "2026-09-01T12:00:00Z")
    assert _names(before, "upcoming") == [f"Docking {day}" for day in (2, 3, 4, 5, 6)]
    after = _open(browser, site / "index.html", "2026-09-04T18:30:00Z")
    assert _names(after, "upcoming") == [f"Docking {day}" for day in (5, 6, 7, 8, 9)]
    assert _names(after, "recent")[:4] == ["Docking 4", "Docking 3", "Docking 2", "Before 20"]


def test_an_event_in_a_month_is_upcoming_until_its_last_day_is_over(
    browser: Browser, site: Path
) -> None:
    last_day = _open(browser, site / "index.html", "2026-09-30T23:00:00Z", "Pacific/Kiritimati")
    assert _names(last_day, "upcoming") == ["Flyby"]
    next_day = _open(browser, site / "index.html", "2026-10-01T00:30:00Z", "America/Los_Angeles")
    assert "Flyby" not in _names(next_day, "upcoming")
    assert _names(next_day, "recent")[0] == "Flyby"
    assert "No upcoming events" in next_day.locator("main").inner_text()


def test_the_page_of_upcoming_events_depends_on_the_readers_clock(
    browser: Browser, site: Path
) -> None:
    page = _open(browser, site / "upcoming.html", "2026-09-09T17:00:00Z", "Asia/Tokyo")
    assert page.locator(".upcoming h2").all_inner_texts() == ["September 2026", "Day not known yet"]
    assert page.locator(".card-name").all_inner_texts() == ["Docking 9", "About", "Flyby"]
    first = page.locator(".upcoming li").first
    assert "Thu 03:00 GMT+9" in first.inner_text().replace(",", "")
    assert "in 1 hour" in first.inner_text()
    link = first.get_by_role("link", name="Add to calendar (Docking 9)")
    href = link.get_attribute("href")
    assert href
    assert (site / href).is_file()
    month_is_over = _open(browser, site / "upcoming.html", "2026-09-21T00:00:00Z")
    assert month_is_over.locator(".upcoming h2").all_inner_texts() == ["Day not known yet"]
    all_over = _open(browser, site / "upcoming.html", "2026-10-02T00:00:00Z")
    assert all_over.locator(".card").count() == 0
    assert "No upcoming events" in all_over.locator("main").inner_text()


def test_in_the_list_of_a_type_what_is_over_by_the_readers_clock_is_among_the_latest(
    browser: Browser, site: Path
) -> None:
    def sections(now: str) -> dict[str, list[str]]:
        page = _open(browser, site / "types/spacecraft-event.html", now)
        found = page.locator(".event-list-section").all()
        return {
            section.locator("h2").inner_text(): section.locator(".card-name").all_inner_texts()
            for section in found
        }

    before = sections("2026-09-01T12:00:00Z")
    assert list(before) == ["Upcoming", "2026"]
    after = sections("2026-09-04T18:30:00Z")
    assert list(after) == ["Upcoming", "Latest", "2026"]
    assert after["Latest"] == before["Upcoming"][2::-1] == ["Docking 4", "Docking 3", "Docking 2"]
    assert after["Upcoming"] == before["Upcoming"][3:]
    assert list(sections("2026-10-02T00:00:00Z")) == ["Latest", "2026"]


def test_without_javascript_the_page_shows_what_was_upcoming_at_the_build(
    browser: Browser, site: Path
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((site / "index.html").as_uri())
    assert _names(page, "upcoming") == [f"Docking {day}" for day in (2, 3, 4, 5, 6)]
    page.get_by_role("link", name="All upcoming events").click()
    assert page.locator(".card").count() == 10


@pytest.mark.parametrize(
    ("zone", "local_time"),
    [("Asia/Tokyo", "3 September at 03:00"), ("America/Los_Angeles", "2 September at 11:00")],
)
def test_a_precise_time_is_followed_by_the_readers_local_time(
    browser: Browser, site: Path, zone: str, local_time: str
) -> None:
    page = _open(browser, site / "events/docking-2.html", "2026-09-01T12:00:00Z", zone)
    text = page.locator(".event-date").inner_text()
    assert "2 September 2026, 18:00 UTC" in text
    assert local_time in text.replace(",", "")
    assert "your time" in text


def test_the_countdown_goes_on_while_the_page_is_open(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    page.clock.install(time="2026-09-02T16:29:30Z")
    page.goto((site / "events/docking-2.html").as_uri())
    assert page.locator(".countdown").inner_text() == "in 1 hour 30 minutes"
    page.clock.run_for("05:00")
    assert page.locator(".countdown").inner_text() == "in 1 hour 25 minutes"
    page.clock.fast_forward("02:00:00")
    assert page.locator(".countdown").inner_text() == ""


def test_a_time_with_the_precision_of_an_hour_is_approximate_in_local_time(
    browser: Browser, site: Path
) -> None:
    page = _open(browser, site / "events/about.html", "2026-09-01T12:00:00Z", "Asia/Tokyo")
    assert "about Monday" in page.locator(".local-time").inner_text()


@pytest.mark.parametrize(
    ("locale", "local_time"),
    [("en-US", "September 3 at 3:00 AM"), ("en-AU", "3 September"), ("de", "3 September at 03:00")],
)
def test_local_time_is_in_the_readers_own_english(
    browser: Browser, site: Path, locale: str, local_time: str
) -> None:
    file = site / "events/docking-2.html"
    page = _open(browser, file, "2026-09-01T12:00:00Z", "Asia/Tokyo", locale)
    assert local_time in page.locator(".local-time").inner_text().replace("\u202f", " ")


def test_lists_have_the_local_time_of_what_is_ahead(browser: Browser, site: Path) -> None:
    page = _open(browser, site / "index.html", "2026-09-04T12:00:00Z", "Asia/Tokyo")
    ahead = page.locator(".upcoming > li:not([hidden])").filter(has_text="Docking 5")
    assert ahead.locator(".local-time").inner_text().replace(",", "").startswith("Sun 03:00")
    assert page.locator(".recent .local-time").count() == 0


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_month_has_no_local_time_in_any_zone(browser: Browser, site: Path, zone: str) -> None:
    page = _open(browser, site / "events/flyby.html", "2026-09-01T12:00:00Z", zone)
    assert page.locator(".event-date").inner_text().strip() == "September 2026"
    assert page.locator(".local-time").count() == 0


def test_one_click_selects_a_whole_url(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page()
    page.goto((seed_run.output / "subscribe.html").as_uri())
    page.locator("code.copyable-url").first.click()
    assert page.evaluate("getSelection().toString()") == "https://example.org/archive/calendar.ics"


def test_a_button_copies_a_url(browser: Browser, seed_run: Run) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    with serve_folder(seed_run.output) as root:
        page.goto(root + "subscribe.html")
        page.get_by_role("button", name="Copy https://example.org/archive/feed.atom").click()
        expect(page.get_by_text("Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
    context.close()
    assert copied == "https://example.org/archive/feed.atom"
