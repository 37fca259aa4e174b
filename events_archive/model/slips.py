"""How far the date of an event has moved: between two dates, and over all changes of one event.

A date stands for the period in which the event lies. It has moved only if the new period does not
overlap the old one. "20 November" after "November" is narrower, not another date.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from events_archive.model.event_date import EventDate
from events_archive.model.interval import format_duration

_DAY = timedelta(days=1)

CORRECTED_AFTER = timedelta(days=7)
"""A change seen so long after both dates may correct the record of what happened. It is no slip."""

_TIMES = ("", "once", "twice", "three times", "four times", "five times", "six times")


class Shift(Struct, frozen=True, kw_only=True):
    """The time between two dates whose periods do not overlap."""

    length: timedelta
    """More than zero; the least that is possible if a day is not known."""
    is_later: bool
    is_exact: bool
    """Whether both days are known."""
    is_same_day: bool
    """Whether only the time of day differs."""

    @property
    def text(self) -> str:
        """The shift in words: "52 days later", "at least 31 days earlier", "2 hours later"."""
        days = self.length.days
        amount = f"{days} day{'' if days == 1 else 's'}" if days else format_duration(self.length)
        bound = "" if self.is_exact else "at least "
        return f"{bound}{amount} {'later' if self.is_later else 'earlier'}"


class Slip(Struct, frozen=True, kw_only=True):
    """How the date of an event moved."""

    dates: tuple[EventDate, ...]
    """The planned date, each date that replaced it, and the present one."""
    moves: int
    """How often it moved to another day, or if it never did, to another time; at least 1."""
    shift: Shift | None
    """From the planned date to the present one; None if these overlap."""
    last_moved: datetime
    """When the archive saw the last of these moves (UTC)."""

    @property
    def text(self) -> str:
        """The slip in words: "Planned for 20 November 2026, moved three times, 52 days later"."""
        times = _TIMES[self.moves] if self.moves < len(_TIMES) else f"{self.moves} times"
        planned, present = self.dates[0], self.dates[-1]
        has_clock = self.shift and self.shift.length < _DAY
        start = planned.display if has_clock else planned.display_date
        if self.shift:
            result = self.shift.text
        elif is_narrower(planned, present):
            result = "back on that date" if planned.day else "back in that period"
        else:
            result = "now less certain"
        return f"Planned for {start}, moved {times}, {result}"


def shift_between(old: EventDate, new: EventDate) -> Shift | None:
    """Return how far ``new`` is from ``old``; None if their periods overlap or one is not known."""
    if old.interval is None or new.interval is None:
        return None
    is_later = new.interval.start >= old.interval.end
    if not is_later and old.interval.start < new.interval.end:
        return None
    first, second = (old, new) if is_later else (new, old)
    assert first.interval
    assert second.interval
    days = second.interval.first_day - first.interval.last_day
    between = second.interval.start - first.interval.start
    is_less_than_a_day = first.has_time and second.has_time and between < _DAY
    return Shift(
        length=between if is_less_than_a_day else days,
        is_later=is_later,
        is_exact=bool(first.day and second.day),
        is_same_day=days == timedelta(),
    )


def is_narrower(old: EventDate, new: EventDate) -> bool:
    """Whether ``new`` lies within the period of ``old``, which may be unknown."""
    if old.interval is None or new.interval is None:
        return new.interval is not None
    return old.interval.start <= new.interval.start and new.interval.end <= old.interval.end


def describe_move(old: EventDate, new: EventDate) -> tuple[str, str]:
    """Return what a change of a date is, and from what to what.

    ("Moved", "from 4 July 2021 to 8 July 2021, 4 days later") if it is another date.
    """
    dates = f"from {old.display} to {new.display}"
    if shift := shift_between(old, new):
        return "Moved", f"{dates}, {shift.text}"
    if is_narrower(old, new):
        return "Date narrowed", dates
    return "Date widened" if is_narrower(new, old) else "Date changed", dates


def slip_of(moves: Iterable[tuple[datetime, EventDate, EventDate]], date: EventDate) -> Slip | None:
    """Return how the date of an event moved that is now ``date``; None if it did not.

    ``moves`` are the changes of its date, oldest first: when each was observed, from what, to what.
    """
    dates: list[EventDate] = []
    days_moved: list[datetime] = []
    times_moved: list[datetime] = []
    for observed, old, new in moves:
        dates = dates or [old]
        if _is_correction(observed, old, new):
            dates[-1] = new
        elif shift := shift_between(dates[-1], new):
            dates.append(new)
            (times_moved if shift.is_same_day else days_moved).append(observed)
        elif is_narrower(dates[-1], new):
            dates[-1] = new
    moved = days_moved or times_moved
    if not moved:
        return None
    if date != dates[-1]:
        dates.append(date)
    return Slip(
        dates=tuple(dates),
        moves=len(moved),
        shift=shift_between(dates[0], date),
        last_moved=moved[-1],
    )


def _is_correction(observed: datetime, *dates: EventDate) -> bool:
    """Whether all dates had long been over."""
    return all(date.interval and date.interval.end + CORRECTED_AFTER < observed for date in dates)
