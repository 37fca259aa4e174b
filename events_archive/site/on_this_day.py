"""The days of the year, and what happened on them in earlier years."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from events_archive.model.catalogue import Catalogue, Events
from events_archive.model.event import Event
from events_archive.model.interval import MONTHS
from events_archive.site.categories import PRESS, category_of

MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

DayOfYear = tuple[int, int]
"""A day of the year as (month, day), 29 February included."""

ALL_DAYS: tuple[DayOfYear, ...] = tuple(
    (month, day)
    for month, length in enumerate(MONTH_LENGTHS, start=1)
    for day in range(1, length + 1)
)

FEED_DAYS = 30
"""How many days up to today have entries in the feed: a site need not be built every day."""

HOME_DAYS = 9
"""How many days from today on the home page has, since it is read for days after it was built."""


def day_of(event: Event) -> DayOfYear | None:
    """Return the event's day of the year; None if its date is not known to the day."""
    day = event.date.day
    return (day.month, day.day) if day else None


def format_day_of_year(day: DayOfYear) -> str:
    """Return ``4 July``."""
    return f"{day[1]} {MONTHS[day[0] - 1]}"


class Anniversary(Struct, frozen=True, kw_only=True):
    """A date, and the events on the same day of earlier years."""

    date: date
    events: Events
    """Oldest first."""

    @property
    def start(self) -> datetime:
        """The start of the date (UTC)."""
        return datetime.combine(self.date, time(), tzinfo=UTC)


def anniversaries(catalogue: Catalogue, first: date, count: int) -> Iterator[Anniversary]:
    """Yield those of ``count`` dates from ``first`` on that are anniversaries of events."""
    for number in range(count):
        when = first + timedelta(days=number)
        events = tuple(
            event
            for event in catalogue.by_day.get((when.month, when.day), ())
            if event.date.year is not None and event.date.year < when.year
        )
        if events:
            yield Anniversary(date=when, events=events)


def recent_anniversaries(catalogue: Catalogue) -> tuple[Anniversary, ...]:
    """Return the anniversaries of the last `FEED_DAYS` days, today included, latest first."""
    first = catalogue.today - timedelta(days=FEED_DAYS - 1)
    return tuple(reversed(tuple(anniversaries(catalogue, first, FEED_DAYS))))


def recurring_events(catalogue: Catalogue) -> Events:
    """Return the events of the yearly calendar: past, known to the day, and not for the press."""
    return tuple(
        event
        for event in reversed(catalogue.past)
        if event.date.day and category_of(event.type) is not PRESS
    )
