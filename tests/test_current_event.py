"""Programs that show the current event of a calendar, such as smart homes, show one of these days.

Their rules are played on the calendars that the site offers to subscribe to.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from tests.conftest import Run
from tests.factories import a_site, an_event
from tests.render.rendered import BASE_URL, render_site

APPROXIMATE = "calendar-approximate.ics"
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")


def _read(raw: bytes) -> Calendar:
    return IcsCalendarStream.calendar_from_ics(raw.decode())


@cache
def _calendars() -> dict[str, Calendar]:
    """The calendars of a site with an event of each precision, and others, around 1 August 2026."""
    coarse = [
        an_event(100 + precision, "2026-08-31T00:00:00Z", precision=precision)
        for precision in range(6, 17)
    ]
    exact = [
        an_event(day, f"2026-08-{day:02}T{day % 24:02}:30:00Z", precision=(1, 2, 3, 5)[day % 4])
        for day in range(1, 29, 3)
    ]
    files = render_site(a_site(*coarse, *exact, base_url=BASE_URL, today="2026-08-01"))
    names = ("calendar.ics", "types/eva.ics", "years/2026.ics", APPROXIMATE)
    return {name: _read(files[name]) for name in names}


def current_event_of_home_assistant(calendar: Calendar, now: datetime) -> Event | None:
    """Return the event whose state a calendar entity has: the first that is not over.

    See homeassistant/components/remote_calendar/calendar.py.
    """
    return next(iter(calendar.timeline_tz(now.tzinfo).active_after(now)), None)


def first_event_of_magic_mirror(calendar: Calendar, now: datetime) -> Event | None:
    """Return the first line of its list: of those that are not over and begin within a year.

    See modules/default/calendar/calendarfetcherutils.js.
    """
    zone = now.tzinfo
    last = datetime.combine(now.date() + timedelta(days=365), time(), zone)
    listed = [
        event
        for event in calendar.events
        if _moment(event.end, zone) > now and _moment(event.start, zone) < last
    ]
    return min(listed, key=lambda event: _moment(event.start, zone), default=None)


RULES = (current_event_of_home_assistant, first_event_of_magic_mirror)


def _moment(when: date, zone: tzinfo | None) -> datetime:
    return when if isinstance(when, datetime) else datetime.combine(when, time(), zone)


def _hours(zone: str) -> Iterator[datetime]:
    start = datetime(2026, 8, 1, tzinfo=ZoneInfo(zone))
    return (start + timedelta(hours=5 * number) for number in range(28 * 24 // 5))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("rule", RULES)
def test_what_is_shown_as_current_or_next_lasts_a_day_at_most(rule, zone: str) -> None:
    for name, calendar in _calendars().items():
        shown = {}
        for now in _hours(zone) if name != APPROXIMATE else ():
            event = rule(calendar, now)
            if event is not None:
                shown[event.uid] = event.end - event.start
        assert len(shown) == 10 or name == APPROXIMATE, name
        assert max(shown.values(), default=timedelta()) <= timedelta(days=1)


@pytest.mark.parametrize("rule", RULES)
def test_a_program_is_occupied_by_a_decade_in_the_calendar_of_approximate_dates(rule) -> None:
    """Which is why it is a calendar of its own."""
    now = datetime(2026, 8, 15, tzinfo=UTC)
    event = rule(_calendars()[APPROXIMATE], now)
    assert event is not None
    assert event.summary == "Event 116 (2020s)"


def test_home_assistant_reads_every_event_of_the_archive(generated_run: Run) -> None:
    def uids(path: Path) -> set[str]:
        return {event.uid for event in _read(path.read_bytes()).events}

    output = generated_run.output
    complete = uids(output / "calendar-all.ics")
    assert len(complete) > 140
    recent, coarse = uids(output / "calendar.ics"), uids(output / APPROXIMATE)
    assert recent
    assert coarse
    assert not recent & coarse
    assert recent | coarse <= complete
    for path in sorted((output / "types").glob("*.ics")):
        assert uids(path) <= complete - coarse, path.name
