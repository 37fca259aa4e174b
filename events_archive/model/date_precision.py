"""How sure the source is of a date: the table that decides what may be said of it.

Launch Library 2 sends a date-time for every event, also for "some time in 2026", together with a
``date_precision`` (https://ll.thespacedevs.com/2.3.0/config/net_precisions/, ids 0 to 16). One row
for each of them, and one for each way in which it can be missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from events_archive.model import interval
from events_archive.model.interval import Interval, fiscal_year_number, format_day, format_month
from events_archive.model.timestamps import format_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """One row of the table: what a ``date_precision`` allows us to say."""

    key: str
    """A word for addresses, styles and data exports: "minute", "month", "quarter-3"."""
    has_time: bool
    """Whether the clock time means anything; only then may a zone or a local time be shown."""
    interval: Callable[[datetime], Interval]
    """The period in which the event lies."""
    display: Callable[[datetime], str]
    """The date as a reader would say it, in English."""
    iso: Callable[[datetime], str | None]
    """What stands in ``<time datetime>``; None where HTML has no form for the period."""
    year: Callable[[datetime], int | None]
    """The year on whose page the event stands."""
    month: Callable[[datetime], tuple[int, int] | None]
    """The (year, month) on whose page the event stands."""


def _none(when: datetime) -> None:
    return None


def _month_of(when: datetime) -> tuple[int, int]:
    return (when.year, when.month)


def _year_of(when: datetime) -> int:
    return when.year


def _clock(when: datetime) -> str:
    # Twice as fast as strftime, and there are few pages without.
    return f"{when.hour:02}:{when.minute:02}"


def _with_time(
    key: str, length: timedelta, display: Callable[[datetime], str] | None = None
) -> Precision:
    start_of = interval.floor_to(length)
    return Precision(
        key=key,
        has_time=True,
        interval=interval.interval_of(length),
        display=display or (lambda when: f"{format_day(when)}, {_clock(when)} UTC"),
        iso=lambda when: format_utc(start_of(when)),
        year=_year_of,
        month=_month_of,
    )


def _day_only(key: str, suffix: str = "") -> Precision:
    return Precision(
        key=key,
        has_time=False,
        interval=interval.day,
        display=lambda when: format_day(when) + suffix,
        iso=lambda when: when.isoformat()[:10],
        year=_year_of,
        month=_month_of,
    )


def _part_of_year(key: str, name: str, first: int, last: int) -> Precision:
    return Precision(
        key=key,
        has_time=False,
        interval=interval.months(first, last),
        display=lambda when: f"{name} of {when.year}",
        iso=lambda when: f"{when:%Y}",
        year=_year_of,
        month=_none,
    )


def _format_seconds(when: datetime) -> str:
    seconds = f":{when.second:02}" if when.second else ""
    return f"{format_day(when)}, {_clock(when)}{seconds} UTC"


def _monday(when: datetime) -> datetime:
    return interval.week(when).start


UNRECOGNISED = _day_only("day")
"""An id that is not in the table is told no more than its day."""

NOT_STATED_DAY = _day_only("not-stated-day")
"""No precision and midnight: a placeholder for "some time that day"."""

NOT_STATED_TIME = _with_time("not-stated-time", timedelta(minutes=1))
"""No precision but a clock time that somebody must have meant."""

_WEEK = Precision(
    key="week",
    has_time=False,
    interval=interval.week,
    display=lambda when: f"week of {format_day(_monday(when))}",
    iso=lambda when: f"{when.isocalendar().year:04}-W{when.isocalendar().week:02}",
    # A week may lie in two months: it stands where its words send the reader.
    year=lambda when: _monday(when).year,
    month=lambda when: _month_of(_monday(when)),
)
_MONTH = Precision(
    key="month",
    has_time=False,
    interval=interval.month,
    display=lambda when: format_month(when.year, when.month),
    iso=lambda when: f"{when:%Y-%m}",
    year=_year_of,
    month=_month_of,
)
_YEAR = Precision(
    key="year",
    has_time=False,
    interval=interval.months(1, 12),
    display=lambda when: str(when.year),
    iso=lambda when: f"{when:%Y}",
    year=_year_of,
    month=_none,
)
_FISCAL_YEAR = Precision(
    key="fiscal-year",
    has_time=False,
    interval=interval.fiscal_year,
    display=lambda when: f"fiscal year {fiscal_year_number(when)}",
    iso=_none,
    year=fiscal_year_number,
    month=_none,
)
_DECADE = Precision(
    key="decade",
    has_time=False,
    interval=interval.decade,
    display=lambda when: f"{when.year - when.year % 10}s",
    iso=_none,
    year=_none,
    month=_none,
)

PRECISIONS: dict[int, Precision] = {
    0: _with_time("second", timedelta(seconds=1), _format_seconds),
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
"""By the id of LL2's net_precisions."""
