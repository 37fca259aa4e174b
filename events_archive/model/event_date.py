"""The date of an event: how it is displayed, sorted, and written for programs.

Launch Library 2 sends a coarse date ("September 2026") as the last day of its period at midnight
UTC. `EventDate` therefore uses a date-time together with its precision only.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from msgspec import Struct

from events_archive.model.date_precision import (
    NOT_STATED_DAY,
    NOT_STATED_TIME,
    PRECISIONS,
    UNRECOGNISED,
    Precision,
)
from events_archive.model.interval import RESOLUTION, Interval, format_day


class EventDate(Struct, frozen=True, kw_only=True, dict=True):
    """A date-time with its precision."""

    utc: datetime | None
    """As LL2 sent it, in UTC; None if LL2 has no date."""
    precision_id: int | None
    """LL2's ``date_precision.id``; None if LL2 states none."""

    @cached_property
    def _precision(self) -> Precision:
        if self.precision_id is not None:
            return PRECISIONS.get(self.precision_id, UNRECOGNISED)
        is_midnight = self.utc is None or self.utc.time() == time()
        return NOT_STATED_DAY if is_midnight else NOT_STATED_TIME

    @property
    def precision(self) -> str:
        """The key of the precision: "minute", "month", "not-stated-day", "unknown" (no date)."""
        return self._precision.key if self.utc else "unknown"

    @cached_property
    def has_time(self) -> bool:
        """Whether the time of day is known, so that it can be shown in other time zones."""
        return self.utc is not None and self._precision.has_time

    @cached_property
    def display(self) -> str:
        """The date in English: "4 July 2021, 00:11 UTC", "September 2026", "2020s"."""
        interval = self.interval
        return self._precision.display(interval.start) if interval else "date not known"

    @cached_property
    def display_date(self) -> str:
        """`display` without the time of day."""
        return format_day(self.utc) if self.utc and self.has_time else self.display

    @cached_property
    def iso(self) -> str | None:
        """The value of ``<time datetime>``: "2021-07-04T00:11:00Z", "2026-09", "2026-W40".

        None if HTML has no form for the period.
        """
        form = self._precision.iso_format
        return self.interval.start.strftime(form) if self.interval and form else None

    @cached_property
    def schema_org_date(self) -> str | None:
        """The date for JSON-LD: a date-time, or the day, month or year that holds the interval.

        Schema.org has no weeks, quarters or decades (https://schema.org/Date). None if the interval
        does not lie in one calendar year.
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
        """The period in which the event lies; None if there is no date."""
        return self._precision.interval(self.utc) if self.utc else None

    @cached_property
    def day(self) -> date | None:
        """The day (UTC) of the event; None if it is not known."""
        interval = self.interval
        if interval is None or interval.first_day != interval.last_day:
            return None
        return interval.first_day

    @property
    def day_of_year(self) -> tuple[int, int] | None:
        """The (month, day) of the event, whatever its year; None if the day is not known."""
        return (self.day.month, self.day.day) if self.day else None

    @cached_property
    def sort_key(self) -> tuple[datetime, timedelta]:
        """Sorts by the start if the time of day is known, else by the end of the interval.

        "September 2026" follows 30 September and precedes 1 October. No date sorts last.
        """
        interval = self.interval
        if interval is None:
            return (datetime.max.replace(tzinfo=UTC), timedelta.max)
        latest = interval.start if self.has_time else interval.end - RESOLUTION
        return (latest, interval.end - interval.start)

    @cached_property
    def latest(self) -> datetime | None:
        """The start if the time of day is known, else the last second of the interval."""
        return self.sort_key[0].replace(microsecond=0) if self.utc else None

    @cached_property
    def year(self) -> int | None:
        """The year whose page lists the event; None for a decade or no date."""
        return self._precision.year(self.interval.start) if self.interval else None

    @cached_property
    def month(self) -> tuple[int, int] | None:
        """The (year, month) whose page lists the event; None if the month is not known."""
        if self.interval is None or not self._precision.has_month:
            return None
        return (self.interval.start.year, self.interval.start.month)

    def is_over(self, today: date) -> bool:
        """Whether the interval ends before the day ``today`` (UTC); False if there is no date."""
        return self.interval is not None and self.interval.last_day < today
