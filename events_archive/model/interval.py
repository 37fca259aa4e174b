"""Periods of time in UTC, and the English words for days and months."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip

_MIDNIGHT = time()
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A period of time, from ``start`` up to but not including ``end`` (both in UTC)."""

    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        """The first calendar day (UTC) that the span touches."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last calendar day (UTC) that the span touches."""
        return (self.end - _INSTANT).date()

    @property
    def end_date_exclusive(self) -> date:
        """The day after the last one it touches: the exclusive end of RFC 5545 section 3.6.1."""
        return self.last_day + _DAY


def floor_to(length: timedelta) -> Callable[[datetime], datetime]:
    """The beginning of the second, minute or hour (by ``length``) that a date-time lies in."""
    if length >= timedelta(hours=1):
        return lambda when: when.replace(minute=0, second=0, microsecond=0)
    if length >= timedelta(minutes=1):
        return lambda when: when.replace(second=0, microsecond=0)
    return lambda when: when.replace(microsecond=0)


def interval_of(length: timedelta) -> Callable[[datetime], Interval]:
    """Spans of ``length``, a second, minute or hour, that begin on a whole one."""
    start_of = floor_to(length)

    def span(when: datetime) -> Interval:
        start = start_of(when)
        return Interval(start=start, end=start + length)

    return span


def day(when: datetime) -> Interval:
    """The day of ``when``."""
    start = datetime.combine(when.date(), _MIDNIGHT, tzinfo=UTC)
    return Interval(start=start, end=start + _DAY)


def week(when: datetime) -> Interval:
    """The week of ``when``, Monday to Sunday (ISO 8601)."""
    monday = day(when).start - timedelta(days=when.weekday())
    return Interval(start=monday, end=monday + timedelta(days=7))


def months(first: int, last: int) -> Callable[[datetime], Interval]:
    """Spans from the month ``first`` to the month ``last`` (1 to 12) of the date's year."""

    def span(when: datetime) -> Interval:
        end = _first_of(when.year + 1) if last == 12 else _first_of(when.year, last + 1)
        return Interval(start=_first_of(when.year, first), end=end)

    return span


def month(when: datetime) -> Interval:
    """The month of ``when``."""
    return months(when.month, when.month)(when)


def fiscal_year_number(when: datetime) -> int:
    """The fiscal year of the US government, which begins on 1 October of the year before."""
    return when.year + (when.month >= 10)


def fiscal_year(when: datetime) -> Interval:
    """The fiscal year of ``when``."""
    number = fiscal_year_number(when)
    return Interval(start=_first_of(number - 1, 10), end=_first_of(number, 10))


def decade(when: datetime) -> Interval:
    """The decade of ``when``: 2020 to 2029."""
    first = when.year - when.year % 10
    return Interval(start=_first_of(first), end=_first_of(first + 10))


def _first_of(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def format_day(day: date) -> str:
    """``4 July 2021``: the month in words, so that nobody has to guess which number it is."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_month(year: int, month: int) -> str:
    """``July 2021``."""
    return f"{MONTHS[month - 1]} {year}"


def format_duration(length: timedelta) -> str:
    """``4 hours 51 minutes``; seconds only where there is nothing longer."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        f"{count} {unit}{'' if count == 1 else 's'}"
        for count, unit in ((hours, "hour"), (minutes, "minute"))
        if count
    ]
    return " ".join(parts) or f"{seconds} second{'' if seconds == 1 else 's'}"
