"""The table of everything a source can know of a date, and what each output makes of it."""

from dataclasses import dataclass
from datetime import datetime

from events_archive.model.event_date import EventDate

TODAY = "2026-01-01"
"""Before all of them, so that the coarse ones are tentative."""


@dataclass(frozen=True)
class Row:
    """One date and what is said of it."""

    precision: int | None
    date: str | None
    key: str
    display: str
    iso: str | None
    schema_org_date: str | None
    start: str
    """DTSTART as a calendar has it; ``""`` where no calendar can."""
    end: str
    days: tuple[str, str] | None
    """The first day and the day after the last."""
    year: int | None
    month: tuple[int, int] | None

    @property
    def event_date(self) -> EventDate:
        when = datetime.fromisoformat(self.date) if self.date else None
        return EventDate(utc=when, precision_id=self.precision)

    @property
    def has_time(self) -> bool:
        return "T" in self.start

    def __str__(self) -> str:
        return f"{self.precision}-{self.key}"


_NOON, _LAST = "2026-09-30T12:00:00+00:00", "2026-09-30T00:00:00+00:00"
_END = "2026-12-31T00:00:00+00:00"
_DAY = ("2026-09-30", "2026-10-01")
_YEAR = ("2026-01-01", "2027-01-01")
_SEPTEMBER = (2026, 9)
_INSTANT = "2026-09-30T12:00:00Z"


def _timed(precision: int | None, key: str, words: str) -> Row:
    start, end = "20260930T120000Z", "20260930T183000Z"
    return Row(precision, _NOON, key, words, _INSTANT, _INSTANT, start, end, _DAY, 2026, _SEPTEMBER)


def _day(precision: int | None, key: str, words: str = "30 September 2026") -> Row:
    day = "2026-09-30"
    return Row(
        precision, _LAST, key, words, day, day, "20260930", "20261001", _DAY, 2026, _SEPTEMBER
    )


def _part(precision: int, date: str, key: str, words: str, first: str, after: str) -> Row:
    return Row(
        precision, date, key, words, "2026", "2026",
        first.replace("-", ""), after.replace("-", ""), (first, after), 2026, None,
    )  # fmt: skip


TABLE = (
    _timed(0, "second", "30 September 2026, 12:00 UTC"),
    _timed(1, "minute", "30 September 2026, 12:00 UTC"),
    _timed(2, "hour", "30 September 2026, about 12:00 UTC"),
    _day(3, "morning", "30 September 2026, in the local morning"),
    _day(4, "afternoon", "30 September 2026, in the local afternoon"),
    _day(5, "day"),
    Row(
        6, "2026-09-27T00:00:00+00:00", "week", "week of 21 September 2026", "2026-W39", "2026-09",
        "20260921", "20260928", ("2026-09-21", "2026-09-28"), 2026, _SEPTEMBER,
    ),
    Row(
        7, _LAST, "month", "September 2026", "2026-09", "2026-09",
        "20260901", "20261001", ("2026-09-01", "2026-10-01"), 2026, _SEPTEMBER,
    ),
    _part(8, "2026-03-31T00:00:00+00:00", "quarter-1", "first quarter of 2026",
          "2026-01-01", "2026-04-01"),
    _part(9, "2026-06-30T00:00:00+00:00", "quarter-2", "second quarter of 2026",
          "2026-04-01", "2026-07-01"),
    _part(10, _LAST, "quarter-3", "third quarter of 2026", "2026-07-01", "2026-10-01"),
    _part(11, _END, "quarter-4", "fourth quarter of 2026", "2026-10-01", "2027-01-01"),
    _part(12, "2026-06-30T00:00:00+00:00", "half-1", "first half of 2026",
          "2026-01-01", "2026-07-01"),
    _part(13, _END, "half-2", "second half of 2026", "2026-07-01", "2027-01-01"),
    _part(14, _END, "year", "2026", *_YEAR),
    Row(
        15, _LAST, "fiscal-year", "fiscal year 2026", None, None,
        "20251001", "20261001", ("2025-10-01", "2026-10-01"), 2026, None,
    ),
    Row(
        16, "2029-12-31T00:00:00+00:00", "decade", "2020s", None, None,
        "20200101", "20300101", ("2020-01-01", "2030-01-01"), None, None,
    ),
    _timed(None, "not-stated-time", "30 September 2026, 12:00 UTC"),
    _day(None, "not-stated-day"),
    _day(99, "day"),
    Row(5, None, "unknown", "date not known", None, None, "", "", None, None, None),
    Row(None, None, "unknown", "date not known", None, None, "", "", None, None, None),
)  # fmt: skip
