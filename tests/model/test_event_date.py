"""What may be said of a date, for everything a source can know or not know of it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.date_precision import PRECISIONS
from events_archive.model.event_date import EventDate
from events_archive.model.interval import format_duration
from tests.date_precisions import TABLE, Row

IDS = st.one_of(st.none(), st.integers(-1, 40))
DATES = st.datetimes(
    datetime(1900, 1, 1), datetime(2999, 12, 31, 23, 59, 59), timezones=st.just(UTC)
)


def _moment(text: str, precision_id: int | None = 1) -> EventDate:
    return EventDate(utc=datetime.fromisoformat(text), precision_id=precision_id)


def test_the_table_has_a_row_for_every_precision() -> None:
    assert {row.precision for row in TABLE} >= set(PRECISIONS) == set(range(17))


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_words_form_claim_and_place_are_those_of_the_table(row: Row) -> None:
    moment = row.event_date
    assert moment.display == row.display
    assert moment.precision == row.key
    assert (moment.iso, moment.schema_org_date) == (row.iso, row.schema_org_date)
    assert moment.has_time == row.has_time
    assert (moment.year, moment.month) == (row.year, row.month)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_span_is_that_of_the_table(row: Row) -> None:
    span = row.event_date.interval
    days = span and (span.first_day.isoformat(), span.end_date_exclusive.isoformat())
    assert days == row.days


def test_a_zone_is_named_exactly_where_a_clock_time_is() -> None:
    for row in TABLE:
        assert (
            ("UTC" in row.event_date.display)
            == row.event_date.has_time
            == (":" in row.event_date.display)
        )


def test_seconds_are_said_only_where_they_are_known_and_not_nought() -> None:
    assert _moment("2026-09-30T12:00:30+00:00", 0).display == "30 September 2026, 12:00:30 UTC"
    assert _moment("2026-09-30T12:00:00+00:00", 0).display == "30 September 2026, 12:00 UTC"
    assert _moment("2026-09-30T12:00:30+00:00", 1).display == "30 September 2026, 12:00 UTC"


def test_minutes_beyond_the_known_hour_are_not_claimed() -> None:
    moment = _moment("2026-09-30T12:37:10+00:00", 2)
    assert moment.display == "30 September 2026, about 12:00 UTC"
    assert moment.iso == "2026-09-30T12:00:00Z"


def test_a_missing_precision_at_midnight_is_a_day_and_else_a_time() -> None:
    assert not _moment("2020-10-31T00:00:00+00:00", None).has_time
    assert _moment("2020-10-31T00:00:01+00:00", None).has_time


def test_a_minute_that_happens_to_be_midnight_is_believed() -> None:
    assert _moment("2026-09-30T00:00:00+00:00", 1).display == "30 September 2026, 00:00 UTC"


@pytest.mark.parametrize(("month", "number"), [(9, 2026), (10, 2027), (12, 2027)])
def test_a_fiscal_year_begins_in_october_before_it(month: int, number: int) -> None:
    moment = _moment(f"2026-{month:02}-30T00:00:00+00:00", 15)
    assert (moment.display, moment.year) == (f"fiscal year {number}", number)


def test_a_week_over_two_months_stands_where_its_words_say() -> None:
    moment = _moment("2026-10-04T00:00:00+00:00", 6)
    assert moment.display == "week of 28 September 2026"
    assert (moment.year, moment.month) == (2026, (2026, 9))
    assert moment.schema_org_date == "2026"


def test_a_week_over_new_year_claims_neither_year() -> None:
    moment = _moment("2027-01-03T00:00:00+00:00", 6)
    assert (moment.iso, moment.schema_org_date) == ("2026-W53", None)


def test_the_less_exact_follows_all_that_is_within_it_and_comes_before_what_is_after() -> None:
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
    moments = [_moment(text, precision) for text, precision in in_order]
    jumbled = moments[5:] + moments[:5]
    assert sorted(jumbled, key=lambda moment: moment.sort_key) == moments


def test_an_hour_sorts_by_its_beginning() -> None:
    about, later = _moment("2026-09-30T12:00:00+00:00", 2), _moment("2026-09-30T12:30:00+00:00")
    assert about.sort_key < later.sort_key


def test_no_date_sorts_last_and_is_never_over() -> None:
    nothing = EventDate(utc=None, precision_id=5)
    assert nothing.sort_key > _moment("2999-12-31T23:59:59+00:00").sort_key
    assert not nothing.is_over(date.max)
    assert (nothing.display, nothing.latest) == ("date not known", None)


def test_a_month_is_over_when_its_last_day_is() -> None:
    moment = _moment("2026-09-30T00:00:00+00:00", 7)
    assert not moment.is_over(date(2026, 9, 30))
    assert moment.is_over(date(2026, 10, 1))


@given(DATES, IDS)
def test_nothing_between_1900_and_2999_is_too_early_or_too_late(
    when: datetime, precision_id: int | None
) -> None:
    moment = EventDate(utc=when, precision_id=precision_id)
    assert moment.display
    assert moment.interval is not None
    assert moment.sort_key[1] > timedelta(0)
    assert moment.latest is not None


@given(DATES, IDS.filter(lambda precision_id: precision_id not in range(8, 14)))
def test_the_date_that_was_sent_lies_in_its_span(when: datetime, precision_id: int | None) -> None:
    """But for quarters and halves, whose precision says which one it is, whatever the date."""
    span = EventDate(utc=when, precision_id=precision_id).interval
    assert span is not None
    assert span.start <= when < span.end
    assert span.first_day <= when.date() <= span.last_day < span.end_date_exclusive


@given(DATES, st.integers(8, 13))
def test_a_quarter_is_the_one_that_its_precision_names(when: datetime, precision_id: int) -> None:
    span = EventDate(utc=when, precision_id=precision_id).interval
    assert span is not None
    length = 3 if precision_id < 12 else 6
    number = precision_id - (8 if precision_id < 12 else 12)
    first = (when.year, 1 + length * number, 1)
    assert (span.first_day.year, span.first_day.month, span.first_day.day) == first
    assert span.last_day.month - span.first_day.month == length - 1


@given(DATES, st.sampled_from([3, 4, 5, *range(6, 17), 99]))
def test_a_coarse_span_is_made_of_whole_days_in_utc(when: datetime, precision_id: int) -> None:
    moment = EventDate(utc=when, precision_id=precision_id)
    assert moment.interval is not None
    for edge in (moment.interval.start, moment.interval.end):
        assert (edge.hour, edge.minute, edge.second, edge.utcoffset()) == (0, 0, 0, timedelta(0))


@given(DATES, st.sampled_from([3, 4, 5, *range(6, 17), 99]))
def test_no_coarse_date_is_an_instant_that_a_zone_could_move(
    when: datetime, precision_id: int
) -> None:
    moment = EventDate(utc=when, precision_id=precision_id)
    assert moment.interval is not None
    assert (type(moment.interval.first_day), type(moment.interval.end_date_exclusive)) == (
        date,
        date,
    )
    assert "T" not in (moment.iso or "") + (moment.schema_org_date or "")
    assert not re.search(r"\d:\d|UTC", moment.display)


@given(DATES, IDS)
def test_the_claim_holds_the_whole_span(when: datetime, precision_id: int | None) -> None:
    moment = EventDate(utc=when, precision_id=precision_id)
    if moment.schema_org_date is not None and not moment.has_time:
        assert moment.interval is not None
        for day in (moment.interval.first_day, moment.interval.last_day):
            assert day.isoformat().startswith(moment.schema_org_date)


def test_lengths_are_said_in_hours_and_minutes() -> None:
    assert format_duration(timedelta(minutes=30)) == "30 minutes"
    assert format_duration(timedelta(hours=1)) == "1 hour"
    assert format_duration(timedelta(hours=6, minutes=30)) == "6 hours 30 minutes"
    assert format_duration(timedelta(seconds=9)) == "9 seconds"
