"""A month as a grid of days, for the page of the month."""

from calendar import Calendar

from msgspec import Struct

from events_archive.model.catalogue import Events, grouped


class MonthGrid(Struct, frozen=True, kw_only=True):
    """The days of a month with their events."""

    year: int
    month: int
    weeks: tuple[tuple[tuple[int, Events], ...], ...]
    """Weeks of seven days from Monday, each as (day of the month, events); a day of another month
    is 0."""
    coarse: Events
    """The events of the month whose day is not known."""


def month_grid(year: int, month: int, events: Events) -> MonthGrid | None:
    """Return the grid of a month with these ``events``; None if the day of none is known."""
    days = grouped(events, lambda event: event.date.day.day if event.date.day else None)
    if not days:
        return None
    weeks = Calendar(firstweekday=0).monthdayscalendar(year, month)
    return MonthGrid(
        year=year,
        month=month,
        weeks=tuple(tuple((day, days.get(day, ())) for day in week) for week in weeks),
        coarse=tuple(event for event in events if event.date.day is None),
    )
