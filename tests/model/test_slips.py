"""How far dates move, and which changes of a date are no move."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.date_precision import PRECISIONS
from events_archive.model.event_date import EventDate
from events_archive.model.slips import (
    Slip,
    describe_move,
    is_narrower,
    shift_between,
    slip_of,
)
from tests.factories import a_change, an_event_date

MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR, DECADE = 1, 2, 5, 6, 7, 11, 14, 16
"""Ids of precisions."""


def _date(text: str | None, precision: int | None = DAY) -> EventDate:
    return an_event_date(f"{text}T00:00:00Z" if text and "T" not in text else text, precision)


NOVEMBER = _date("2026-11-30", MONTH)
DAY_20 = _date("2026-11-20")
DAY_25 = _date("2026-11-25")
DECEMBER = _date("2026-12-31", MONTH)
JANUARY_11 = _date("2027-01-11")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (DAY_20, JANUARY_11, "52 days later"),
        (JANUARY_11, DAY_20, "52 days earlier"),
        (DAY_20, _date("2026-11-21T08:00:00Z", MINUTE), "1 day later"),
        (NOVEMBER, JANUARY_11, "at least 42 days later"),
        (NOVEMBER, DECEMBER, "at least 1 day later"),
        (_date("2028-12-31", YEAR), _date("2020-12-31", DECADE), None),
        (_date("2031-12-31", YEAR), _date("2020-12-31", DECADE), "at least 366 days earlier"),
    ],
)
def test_a_shift_is_counted_in_days_that_are_known(
    old: EventDate, new: EventDate, words: str | None
) -> None:
    shift = shift_between(old, new)
    assert (shift and shift.text) == words


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2026-11-20T12:00:00Z", "2026-11-20T15:20:00Z", "3 hours 20 minutes later"),
        ("2026-11-21T00:10:00Z", "2026-11-20T23:50:00Z", "20 minutes earlier"),
        ("2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z", "1 day later"),
        ("2026-11-20T12:00:00Z", "2026-11-22T10:00:00Z", "2 days later"),
    ],
)
def test_a_shift_of_less_than_a_day_is_a_time(old: str, new: str, words: str) -> None:
    shift = shift_between(_date(old, MINUTE), _date(new, MINUTE))
    assert shift
    assert shift.text == words


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (NOVEMBER, DAY_20, "Date narrowed"),
        (DAY_20, _date("2026-11-20T12:00:00Z", MINUTE), "Date narrowed"),
        (
            _date("2026-11-20T12:00:00Z", HOUR),
            _date("2026-11-20T12:35:00Z", MINUTE),
            "Date narrowed",
        ),
        (DAY_20, NOVEMBER, "Date widened"),
        (_date("2026-11-30", WEEK), _date("2026-12-31", MONTH), "Date changed"),
        (_date(None), NOVEMBER, "Date narrowed"),
        (NOVEMBER, _date(None), "Date widened"),
    ],
)
def test_a_date_in_the_same_period_has_not_moved(old: EventDate, new: EventDate, what: str) -> None:
    assert shift_between(old, new) is None
    assert describe_move(old, new) == (what, f"from {old.display} to {new.display}")


def test_a_change_of_a_date_says_by_how_much() -> None:
    moved = a_change(
        "2026-11-01T00:00:00+00:00", "moved",
        old={"date": "2026-11-20T00:00:00Z", "precision": DAY},
        new={"date": "2027-01-11T00:00:00Z", "precision": DAY},
    )  # fmt: skip
    assert moved.text == "Moved from 20 November 2026 to 11 January 2027, 52 days later."


def _slip(*dates: EventDate, observed: str = "2026-06-01") -> Slip | None:
    """Return the slip of an event that had these dates one after another."""
    start = datetime.fromisoformat(observed).replace(tzinfo=UTC)
    moves = [
        (start + timedelta(days=number), old, new)
        for number, (old, new) in enumerate(pairwise(dates))
    ]
    return slip_of(moves, dates[-1])


def test_a_slip_is_counted_from_the_planned_date_to_the_present_one() -> None:
    slip = _slip(DAY_20, DAY_25, _date("2026-12-31"), JANUARY_11)
    assert slip
    assert slip.text == "Planned for 20 November 2026, moved three times, 52 days later"
    assert (slip.moves, len(slip.dates)) == (3, 4)
    assert slip.last_moved == datetime(2026, 6, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        ((NOVEMBER, DAY_20), None),
        ((DAY_20, NOVEMBER), None),
        ((_date(None), NOVEMBER, DAY_20), None),
        ((NOVEMBER, DAY_20, DAY_25), "20 November 2026, moved once, 5 days later"),
        ((DAY_20, NOVEMBER, DAY_25), "20 November 2026, moved once, 5 days later"),
        ((NOVEMBER, JANUARY_11), "November 2026, moved once, at least 42 days later"),
        ((DAY_20, JANUARY_11, DAY_20), "20 November 2026, moved twice, back on that date"),
        ((NOVEMBER, JANUARY_11, DAY_20), "November 2026, moved twice, back in that period"),
        ((DAY_20, DAY_25, NOVEMBER), "20 November 2026, moved once, now less certain"),
        ((DAY_20, DAY_25, _date(None)), "20 November 2026, moved once, now less certain"),
        (
            (_date("2026-11-20T12:00:00Z", MINUTE), _date("2026-11-20T13:30:00Z", MINUTE)),
            "20 November 2026, 12:00 UTC, moved once, 1 hour 30 minutes later",
        ),
        (
            (
                DAY_20,
                DAY_25,
                *(_date(f"2026-11-26T{hour}:00:00Z", MINUTE) for hour in (10, 12, 14)),
            ),
            "20 November 2026, moved twice, 6 days later",
        ),
        ((DAY_20, DAY_25) * 4, "20 November 2026, moved 7 times, 5 days later"),
    ],
)
def test_narrower_and_wider_dates_are_no_slips(
    dates: tuple[EventDate, ...], text: str | None
) -> None:
    slip = _slip(*dates)
    assert (slip and slip.text) == (text and f"Planned for {text}")


def test_what_is_corrected_long_after_the_event_is_no_slip() -> None:
    assert _slip(DAY_20, DAY_25, observed="2027-01-01") is None
    late = _slip(DAY_20, DAY_25, observed="2026-11-26")
    assert late
    assert late.text == "Planned for 20 November 2026, moved once, 5 days later"
    # Planned for the 20th, moved to the 25th, and later corrected to the 26th.
    moves = [
        (datetime(2026, 11, 1, tzinfo=UTC), DAY_20, DAY_25),
        (datetime(2028, 1, 1, tzinfo=UTC), DAY_25, _date("2026-11-26")),
    ]
    slip = slip_of(moves, _date("2026-11-26"))
    assert slip
    assert slip.text == "Planned for 20 November 2026, moved once, 6 days later"


_dates = st.builds(
    EventDate,
    utc=st.none()
    | st.datetimes(datetime(2019, 1, 1), datetime(2039, 12, 31), timezones=st.just(UTC)),
    precision_id=st.none() | st.sampled_from(sorted(PRECISIONS)),
)


@given(_dates, _dates)
def test_two_dates_are_apart_or_overlap_whichever_comes_first(a: EventDate, b: EventDate) -> None:
    there, back = shift_between(a, b), shift_between(b, a)
    assert (there is None) == (back is None)
    if there and back:
        assert there.length == back.length > timedelta()
        assert there.is_later != back.is_later
        assert not is_narrower(a, b)
        assert not is_narrower(b, a)


@given(st.lists(_dates, min_size=2, max_size=6))
def test_a_slip_never_claims_more_than_the_dates_say(dates: list[EventDate]) -> None:
    slip = _slip(*dates, observed="2019-01-01")
    apart = [shift_between(old, new) for old in dates for new in dates]
    if slip:
        assert any(apart)
        assert slip.shift is None or slip.shift in apart
        assert slip.dates[-1] == dates[-1]
        assert slip.text.startswith("Planned for ")
