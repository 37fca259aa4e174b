"""Dates as LL2 gives them: a moment, and how sure anybody is of it."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from tests.ll2_server.reference_data import NET_PRECISIONS, Record

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)

_YEARS = range(2019, 2034)
# Weights are running totals, as `choices` is quicker with them.
_YEAR_WEIGHTS = list(accumulate((20, 130, 180, 170, 150, 170, 170, 150, 15, 10, 6, 5, 4, 2, 2)))
# Before spring 2023 nobody recorded a precision.
_FIRST_PRECISION = date(2023, 4, 1)
_PAST_PRECISIONS = [0, 1, 2, 5]
_PAST_WEIGHTS = list(accumulate((5, 80, 6, 9)))
_FUTURE_PRECISIONS = list(NET_PRECISIONS)
_FUTURE_WEIGHTS = list(accumulate((1, 20, 5, 2, 2, 12, 3, 20, 4, 4, 4, 4, 3, 3, 10, 1, 2)))

Moment = tuple[str | None, Record | None]


def format_utc(moment: datetime) -> str:
    """Write a moment as LL2 does: `2026-09-01T12:00:00Z`."""
    # Not strftime: it is called hundreds of thousands of times and is five times slower.
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def draw_moment(rng: Random, index: int) -> Moment:
    """Draw a date and its precision; the first twenty cover every precision there is."""
    day = _draw_day(rng)
    if index < len(NET_PRECISIONS):
        return _precise(rng, _recent(day), index)
    if index == len(NET_PRECISIONS) + 2:
        return None, None
    if index == len(NET_PRECISIONS) + 1:
        return _midnight(day.replace(year=2020)), None
    if day < _FIRST_PRECISION or index == len(NET_PRECISIONS):
        return _without_precision(rng, day), None
    return _precise(rng, day, _draw_precision(rng, day))


def end_of_period(day: date, precision: int) -> date:
    """Give the last day of the period round `day`: where LL2 puts its coarse dates."""
    if precision == 6:
        return day + timedelta(days=6 - day.weekday())
    if precision == 7:
        return _end_of_month(day.year, day.month)
    if 8 <= precision <= 11:
        return _end_of_month(day.year, 3 * (precision - 7))
    if precision == 16:
        return date(day.year // 10 * 10 + 9, 12, 31)
    # A fiscal year is that of the United States.
    last_month = {12: 6, 13: 12, 14: 12, 15: 9}.get(precision)
    return _end_of_month(day.year, last_month) if last_month else day


def _draw_day(rng: Random) -> date:
    year = rng.choices(_YEARS, cum_weights=_YEAR_WEIGHTS)[0]
    # Stops before Christmas, so that the last week of the last year stays in it.
    return date(year, 1, 1) + timedelta(days=rng.randrange(355))


def _recent(day: date) -> date:
    return day if date(2024, 1, 1) <= day < date(2030, 1, 1) else date(2026, day.month, 11)


def _draw_precision(rng: Random, day: date) -> int:
    if day < NOW.date():
        return rng.choices(_PAST_PRECISIONS, cum_weights=_PAST_WEIGHTS)[0]
    # A decade has to end within the years that the records span.
    choice = rng.choices(_FUTURE_PRECISIONS, cum_weights=_FUTURE_WEIGHTS)[0]
    return 14 if choice == 16 and day.year > 2029 else choice


def _precise(rng: Random, day: date, precision: int) -> Moment:
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
