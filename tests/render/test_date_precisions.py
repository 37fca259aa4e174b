"""Every date precision in every output."""

import json
import re
from functools import cache

import feedparser
import icalendar
import pytest

from tests.date_precisions import TABLE, TODAY, Row
from tests.factories import a_site, an_event
from tests.render.rendered import BASE_URL, is_feed_or_calendar, render_site

NUMBERED = list(enumerate(TABLE, start=1))
EACH = pytest.mark.parametrize(("number", "row"), NUMBERED, ids=[str(row) for row in TABLE])


@cache
def _files() -> dict[str, bytes]:
    events = [
        an_event(number, row.date, precision=row.precision, name="US EVA-91", slug=f"eva-{number}")
        for number, row in NUMBERED
    ]
    pages = ("pages/event.html", "pages/year.html", "pages/month.html")
    return render_site(
        a_site(*events, today=TODAY, base_url=BASE_URL),
        lambda page: is_feed_or_calendar(page) or page.template in pages,
    )


@cache
def _calendar() -> dict[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(_files()["calendar-all.ics"])
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


@cache
def _titles(name: str) -> dict[str, str]:
    return {entry.id: entry.title for entry in feedparser.parse(_files()[name]).entries}


def _occurrence(number: int) -> icalendar.Event | None:
    return _calendar().get(f"ll2-event-{number}@events-archive")


@EACH
def test_a_calendar_has_the_time_or_the_days(number: int, row: Row) -> None:
    event = _occurrence(number)
    if not row.start:
        assert event is None
        return
    assert event is not None
    assert event["DTSTART"].to_ical().decode() == row.start
    assert event["DTEND"].to_ical().decode() == row.end
    value = event["DTSTART"].params.get("VALUE", "DATE-TIME")
    assert value == ("DATE-TIME" if row.has_time else "DATE")


@EACH
def test_a_calendar_displays_a_coarse_date_and_marks_it_tentative(number: int, row: Row) -> None:
    event = _occurrence(number)
    if event is None:
        assert not row.start
        return
    assert str(event["SUMMARY"]) == ("US EVA-91" if row.has_time else f"US EVA-91 ({row.display})")
    assert str(event["STATUS"]) == ("CONFIRMED" if row.has_time else "TENTATIVE")
    assert ("nominal" in event["DESCRIPTION"]) == row.has_time
    assert row.display in event["DESCRIPTION"]


@EACH
def test_an_event_with_a_date_can_be_added_to_a_calendar(number: int, row: Row) -> None:
    own = icalendar.Calendar.from_ical(_files()[f"events/eva-{number}.ics"])
    assert len(own.walk("VEVENT")) == bool(row.start)
    page = _files()[f"events/eva-{number}.html"].decode()
    assert ("Add to calendar" in page) == bool(row.start)


@EACH
@pytest.mark.parametrize("name", ["feed.rss", "feed.atom"])
def test_a_feed_has_the_date_in_its_titles(name: str, number: int, row: Row) -> None:
    entry_id = f"tag:thespacedevs.com,2020:ll2:event:{number}"
    assert _titles(name)[entry_id] == f"US EVA-91 ({row.display})"


@EACH
def test_the_json_feed_has_the_date_in_its_titles(number: int, row: Row) -> None:
    items = {item["id"]: item for item in json.loads(_files()["feed.json"])["items"]}
    item = items[f"tag:thespacedevs.com,2020:ll2:event:{number}"]
    assert item["title"] == f"US EVA-91 ({row.display})"
    assert row.display in item["content_html"]


@EACH
def test_a_page_marks_dates_for_scripts_only_if_the_time_is_known(number: int, row: Row) -> None:
    page = _files()[f"events/eva-{number}.html"].decode()
    when = re.search(r'<p class="event-date"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert when
    assert re.sub("<[^>]+>", "", when[1]).strip() == row.display
    assert ("data-precise" in when[1]) == row.has_time
    datetime_attribute = re.search(r'datetime="([^"]*)"', when[1])
    assert (datetime_attribute[1] if datetime_attribute else None) == row.iso


@EACH
def test_an_event_is_listed_on_the_pages_of_its_year_and_month(number: int, row: Row) -> None:
    link = f"../events/eva-{number}.html".encode()
    years = {
        a for a, html in _files().items() if re.fullmatch(r"years/\d+.html", a) and link in html
    }
    months = {a for a, html in _files().items() if a.startswith("months/") and link in html}
    assert years == ({f"years/{row.year}.html"} if row.year else set())
    assert months == ({"months/{}-{:02}.html".format(*row.month)} if row.month else set())


@EACH
def test_the_google_link_has_the_same_dates_as_the_calendars(number: int, row: Row) -> None:
    page = _files()[f"events/eva-{number}.html"].decode()
    dates = re.search(r"dates=([^&]*)&", page)
    assert (dates[1] if dates else "/") == f"{row.start}/{row.end}"


@EACH
def test_an_event_is_in_the_calendars_of_its_type_and_year_if_its_day_is_known(
    number: int, row: Row
) -> None:
    uid = f"UID:ll2-event-{number}@events-archive".encode()
    for path in ("types/eva.ics", *([f"years/{row.year}.ics"] if row.year else ())):
        assert (uid in _files()[path]) == row.has_day
    is_coarse = bool(row.start) and not row.has_day
    assert (uid in _files()["calendar-approximate.ics"]) == is_coarse
