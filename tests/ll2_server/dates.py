"""Dates as LL2 has them: a time, and its precision."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from tests.ll2_server.reference_data import NET_PRECISIONS, Record

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)

_YEARS = range(2019, 2034)
# Cumulative weights, as `random.choices` takes them.
_YEAR_WEIGHTS = list(accumulate((20, 130, 180, 170, 150, 170, 170, 150, 15, 10, 6, 5, 4, 2, 2)))
# Events that are older than this have no precision in LL2.
_FIRST_PRECISION = date(2023, 4, 1)
_PAST_PRECISIONS = [0, 1, 2, 5]
_PAST_WEIGHTS = list(accumulate((5, 80, 6, 9)))
_FUTURE_PRECISIONS = list(NET_PRECISIONS)
_FUTURE_WEIGHTS = list(accumulate((1, 20, 5, 2, 2, 12, 3, 20, 4, 4, 4, 4, 3, 3, 10, 1, 2)))

DateFields = tuple[str | None, Record | None]
"""The fields `date` and `date_precision` of a record."""


def format_utc(when: datetime) -> str:
    """Write a time as LL2 does: `2026-09-01T12:00:00Z`."""
    return when.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def draw_date(rng: Random, index: int) -> DateFields:
    """Draw a date and its precision; the first twenty cover all precisions."""
    day = _draw_day(rng)
    if index < len(NET_PRECISIONS):
        return _with_precision(rng, _recent(day), index)
    if index == len(NET_PRECISIONS) + 2:
        return None, None
    if index == len(NET_PRECISIONS) + 1:
        return _midnight(day.replace(year=2020)), None
    if day < _FIRST_PRECISION or index == len(NET_PRECISIONS):
        return _without_precision(rng, day), None
    return _with_precision(rng, day, _draw_precision(rng, day))


def end_of_period(day: date, precision: int) -> date:
    """Return the last day of the period that `day` is in, as LL2 writes coarse dates."""
    if precision == 6:
        return day + timedelta(days=6 - day.weekday())
    if precision == 7:
        return _end_of_month(day.year, day.month)
    if 8 <= precision <= 11:
        return _end_of_month(day.year, 3 * (precision - 7))
    if precision == 16:
        return date(day.year // 10 * 10 + 9, 12, 31)
    # The fiscal year of the United States.
    last_month = {12: 6, 13: 12, 14: 12, 15: 9}.get(precision)
    return _end_of_month(day.year, last_month) if last_month else day


def _draw_day(rng: Random) -> date:
    year = rng.choices(_YEARS, cum_weights=_YEAR_WEIGHTS)[0]
    # Not the last ten days, so that the week of any day ends in the same year.
    return date(year, 1, 1) + timedelta(days=rng.randrange(355))


def _recent(day: date) -> date:
    return day if date(2024, 1, 1) <= day < date(2030, 1, 1) else date(2026, day.month, 11)


def _draw_precision(rng: Random, day: date) -> int:
    if day < NOW.date():
        return rng.choices(_PAST_PRECISIONS, cum_weights=_PAST_WEIGHTS)[0]
    # A decade must end within `_YEARS`.
    choice = rng.choices(_FUTURE_PRECISIONS, cum_weights=_FUTURE_WEIGHTS)[0]
    return 14 if choice == 16 and day.year > 2029 else choice


def _with_precision(rng: Random, day: date, precision: int) -> DateFields:
    entry = NET_PRECISIONS[precision]
    if precision > 2:
        return _midnight(end_of_period(day, precision)), entry
    seconds = {0: rng.randrange(86400), 1: rng.randrange(288) * 300, 2: rng.randrange(24) * 3600}
    return _at(day, seconds[precision]), entry


def _without_precision(rng: Random, day: date) -> str:
    return _midnight(day) if rng.random() < 0.12 else _at(day, rng.randrange(1, 1440) * 60)


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _midnight(day: date) -> str:
    return _at(day, 0)


def _at(day: date, seconds: int) -> str:
    return format_utc(datetime.combine(day, time(), UTC) + timedelta(seconds=seconds))
