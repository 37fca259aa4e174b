"""The page of an event in a browser: its order on a phone, what can be done, how it is printed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from events_archive.model.event import Update
from tests.browser import launch_browser
from tests.factories import (
    a_history,
    a_launch,
    a_link,
    a_program,
    a_site,
    a_station,
    a_video,
    an_agency,
    an_astronaut,
    an_event,
)
from tests.render.rendered import BASE_URL, make_context, render_site

pytestmark = pytest.mark.browser

DURING = "2026-11-29T19:40:00Z"
PARTS = (
    "h1",
    ".event-date",
    ".event-actions",
    ".prose",
    "#webcasts",
    "#updates",
    "#facts",
    ".record",
)


def _site(folder: Path) -> Path:
    """Write the pages of three events: one to come with all parts, a long one, a withdrawn one."""
    videos = [a_video(url=f"https://www.youtube.com/watch?v={n}", title="") for n in range(3)]
    update = Update(
        id=1, comment="Delayed by a day because of a suit.", url="https://x.com/NASA/status/1",
        author="Nosu", created=datetime(2026, 9, 1, tzinfo=UTC),
    )  # fmt: skip
    text = "The pair will retrieve a battery, and route cables for a solar array to come. "
    relations = {
        "agencies": (an_agency(), an_agency(121, "SpaceX")),
        "programs": (a_program(),),
        "stations": (a_station(),),
        "launches": (a_launch(),),
        "astronauts": tuple(an_astronaut(number, f"Astronaut {number}") for number in range(1, 8)),
    }
    events = [
        an_event(
            1, "2026-11-29T19:25:00Z", videos=tuple(videos), links=(a_link(), a_link(title="")),
            updates=(update,), **relations,
        ),
        an_event(
            2, "2026-03-31T12:05:00Z", videos=tuple(videos), description=text * 26,
            links=tuple(a_link(title=title) for title in "ABCDE"), updates=(update,) * 5,
            stream_length=timedelta(hours=6), **relations,
        ),
        an_event(3, "2026-12-05T08:00:00Z", videos=tuple(videos)),
    ]  # fmt: skip
    history = a_history(withdrawn={3: date(2026, 11, 20)})
    site = a_site(*events, today="2026-11-29", history=history, base_url=BASE_URL)
    pages = render_site(site, lambda page: page.path.startswith("events/") and page.is_html)
    for path, content in (*pages.items(), *make_context(site).assets.files()):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
    return folder / "events"


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _site(tmp_path_factory.mktemp("events"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


def _open(browser: Browser, file: Path, now: str = DURING, *, javascript: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": 375, "height": 800}, java_script_enabled=javascript,
        timezone_id="America/New_York", locale="en-US",
    )  # fmt: skip
    page = context.new_page()
    if javascript:
        page.clock.set_fixed_time(now)
    page.goto(file.as_uri())
    return page


def _top(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box, selector
    return box["y"]


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_an_event_has_first_what_its_readers_come_for(
    browser: Browser, events: Path, javascript: bool
) -> None:
    page = _open(browser, events / "event-1.html", javascript=javascript)
    tops = [_top(page, part) for part in PARTS]
    assert tops == sorted(tops)
    assert _top(page, ".event-actions") < 400
    assert not page.get_by_text("Permanent link", exact=True).is_visible()
    page.get_by_text("About this record").click()
    assert page.get_by_role("link", name="Event 1", exact=True).is_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_an_event_to_come_can_be_watched_and_added_to_a_calendar(
    browser: Browser, events: Path, javascript: bool
) -> None:
    page = _open(browser, events / "event-1.html", javascript=javascript)
    watch = page.get_by_role("link", name="Watch on youtube.com")
    assert watch.get_attribute("href") == "https://www.youtube.com/watch?v=0"
    menu = page.get_by_text("Add to calendar")
    assert not page.get_by_role("link", name="Google Calendar").is_visible()
    for target in (watch, menu):
        box = target.bounding_box()
        assert box
        assert box["height"] >= 43.9
    menu.click()
    for name in ("Any calendar (.ics)", "Google Calendar", "Outlook"):
        box = page.get_by_role("link", name=name).bounding_box()
        assert box
        assert box["height"] >= 43.9


def test_what_can_be_done_goes_once_the_event_is_over(browser: Browser, events: Path) -> None:
    page = _open(browser, events / "event-1.html", "2026-11-30T01:54:00Z")
    assert page.locator(".event-actions").is_visible()
    page = _open(browser, events / "event-1.html", "2026-11-30T01:56:00Z")
    assert page.locator(".event-actions").count() == 0
    page = _open(browser, events / "event-2.html")
    assert page.locator(".event-actions").count() == 0


def test_a_withdrawn_event_has_no_local_time_countdown_or_calendar(
    browser: Browser, events: Path
) -> None:
    page = _open(browser, events / "event-3.html", "2026-12-05T07:00:00Z")
    assert "withdrawn" in page.title()
    assert page.locator(".event-date").inner_text() == "5 December 2026, 08:00 UTC · Withdrawn"
    assert page.locator(".event-actions, .local-time, .countdown").count() == 0
    assert page.get_by_text("iCalendar").count() == 0


def test_no_two_links_to_other_sites_have_one_name(browser: Browser, events: Path) -> None:
    page = _open(browser, events / "event-1.html")
    links = page.locator(".webcast a, .links a")
    names = links.evaluate_all("all => all.map(one => one.ariaLabel || one.innerText)")
    # Each of the two links for further reading has an archived copy.
    assert len(set(names)) == len(names) == 7


def test_a_long_event_is_printed_on_two_sheets_with_addresses_after_titles(
    browser: Browser, events: Path
) -> None:
    page = _open(browser, events / "event-2.html")
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 2
    page.emulate_media(media="print")
    links = page.locator(".webcast a").all()
    assert len(links) == 3
    for number, link in enumerate(links):
        style = "(link, name) => getComputedStyle(link, '::after')[name]"
        assert link.evaluate(style, "position") == "static"
        assert f"https://www.youtube.com/watch?v={number}" in link.evaluate(style, "content")
    address = page.locator(".print-address").inner_text().splitlines()
    assert address == [f"{BASE_URL}events/event-2.html", f"Permanent link: {BASE_URL}id/2.html"]
    assert not page.locator(".record").is_visible()
