"""The days of the year, and what happened on them in earlier years."""

from datetime import date, timedelta

from events_archive.model.catalogue import Catalogue, Events
from events_archive.model.interval import MONTHS
from events_archive.site.categories import PRESS, category_of

DayOfYear = tuple[int, int]
"""A day of the year as (month, day)."""

Anniversary = tuple[date, Events]
"""A date, and the events on the same day of earlier years, oldest first."""

ALL_DAYS: tuple[DayOfYear, ...] = tuple(
    (day.month, day.day) for day in (date(2020, 1, 1) + timedelta(days=n) for n in range(366))
)
"""All days of a leap year."""

FEED_DAYS = 30
"""How many days up to today have entries in the feed: a site need not be built every day."""

HOME_DAYS = 9
"""How many days from today on the home page has, since it is read for days after it was built."""


def format_day_of_year(day: DayOfYear) -> str:
    """Return ``4 July``."""
    return f"{day[1]} {MONTHS[day[0] - 1]}"


def anniversaries(catalogue: Catalogue, first: date, count: int) -> list[Anniversary]:
    """Return those of ``count`` dates from ``first`` on that are anniversaries of events."""
    found = []
    for number in range(count):
        when = first + timedelta(days=number)
        events = tuple(
            event
            for event in catalogue.by_day.get((when.month, when.day), ())
            if event.date.year is not None and event.date.year < when.year
        )
        if events:
            found.append((when, events))
    return found


def recent_anniversaries(catalogue: Catalogue) -> list[Anniversary]:
    """Return the anniversaries of the last `FEED_DAYS` days, today included, latest first."""
    first = catalogue.today - timedelta(days=FEED_DAYS - 1)
    return anniversaries(catalogue, first, FEED_DAYS)[::-1]


def recurring_events(catalogue: Catalogue) -> Events:
    """Return the events of the yearly calendar: past, known to the day, and not for the press."""
    return tuple(
        event
        for event in reversed(catalogue.past)
        if event.date.day and category_of(event.type) is not PRESS
    )
