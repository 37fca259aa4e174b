"""Date-times in UTC: what is read, what is refused, and the one way in which they are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.timestamps import as_utc, format_utc, parse_utc

LAUNCH = datetime(2021, 7, 4, 0, 11, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    "text",
    ["2021-07-04T00:11:00Z", "2021-07-04T09:11:00+09:00", " 2021-07-04T00:11:00Z\n",
     "2021-07-04 00:11", "20210704T001100Z"],
)  # fmt: skip
def test_any_iso_8601_date_time_is_read(text: str) -> None:
    assert parse_utc(text) == LAUNCH
    assert parse_utc(text).tzinfo is UTC  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "value",
    ["", "soon", "2021-13-04T00:11:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00",
     "1899-12-31T23:59:59Z", "3000-01-01T00:00:00Z", None, 5, ["2021-07-04"]],
)  # fmt: skip
def test_anything_else_is_not_a_date_time(value: object) -> None:
    assert parse_utc(value) is None


def test_seconds_are_written_and_fractions_are_not() -> None:
    assert format_utc(LAUNCH) == "2021-07-04T00:11:00Z"
    assert format_utc(LAUNCH.replace(microsecond=999_999)) == "2021-07-04T00:11:00Z"
    assert format_utc(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize("value", [LAUNCH.astimezone(TOKYO), LAUNCH.replace(tzinfo=None)])
def test_every_time_zone_is_written_in_utc(value: datetime) -> None:
    assert as_utc(value) == LAUNCH
    assert format_utc(value) == "2021-07-04T00:11:00Z"


def test_an_unknown_date_time_has_no_text() -> None:
    assert format_utc(None) is None


OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=OFFSETS))
def test_a_date_time_is_read_back_to_the_second(value: datetime) -> None:
    assert parse_utc(format_utc(value)) == value.astimezone(UTC).replace(microsecond=0)
