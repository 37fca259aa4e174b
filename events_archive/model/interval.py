"""Periods of time in UTC, and dates and durations in English."""

from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from events_archive.model.timestamps import EARLIEST

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip

RESOLUTION = datetime.resolution
"""The difference between the exclusive end of an interval and its last date-time."""


class Interval(Struct, frozen=True, kw_only=True):
    """A period of time, from ``start`` up to but not including ``end`` (both in UTC)."""

    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        """The first calendar day (UTC) of the interval."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last calendar day (UTC) of the interval."""
        return (self.end - RESOLUTION).date()

    @property
    def end_date_exclusive(self) -> date:
        """The day after `last_day`: DTEND of RFC 5545 section 3.6.1."""
        return self.last_day + timedelta(days=1)


def period(when: datetime, length: timedelta) -> Interval:
    """Return the second, minute, hour, day or week (from Monday) of ``length`` with ``when``."""
    # The earliest date-time is the start of a Monday.
    start = when - (when - EARLIEST) % length
    return Interval(start=start, end=start + length)


def months(year: int, first: int, count: int) -> Interval:
    """Return ``count`` months from the month ``first`` of ``year``; 0 is the December before it."""
    start, end = (
        datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        for month in (first - 1, first - 1 + count)
    )
    return Interval(start=start, end=end)


def format_day(day: date) -> str:
    """Return ``4 July 2021``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_day_of_year(day: tuple[int, int]) -> str:
    """Return ``4 July`` for (7, 4)."""
    return f"{day[1]} {MONTHS[day[0] - 1]}"


def format_month(year: int, month: int) -> str:
    """Return ``July 2021``."""
    return f"{MONTHS[month - 1]} {year}"


def format_duration(length: timedelta) -> str:
    """Return ``4 hours 51 minutes``; seconds are shown only if there are no minutes."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        f"{count} {unit}{'' if count == 1 else 's'}"
        for count, unit in ((hours, "hour"), (minutes, "minute"))
        if count
    ]
    return " ".join(parts) or f"{seconds} second{'' if seconds == 1 else 's'}"
