"""Periods of time in UTC, and dates and durations in English."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip

RESOLUTION = datetime.resolution
"""The difference between the exclusive end of an interval and its last date-time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
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


def floor_to(length: timedelta, when: datetime) -> datetime:
    """Return the start of the second, minute or hour, by ``length``, in which ``when`` lies."""
    if length >= timedelta(hours=1):
        return when.replace(minute=0, second=0, microsecond=0)
    if length >= timedelta(minutes=1):
        return when.replace(second=0, microsecond=0)
    return when.replace(microsecond=0)


def interval_of(length: timedelta) -> Callable[[datetime], Interval]:
    """Return a function from a date-time to its second, minute or hour, by ``length``."""

    def interval(when: datetime) -> Interval:
        start = floor_to(length, when)
        return Interval(start=start, end=start + length)

    return interval


def day(when: datetime) -> Interval:
    """Return the day of ``when``."""
    start = datetime.combine(when.date(), time(), tzinfo=UTC)
    return Interval(start=start, end=start + timedelta(days=1))


def week(when: datetime) -> Interval:
    """Return the week of ``when``, Monday to Sunday (ISO 8601)."""
    monday = day(when).start - timedelta(days=when.weekday())
    return Interval(start=monday, end=monday + timedelta(days=7))


def months(first: int, last: int) -> Callable[[datetime], Interval]:
    """Return a function from a date-time to the months ``first`` to ``last`` (1-12) of its year."""

    def interval(when: datetime) -> Interval:
        end = _first_of(when.year + 1) if last == 12 else _first_of(when.year, last + 1)
        return Interval(start=_first_of(when.year, first), end=end)

    return interval


def month(when: datetime) -> Interval:
    """Return the month of ``when``."""
    return months(when.month, when.month)(when)


def fiscal_year_number(when: datetime) -> int:
    """Return the fiscal year of the US government, which begins on 1 October of the year before."""
    return when.year + (when.month >= 10)


def fiscal_year(when: datetime) -> Interval:
    """Return the fiscal year of ``when``."""
    number = fiscal_year_number(when)
    return Interval(start=_first_of(number - 1, 10), end=_first_of(number, 10))


def decade(when: datetime) -> Interval:
    """Return the decade of ``when``: 2020 to 2029."""
    first = when.year - when.year % 10
    return Interval(start=_first_of(first), end=_first_of(first + 10))


def _first_of(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def format_day(day: date) -> str:
    """Return ``4 July 2021``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


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
