"""What happened on each day of the year: 366 pages, and what is told of a day as it comes round."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from events_archive.model.catalogue import Catalogue, Events
from events_archive.model.event import Event
from events_archive.model.event_date import MONTHS
from events_archive.site.categories import PRESS, category_of

MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

DayOfYear = tuple[int, int]
"""A day of the year as (month, day); (2, 29) is one of them."""

ALL_DAYS: tuple[DayOfYear, ...] = tuple(
    (month, day)
    for month, length in enumerate(MONTH_LENGTHS, start=1)
    for day in range(1, length + 1)
)

LOOK_BACK = 30
"""For how many days up to today the feed of days has entries."""

LOOK_AHEAD = 9
"""For how many days from the build's own home knows what happened on them."""


def day_of(event: Event) -> DayOfYear | None:
    """The day of the year of an event; None where its date is known less exactly."""
    day = event.date.day
    return (day.month, day.day) if day else None


def format_day_of_year(day: DayOfYear) -> str:
    """``4 July``."""
    return f"{day[1]} {MONTHS[day[0] - 1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary:
    """One date, and what happened on that day of the year in years before."""

    date: date
    events: Events
    """The oldest first."""

    @property
    def begins(self) -> datetime:
        """The start of the day (UTC)."""
        return datetime.combine(self.date, time(), tzinfo=UTC)


def anniversaries(catalogue: Catalogue, first: date, count: int) -> Iterator[Anniversary]:
    """Those of ``count`` days from ``first`` on which there is anything to remember."""
    for number in range(count):
        when = first + timedelta(days=number)
        remembered = tuple(
            event
            for event in catalogue.by_day.get((when.month, when.day), ())
            if event.date.year is not None and event.date.year < when.year
        )
        if remembered:
            yield Anniversary(date=when, events=remembered)


def recent_anniversaries(catalogue: Catalogue) -> tuple[Anniversary, ...]:
    """The days up to today, the latest first: what the feed of days tells.

    A site that is built seldom has told none of the days between: each keeps its entry for a month.
    """
    first = catalogue.today - timedelta(days=LOOK_BACK - 1)
    return tuple(reversed(tuple(anniversaries(catalogue, first, LOOK_BACK))))


def recurring_events(catalogue: Catalogue) -> Events:
    """What a calendar brings back every year: what happened in space, but not who spoke of it."""
    return tuple(
        event
        for event in reversed(catalogue.past)
        if event.date.day and category_of(event.type) is not PRESS
    )
