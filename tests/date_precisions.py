"""The table of date precisions, and what each output shows of a date that has one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from events_archive.model.event_date import EventDate

TODAY = "2026-01-01"
"""Before all dates, so that the coarse ones are tentative."""


@dataclass(frozen=True)
class Row:
    """A date with its precision, and what is expected of it."""

    precision: int | None
    date: str | None
    key: str
    display: str
    iso: str | None
    schema_org_date: str | None
    start: str
    """DTSTART in a calendar; ``""`` for a date that is in no calendar."""
    end: str
    """DTEND in a calendar."""
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

    @property
    def has_day(self) -> bool:
        """Whether the day is known: it lasts for one."""
        return self.days is not None and date.fromisoformat(self.days[1]) - date.fromisoformat(
            self.days[0]
        ) == timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.precision}-{self.key}"


_NOON, _LAST = "2026-09-30T12:00:00+00:00", "2026-09-30T00:00:00+00:00"
_END = "2026-12-31T00:00:00+00:00"
_DAY = ("2026-09-30", "2026-10-01")
_YEAR = ("2026-01-01", "2027-01-01")
_SEPTEMBER = (2026, 9)
_INSTANT = "2026-09-30T12:00:00Z"


def _with_time(precision: int | None, key: str, display: str) -> Row:
    start, end = "20260930T120000Z", "20260930T183000Z"
    return Row(
        precision, _NOON, key, display, _INSTANT, _INSTANT, start, end, _DAY, 2026, _SEPTEMBER
    )


def _day_only(precision: int | None, key: str, display: str = "30 September 2026") -> Row:
    day = "2026-09-30"
    return Row(
        precision, _LAST, key, display, day, day, "20260930", "20261001", _DAY, 2026, _SEPTEMBER
    )


def _part_of_year(precision: int, date: str, key: str, display: str, first: str, after: str) -> Row:
    return Row(
        precision, date, key, display, "2026", "2026",
        first.replace("-", ""), after.replace("-", ""), (first, after), 2026, None,
    )  # fmt: skip


TABLE = (
    _with_time(0, "second", "30 September 2026, 12:00 UTC"),
    _with_time(1, "minute", "30 September 2026, 12:00 UTC"),
    _with_time(2, "hour", "30 September 2026, about 12:00 UTC"),
    _day_only(3, "morning", "30 September 2026, in the local morning"),
    _day_only(4, "afternoon", "30 September 2026, in the local afternoon"),
    _day_only(5, "day"),
    Row(
        6, "2026-09-27T00:00:00+00:00", "week", "week of 21 September 2026", "2026-W39", "2026-09",
        "20260921", "20260928", ("2026-09-21", "2026-09-28"), 2026, _SEPTEMBER,
    ),
    Row(
        7, _LAST, "month", "September 2026", "2026-09", "2026-09",
        "20260901", "20261001", ("2026-09-01", "2026-10-01"), 2026, _SEPTEMBER,
    ),
    _part_of_year(8, "2026-03-31T00:00:00+00:00", "quarter-1", "first quarter of 2026",
          "2026-01-01", "2026-04-01"),
    _part_of_year(9, "2026-06-30T00:00:00+00:00", "quarter-2", "second quarter of 2026",
          "2026-04-01", "2026-07-01"),
    _part_of_year(10, _LAST, "quarter-3", "third quarter of 2026", "2026-07-01", "2026-10-01"),
    _part_of_year(11, _END, "quarter-4", "fourth quarter of 2026", "2026-10-01", "2027-01-01"),
    _part_of_year(12, "2026-06-30T00:00:00+00:00", "half-1", "first half of 2026",
          "2026-01-01", "2026-07-01"),
    _part_of_year(13, _END, "half-2", "second half of 2026", "2026-07-01", "2027-01-01"),
    _part_of_year(14, _END, "year", "2026", *_YEAR),
    Row(
        15, _LAST, "fiscal-year", "fiscal year 2026", None, None,
        "20251001", "20261001", ("2025-10-01", "2026-10-01"), 2026, None,
    ),
    Row(
        16, "2029-12-31T00:00:00+00:00", "decade", "2020s", None, None,
        "20200101", "20300101", ("2020-01-01", "2030-01-01"), None, None,
    ),
    _with_time(None, "not-stated-time", "30 September 2026, 12:00 UTC"),
    _day_only(None, "not-stated-day"),
    _day_only(99, "day"),
    Row(5, None, "unknown", "date not known", None, None, "", "", None, None, None),
    Row(None, None, "unknown", "date not known", None, None, "", "", None, None, None),
)  # fmt: skip
