"""The days of the year, and the anniversaries of events."""

from datetime import UTC, date, datetime

from events_archive.model.event import EventType
from events_archive.pages.calendar_pages import recurring_events
from events_archive.pages.feed_pages import FEED_DAYS, feed_pages
from events_archive.pages.list_pages import list_pages
from events_archive.pages.plan import plan_site
from tests.factories import a_catalogue, a_site, an_event


def test_there_are_366_days_each_with_a_page() -> None:
    pages = [page for page in plan_site(a_site()) if page.template == "pages/day.html"]
    assert len({page.path for page in pages}) == 366
    assert "days/02-29.html" in {page.path for page in pages}


def test_the_last_day_of_the_year_is_followed_by_the_first() -> None:
    pages = {page.path: page for page in list_pages(a_site())}
    neighbours = [pages[f"days/{day}.html"].context["neighbours"] for day in ("01-01", "12-31")]
    urls = [(before.url, after.url) for before, after in neighbours]
    assert urls == [
        ("days/12-31.html", "days/01-02.html"), ("days/12-30.html", "days/01-01.html")
    ]  # fmt: skip
    assert pages["days/03-01.html"].context["neighbours"][0].url == "days/02-29.html"


def test_the_page_of_a_day_has_all_years_latest_first() -> None:
    events = [an_event(n, f"202{n}-07-04T00:00:00Z") for n in (1, 2, 3)]
    pages = {page.path: page for page in list_pages(a_site(*events))}
    event_list = pages["days/07-04.html"].context["event_list"]
    assert [section.title for section in event_list.sections] == ["2023", "2022", "2021"]


def test_an_event_not_known_to_the_day_has_no_day_of_the_year() -> None:
    assert an_event(1, "2021-07-31T00:00:00Z", precision=7).date.day_of_year is None
    assert an_event(1, None).date.day_of_year is None
    assert an_event(1, "2021-07-31T00:00:00Z", precision=5).date.day_of_year == (7, 31)


def test_an_anniversary_has_the_events_of_earlier_years_only() -> None:
    events = [an_event(n, f"202{n}-07-04T00:00:00Z") for n in (0, 1, 2)]
    catalogue = a_catalogue(*events, today="2021-07-04")
    ((day, found),) = catalogue.anniversaries(catalogue.today, 1)
    assert day == date(2021, 7, 4)
    assert [event.id for event in found] == [0]


def test_the_feed_has_the_days_of_a_month() -> None:
    events = [an_event(n, f"2019-07-{n:02}T00:00:00Z") for n in range(1, 32)]
    site = a_site(*events, today="2021-07-31")
    (feed,) = [page.context["feed"] for page in feed_pages(site) if page.path == "days.atom"]
    assert len(feed.entries) == FEED_DAYS
    assert feed.entries[0].id == "tag:thespacedevs.com,2020:ll2:day:2021-07-31"


def test_the_feed_has_no_day_after_today() -> None:
    events = [an_event(n, f"2019-07-{n:02}T00:00:00Z") for n in range(1, 32)]
    site = a_site(*events, today="2021-07-10")
    (feed,) = [page.context["feed"] for page in feed_pages(site) if page.path == "days.atom"]
    assert max(entry.published for entry in feed.entries) == datetime(2021, 7, 10, tzinfo=UTC)
    assert feed.entries[0].id == "tag:thespacedevs.com,2020:ll2:day:2021-07-10"
    assert feed.entries[0].title == "On 10 July 2019: Event 10"


def test_29_february_has_an_anniversary_in_leap_years_only() -> None:
    event = an_event(1, "2020-02-29T00:00:00Z")
    catalogue = a_catalogue(event)
    assert catalogue.anniversaries(date(2023, 2, 1), 40) == []
    ((day, _),) = catalogue.anniversaries(date(2024, 2, 1), 40)
    assert day == date(2024, 2, 29)


def test_press_events_and_upcoming_events_do_not_recur() -> None:
    press = EventType(id=20, name="Press Event")
    catalogue = a_catalogue(
        an_event(1), an_event(2, type=press), an_event(3, "2031-01-01T00:00:00Z")
    )
    assert [event.id for event in recurring_events(catalogue)] == [1]
