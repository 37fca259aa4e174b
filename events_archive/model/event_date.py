"""When something happens, as far as anybody knows: everything that speaks about time asks here.

A coarse date ("September 2026") comes from Launch Library 2 as the last day of its period at
midnight UTC. Shown as a clock time, or shifted to a local zone, it would be a lie; `Moment` knows
what may be said of it, from the table in ``precision.py``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from events_archive.model.date_precision import (
    NOT_STATED_DAY,
    NOT_STATED_TIME,
    PRECISIONS,
    UNRECOGNISED,
    Precision,
)
from events_archive.model.interval import MONTHS, Interval, format_day, format_month

__all__ = ["MONTHS", "PRECISIONS", "EventDate", "Interval", "format_day", "format_month"]

Day = date
"""A calendar day; `Moment` has a field of the other name."""

_NO_DATE_SORTS_LAST = (datetime.max.replace(tzinfo=UTC), timedelta.max)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class EventDate:
    """The date of an event together with how much of it is meant."""

    utc: datetime | None
    """As LL2 sent it, in UTC; None where the source knows no date at all."""
    precision_id: int | None
    """LL2's ``date_precision.id``; None where the source does not state one."""

    @cached_property
    def _precision(self) -> Precision:
        if self.precision_id is not None:
            return PRECISIONS.get(self.precision_id, UNRECOGNISED)
        at_midnight = self.utc is None or self.utc.time() == time()
        return NOT_STATED_DAY if at_midnight else NOT_STATED_TIME

    @property
    def precision(self) -> str:
        """The word for the precision: "minute", "month", "not-stated-day", "unknown" (no date)."""
        return self._precision.key if self.utc else "unknown"

    @cached_property
    def has_time(self) -> bool:
        """Whether the clock time means anything, so that a local time may stand beside it."""
        return self.utc is not None and self._precision.has_time

    @cached_property
    def display(self) -> str:
        """The date in words: "4 July 2021, 00:11 UTC", "September 2026", "2020s"."""
        return self._precision.display(self.utc) if self.utc else "date not known"

    @cached_property
    def display_date(self) -> str:
        """The date in words without the clock: for lists that show the time apart or not at all."""
        return format_day(self.utc) if self.utc and self.has_time else self.display

    @cached_property
    def iso(self) -> str | None:
        """What stands in ``<time datetime>``: "2021-07-04T00:11:00Z", "2026-09", "2026-W40"."""
        return self._precision.iso(self.utc) if self.utc else None

    @cached_property
    def schema_org_date(self) -> str | None:
        """The most that JSON-LD may say: an instant, or the day, month or year that holds the span.

        Schema.org knows no weeks, quarters or decades (https://schema.org/Date); None where the
        span does not lie in one calendar year.
        """
        if self.interval is None or self.has_time:
            return self.iso
        if self.day:
            return self.day.isoformat()
        first, last = self.interval.first_day, self.interval.last_day
        if (first.year, first.month) == (last.year, last.month):
            return first.isoformat()[:7]
        return f"{first:%Y}" if first.year == last.year else None

    @cached_property
    def interval(self) -> Interval | None:
        """The period the event lies in; None only where there is no date.

        A calendar shows its days, from `Span.first_day` to `Span.day_after`; of a timed moment it
        shows the start.
        """
        return self._precision.interval(self.utc) if self.utc else None

    @cached_property
    def day(self) -> Day | None:
        """The day on which the event is; None where that is known less exactly."""
        span = self.interval
        if span is None or span.first_day != span.last_day:
            return None
        return span.first_day

    @cached_property
    def sort_key(self) -> tuple[datetime, timedelta]:
        """Orders by the start where that is known, else by the last instant of the span.

        "September 2026" therefore follows 30 September, and is followed by 1 October.
        """
        span = self.interval
        if span is None:
            return _NO_DATE_SORTS_LAST
        latest = span.start if self.has_time else span.end - _INSTANT
        return (latest, span.end - span.start)

    @cached_property
    def latest(self) -> datetime | None:
        """The start where that is known, else the last second in which it may have happened."""
        return self.sort_key[0].replace(microsecond=0) if self.utc else None

    @cached_property
    def year(self) -> int | None:
        """The year on whose page the event stands; None for a decade or no date."""
        return self._precision.year(self.utc) if self.utc else None

    @cached_property
    def month(self) -> tuple[int, int] | None:
        """The (year, month) on whose page it stands; None for anything coarser than a month."""
        return self._precision.month(self.utc) if self.utc else None

    @property
    def month_name(self) -> str:
        """The month's name, or ``""`` where the month is not known."""
        return MONTHS[self.month[1] - 1] if self.month else ""

    def is_over(self, today: Day) -> bool:
        """Whether the whole span lies before the day ``today`` (UTC); never for no date at all."""
        return self.interval is not None and self.interval.last_day < today
