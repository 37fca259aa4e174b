"""Whether an event is at the dates that a search asks for."""

from datetime import UTC, datetime, timedelta

from events_archive.model.interval import months
from events_archive.search.index import Span
from events_archive.search.parser import Dates

OPEN_UNITS = ("upcoming", "past")
"""Units of periods that end or begin now."""


def is_within(span: Span | None, dates: Dates, now: float) -> bool:
    """Return whether an event is certainly at ``dates``; ``now`` is a POSIX time.

    An event of "September 2026" is in 2026, and not on any day.
    """
    if span is None:
        return False
    if dates.unit == "upcoming":
        return span.end > now
    if dates.unit == "past":
        return span.end <= now
    if dates.unit:
        start, end = _period(dates, now)
        return start <= span.start and span.end <= end
    first, last = (datetime.fromtimestamp(time, UTC) for time in (span.start, span.end - 1))
    parts = ((dates.year, "year"), (dates.month, "month"), (dates.day, "day"))
    return all(getattr(first, p) == getattr(last, p) == wanted for wanted, p in parts if wanted)


def distance(span: Span | None, now: float) -> float:
    """Return the seconds between ``now`` and the end of an event; infinity without a date."""
    return abs(span.end - now) if span else float("inf")


def start(span: Span | None) -> float:
    """Return the start of an event; infinity for an event without a date."""
    return span.start if span else float("inf")


def _period(dates: Dates, now: float) -> tuple[float, float]:
    """Return the period that is so many units from the present one, as POSIX times."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if dates.unit in ("month", "year"):
        count, first = (12, 1) if dates.unit == "year" else (1, today.month)
        interval = months(today.year, first + dates.offset * count, count)
        return interval.start.timestamp(), interval.end.timestamp()
    days = 7 if dates.unit == "week" else 1
    start = today + timedelta(days=days * dates.offset - (today.weekday() if days == 7 else 0))
    return start.timestamp(), (start + timedelta(days=days)).timestamp()
