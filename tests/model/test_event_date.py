"""Dates with each precision: display, forms for programs, interval and order."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.date_precision import PRECISIONS
from events_archive.model.event_date import EventDate
from events_archive.model.interval import format_duration
from tests.date_precisions import TABLE, Row

PRECISION_IDS = st.one_of(st.none(), st.integers(-1, 40))
DATES = st.datetimes(
    datetime(1900, 1, 1), datetime(2999, 12, 31, 23, 59, 59), timezones=st.just(UTC)
)


def _date(text: str, precision_id: int | None = 1) -> EventDate:
    return EventDate(utc=datetime.fromisoformat(text), precision_id=precision_id)


def test_the_table_has_a_row_for_every_precision() -> None:
    assert {row.precision for row in TABLE} >= set(PRECISIONS) == set(range(17))


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_date_is_displayed_and_listed_as_the_table_says(row: Row) -> None:
    event_date = row.event_date
    assert event_date.display == row.display
    assert event_date.precision == row.key
    assert (event_date.iso, event_date.schema_org_date) == (row.iso, row.schema_org_date)
    assert event_date.has_time == row.has_time
    assert (event_date.year, event_date.month) == (row.year, row.month)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_interval_is_that_of_the_table(row: Row) -> None:
    interval = row.event_date.interval
    days = interval and (interval.first_day.isoformat(), interval.end_date_exclusive.isoformat())
    assert days == row.days


def test_a_time_zone_is_displayed_exactly_if_a_time_of_day_is() -> None:
    for row in TABLE:
        assert (
            ("UTC" in row.event_date.display)
            == row.event_date.has_time
            == (":" in row.event_date.display)
        )


def test_seconds_are_displayed_only_if_they_are_known_and_not_zero() -> None:
    assert _date("2026-09-30T12:00:30+00:00", 0).display == "30 September 2026, 12:00:30 UTC"
    assert _date("2026-09-30T12:00:00+00:00", 0).display == "30 September 2026, 12:00 UTC"
    assert _date("2026-09-30T12:00:30+00:00", 1).display == "30 September 2026, 12:00 UTC"


def test_minutes_are_not_displayed_if_only_the_hour_is_known() -> None:
    event_date = _date("2026-09-30T12:37:10+00:00", 2)
    assert event_date.display == "30 September 2026, about 12:00 UTC"
    assert event_date.iso == "2026-09-30T12:00:00Z"


def test_without_a_precision_midnight_is_a_day_and_another_time_is_exact() -> None:
    assert not _date("2020-10-31T00:00:00+00:00", None).has_time
    assert _date("2020-10-31T00:00:01+00:00", None).has_time


def test_midnight_with_the_precision_of_a_minute_is_exact() -> None:
    assert _date("2026-09-30T00:00:00+00:00", 1).display == "30 September 2026, 00:00 UTC"


@pytest.mark.parametrize(("month", "number"), [(9, 2026), (10, 2027), (12, 2027)])
def test_a_fiscal_year_begins_in_october_before_it(month: int, number: int) -> None:
    event_date = _date(f"2026-{month:02}-30T00:00:00+00:00", 15)
    assert (event_date.display, event_date.year) == (f"fiscal year {number}", number)


def test_a_week_in_two_months_is_listed_in_the_month_that_is_displayed() -> None:
    event_date = _date("2026-10-04T00:00:00+00:00", 6)
    assert event_date.display == "week of 28 September 2026"
    assert (event_date.year, event_date.month) == (2026, (2026, 9))
    assert event_date.schema_org_date == "2026"


def test_a_week_in_two_years_has_no_schema_org_date() -> None:
    event_date = _date("2027-01-03T00:00:00+00:00", 6)
    assert (event_date.iso, event_date.schema_org_date) == ("2026-W53", None)


def test_a_coarse_date_sorts_after_all_dates_in_its_interval_and_before_later_ones() -> None:
    in_order = [
        ("2026-09-30T23:59:00+00:00", 1),
        ("2026-09-30T00:00:00+00:00", 5),
        ("2026-09-30T00:00:00+00:00", 7),
        ("2026-09-30T00:00:00+00:00", 10),
        ("2026-10-01T00:00:00+00:00", 0),
        ("2026-12-31T00:00:00+00:00", 11),
        ("2026-12-31T00:00:00+00:00", 13),
        ("2026-12-31T00:00:00+00:00", 14),
        ("2029-12-31T00:00:00+00:00", 16),
    ]
    dates = [_date(text, precision) for text, precision in in_order]
    shuffled = dates[5:] + dates[:5]
    assert sorted(shuffled, key=lambda event_date: event_date.sort_key) == dates


def test_an_hour_sorts_by_its_start() -> None:
    about, later = _date("2026-09-30T12:00:00+00:00", 2), _date("2026-09-30T12:30:00+00:00")
    assert about.sort_key < later.sort_key


def test_no_date_sorts_last_and_is_never_over() -> None:
    no_date = EventDate(utc=None, precision_id=5)
    assert no_date.sort_key > _date("2999-12-31T23:59:59+00:00").sort_key
    assert not no_date.is_over(date.max)
    assert (no_date.display, no_date.latest) == ("date not known", None)


def test_a_month_is_over_when_its_last_day_is() -> None:
    event_date = _date("2026-09-30T00:00:00+00:00", 7)
    assert not event_date.is_over(date(2026, 9, 30))
    assert event_date.is_over(date(2026, 10, 1))


@given(DATES, PRECISION_IDS)
def test_every_date_from_1900_to_2999_has_an_interval(
    when: datetime, precision_id: int | None
) -> None:
    event_date = EventDate(utc=when, precision_id=precision_id)
    assert event_date.display
    assert event_date.interval is not None
    assert event_date.sort_key[1] > timedelta(0)
    assert event_date.latest is not None


@given(DATES, PRECISION_IDS.filter(lambda precision_id: precision_id not in range(8, 14)))
def test_a_date_lies_in_its_interval(when: datetime, precision_id: int | None) -> None:
    """Quarters and halves are excepted: the precision says which one it is, whatever the date."""
    interval = EventDate(utc=when, precision_id=precision_id).interval
    assert interval is not None
    assert interval.start <= when < interval.end
    assert interval.first_day <= when.date() <= interval.last_day < interval.end_date_exclusive


@given(DATES, st.integers(8, 13))
def test_a_quarter_is_that_of_its_precision(when: datetime, precision_id: int) -> None:
    interval = EventDate(utc=when, precision_id=precision_id).interval
    assert interval is not None
    length = 3 if precision_id < 12 else 6
    number = precision_id - (8 if precision_id < 12 else 12)
    first = (when.year, 1 + length * number, 1)
    assert (interval.first_day.year, interval.first_day.month, interval.first_day.day) == first
    assert interval.last_day.month - interval.first_day.month == length - 1


@given(DATES, st.sampled_from([3, 4, 5, *range(6, 17), 99]))
def test_a_coarse_interval_consists_of_whole_days_in_utc(when: datetime, precision_id: int) -> None:
    event_date = EventDate(utc=when, precision_id=precision_id)
    assert event_date.interval is not None
    for edge in (event_date.interval.start, event_date.interval.end):
        assert (edge.hour, edge.minute, edge.second, edge.utcoffset()) == (0, 0, 0, timedelta(0))


@given(DATES, st.sampled_from([3, 4, 5, *range(6, 17), 99]))
def test_a_coarse_date_has_no_time_that_a_time_zone_could_shift(
    when: datetime, precision_id: int
) -> None:
    event_date = EventDate(utc=when, precision_id=precision_id)
    assert event_date.interval is not None
    assert (type(event_date.interval.first_day), type(event_date.interval.end_date_exclusive)) == (
        date,
        date,
    )
    assert "T" not in (event_date.iso or "") + (event_date.schema_org_date or "")
    assert not re.search(r"\d:\d|UTC", event_date.display)


@given(DATES, PRECISION_IDS)
def test_the_schema_org_date_contains_the_interval(
    when: datetime, precision_id: int | None
) -> None:
    event_date = EventDate(utc=when, precision_id=precision_id)
    if event_date.schema_org_date is not None and not event_date.has_time:
        assert event_date.interval is not None
        for day in (event_date.interval.first_day, event_date.interval.last_day):
            assert day.isoformat().startswith(event_date.schema_org_date)


def test_durations_are_displayed_in_hours_and_minutes() -> None:
    assert format_duration(timedelta(minutes=30)) == "30 minutes"
    assert format_duration(timedelta(hours=1)) == "1 hour"
    assert format_duration(timedelta(hours=6, minutes=30)) == "6 hours 30 minutes"
    assert format_duration(timedelta(seconds=9)) == "9 seconds"
