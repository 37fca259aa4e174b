"""The calendar of anniversaries, in which events recur every year."""

from datetime import date, datetime, time, timedelta

import icalendar
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from events_archive.render.calendars import anniversary
from events_archive.site.calendars import calendar_entry
from tests.factories import a_site, an_event
from tests.render.rendered import make_context, render_site


def _events(*events, today: str = "2026-01-01") -> list[icalendar.Event]:
    raw = render_site(a_site(*events, today=today, base_url="https://example.org/"))[
        "anniversaries.ics"
    ]
    return list(icalendar.Calendar.from_ical(raw).walk("VEVENT"))


def _days(event: icalendar.Event, until: int) -> list[date]:
    start = event.decoded("DTSTART")
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=_midnight(start))
    recurrences = rule.between(_midnight(start), _midnight(date(until, 12, 31)), inc=True)
    return [day.date() for day in recurrences]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def test_an_event_recurs_every_year_from_the_first_after_it() -> None:
    (event,) = _events(an_event(309, "2021-07-04T00:11:00Z", name="Tiangong EVA-1"))
    assert event["UID"] == "ll2-event-309-anniversary@events-archive"
    assert event["SUMMARY"] == "2021: Tiangong EVA-1"
    assert _days(event, 2024) == [date(2022, 7, 4), date(2023, 7, 4), date(2024, 7, 4)]


def test_29_february_recurs_every_year() -> None:
    (event,) = _events(an_event(1, "2020-02-29T00:00:00Z"))
    expected = [date(2021, 2, 28), date(2022, 2, 28), date(2023, 2, 28), date(2024, 2, 29)]
    assert _days(event, 2024) == expected


def test_an_event_whose_day_is_not_known_does_not_recur() -> None:
    assert _events(an_event(1, "2021-07-31T00:00:00Z", precision=7), an_event(2, None)) == []


def test_an_anniversary_is_transparent_and_has_no_alarm() -> None:
    (event,) = _events(an_event())
    assert event["TRANSP"] == "TRANSPARENT"
    assert event.subcomponents == []


@settings(deadline=None)
@given(st.dates(date(2019, 1, 1), date(2024, 12, 31)))
def test_any_day_recurs_once_a_year(day: date) -> None:
    shown = an_event(1, f"{day}T10:00:00Z")
    site = a_site(shown)
    component = anniversary(make_context(site), calendar_entry(site, shown))
    event = icalendar.Event.from_ical(component)
    days = _days(event, day.year + 9)
    assert [recurrence.year for recurrence in days] == list(range(day.year + 1, day.year + 10))
    for recurrence in days:
        usual = day if (day.month, day.day) != (2, 29) else day - timedelta(days=1)
        assert recurrence.month == day.month
        assert recurrence.day in (day.day, usual.day)
