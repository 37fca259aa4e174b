"""The table of date precisions: what is displayed of a date, and where it is listed.

Launch Library 2 sends a date-time for every event, even if only the year is known, with a
``date_precision`` (https://ll.thespacedevs.com/2.3.0/config/net_precisions/, ids 0 to 16). The
table has a row for each of them; there are further rows for missing and unknown ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from events_archive.model import interval
from events_archive.model.interval import Interval, fiscal_year_number, format_day, format_month
from events_archive.model.timestamps import format_utc


def _none(when: datetime) -> None:
    return None


def _year_of(when: datetime) -> int:
    return when.year


def _month_of(when: datetime) -> tuple[int, int]:
    return (when.year, when.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """One row of the table: functions of a date-time that has this precision."""

    key: str
    """The name in CSS classes and exports: "minute", "month", "quarter-3"."""
    has_time: bool = False
    """Whether the time of day is known; only then are time zones shown."""
    interval: Callable[[datetime], Interval]
    """The period in which the event lies."""
    display: Callable[[datetime], str]
    """The date in English."""
    iso: Callable[[datetime], str | None]
    """The value of ``<time datetime>``; None if HTML has no form for the period."""
    year: Callable[[datetime], int | None] = _year_of
    """The year whose page lists the event."""
    month: Callable[[datetime], tuple[int, int] | None] = _month_of
    """The (year, month) whose page lists the event."""


def _with_time(
    key: str, length: timedelta, display: Callable[[datetime], str] | None = None
) -> Precision:
    return Precision(
        key=key,
        has_time=True,
        interval=interval.interval_of(length),
        display=display or (lambda when: f"{format_day(when)}, {when:%H:%M} UTC"),
        iso=lambda when: format_utc(interval.floor_to(length, when)),
    )


def _day_only(key: str, suffix: str = "") -> Precision:
    return Precision(
        key=key,
        interval=interval.day,
        display=lambda when: format_day(when) + suffix,
        iso=lambda when: when.isoformat()[:10],
    )


def _part_of_year(key: str, name: str, first: int, last: int) -> Precision:
    return Precision(
        key=key,
        interval=interval.months(first, last),
        display=lambda when: f"{name} of {when.year}",
        iso=lambda when: f"{when:%Y}",
        month=_none,
    )


def _format_second(when: datetime) -> str:
    clock = f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"
    return f"{format_day(when)}, {clock} UTC"


def _monday(when: datetime) -> datetime:
    return interval.week(when).start


UNRECOGNISED = _day_only("day")
"""For an id that is not in the table: only the day is shown."""

NOT_STATED_DAY = _day_only("not-stated-day")
"""No precision and midnight, which LL2 uses as a placeholder for "some time that day"."""

NOT_STATED_TIME = _with_time("not-stated-time", timedelta(minutes=1))
"""No precision and another time of day, which is taken as exact."""

_WEEK = Precision(
    key="week",
    interval=interval.week,
    display=lambda when: f"week of {format_day(_monday(when))}",
    iso=lambda when: f"{when.isocalendar().year:04}-W{when.isocalendar().week:02}",
    # A week in two months or years is listed where the displayed day is.
    year=lambda when: _monday(when).year,
    month=lambda when: _month_of(_monday(when)),
)
_MONTH = Precision(
    key="month",
    interval=interval.month,
    display=lambda when: format_month(when.year, when.month),
    iso=lambda when: f"{when:%Y-%m}",
)
_YEAR = Precision(
    key="year",
    interval=interval.months(1, 12),
    display=lambda when: str(when.year),
    iso=lambda when: f"{when:%Y}",
    month=_none,
)
_FISCAL_YEAR = Precision(
    key="fiscal-year",
    interval=interval.fiscal_year,
    display=lambda when: f"fiscal year {fiscal_year_number(when)}",
    iso=_none,
    year=fiscal_year_number,
    month=_none,
)
_DECADE = Precision(
    key="decade",
    interval=interval.decade,
    display=lambda when: f"{when.year - when.year % 10}s",
    iso=_none,
    year=_none,
    month=_none,
)

PRECISIONS: dict[int, Precision] = {
    0: _with_time("second", timedelta(seconds=1), _format_second),
    1: _with_time("minute", timedelta(minutes=1)),
    2: _with_time(
        "hour", timedelta(hours=1), lambda when: f"{format_day(when)}, about {when:%H}:00 UTC"
    ),
    3: _day_only("morning", ", in the local morning"),
    4: _day_only("afternoon", ", in the local afternoon"),
    5: _day_only("day"),
    6: _WEEK,
    7: _MONTH,
    8: _part_of_year("quarter-1", "first quarter", 1, 3),
    9: _part_of_year("quarter-2", "second quarter", 4, 6),
    10: _part_of_year("quarter-3", "third quarter", 7, 9),
    11: _part_of_year("quarter-4", "fourth quarter", 10, 12),
    12: _part_of_year("half-1", "first half", 1, 6),
    13: _part_of_year("half-2", "second half", 7, 12),
    14: _YEAR,
    15: _FISCAL_YEAR,
    16: _DECADE,
}
"""By the id of LL2's ``net_precisions``."""
