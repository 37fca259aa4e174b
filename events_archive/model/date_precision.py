"""The table of date precisions: what is displayed of a date, and where it is listed.

Launch Library 2 sends a date-time for every event, even if only the year is known, with a
``date_precision`` (https://ll.thespacedevs.com/2.3.0/config/net_precisions/, ids 0 to 16). The
table has a row for each of them; there are further rows for missing and unknown ones.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from events_archive.model.interval import Interval, format_day, format_month, months, period


class Precision(Struct, frozen=True, kw_only=True):
    """One row of the table. All but `interval` is made from the start of the interval."""

    key: str
    """The name in CSS classes and exports: "minute", "month", "quarter-3"."""
    has_time: bool = False
    """Whether the time of day is known; only then are time zones shown."""
    interval: Callable[[datetime], Interval]
    """The period in which an event with this date-time lies."""
    display: Callable[[datetime], str]
    """The date in English."""
    iso_format: str
    """The `strftime` format of ``<time datetime>``; "" if HTML has no form for the period."""
    year: Callable[[datetime], int | None] = lambda start: start.year
    """The year whose page lists the event."""
    has_month: bool = True
    """Whether the month whose page lists the event is known."""


def _with_time(
    key: str, length: timedelta, display: Callable[[datetime], str] | None = None
) -> Precision:
    return Precision(
        key=key,
        has_time=True,
        interval=partial(period, length=length),
        display=display or (lambda start: f"{format_day(start)}, {start:%H:%M} UTC"),
        iso_format="%Y-%m-%dT%H:%M:%SZ",
    )


def _day_only(key: str, suffix: str = "") -> Precision:
    return Precision(
        key=key,
        interval=partial(period, length=timedelta(days=1)),
        display=lambda start: format_day(start) + suffix,
        iso_format="%Y-%m-%d",
    )


def _part_of_year(key: str, name: str, first: int, count: int) -> Precision:
    return Precision(
        key=key,
        interval=lambda when: months(when.year, first, count),
        display=lambda start: f"{name}{start.year}",
        iso_format="%Y",
        has_month=False,
    )


def _format_second(start: datetime) -> str:
    clock = f"{start:%H:%M:%S}" if start.second else f"{start:%H:%M}"
    return f"{format_day(start)}, {clock} UTC"


UNRECOGNISED = _day_only("day")
"""For an id that is not in the table: only the day is shown."""

NOT_STATED_DAY = _day_only("not-stated-day")
"""No precision and midnight, which LL2 uses as a placeholder for "some time that day"."""

NOT_STATED_TIME = _with_time("not-stated-time", timedelta(minutes=1))
"""No precision and another time of day, which is taken as exact."""

PRECISIONS: dict[int, Precision] = {
    0: _with_time("second", timedelta(seconds=1), _format_second),
    1: _with_time("minute", timedelta(minutes=1)),
    2: _with_time(
        "hour", timedelta(hours=1), lambda start: f"{format_day(start)}, about {start:%H}:00 UTC"
    ),
    3: _day_only("morning", ", in the local morning"),
    4: _day_only("afternoon", ", in the local afternoon"),
    5: _day_only("day"),
    # A week in two months or years is listed where the displayed day is.
    6: Precision(
        key="week", iso_format="%G-W%V", interval=partial(period, length=timedelta(weeks=1)),
        display=lambda start: f"week of {format_day(start)}",
    ),
    7: Precision(
        key="month", iso_format="%Y-%m", interval=lambda when: months(when.year, when.month, 1),
        display=lambda start: format_month(start.year, start.month),
    ),
    8: _part_of_year("quarter-1", "first quarter of ", 1, 3),
    9: _part_of_year("quarter-2", "second quarter of ", 4, 3),
    10: _part_of_year("quarter-3", "third quarter of ", 7, 3),
    11: _part_of_year("quarter-4", "fourth quarter of ", 10, 3),
    12: _part_of_year("half-1", "first half of ", 1, 6),
    13: _part_of_year("half-2", "second half of ", 7, 6),
    14: _part_of_year("year", "", 1, 12),
    # That of the US government, which begins on 1 October of the year before.
    15: Precision(
        key="fiscal-year", iso_format="", year=lambda start: start.year + 1, has_month=False,
        interval=lambda when: months(when.year - (when.month < 10), 10, 12),
        display=lambda start: f"fiscal year {start.year + 1}",
    ),
    16: Precision(
        key="decade", iso_format="", year=lambda start: None, has_month=False,
        interval=lambda when: months(when.year - when.year % 10, 1, 120),
        display=lambda start: f"{start.year}s",
    ),
}  # fmt: skip
"""By the id of LL2's ``net_precisions``."""
