"""Calendars with reminders: the calendars to subscribe to once more, with an alarm for each event.

An alarm goes off one hour before an event, or at 18:00 on the day before if only its day is known.
UIDs are those of the calendar itself, so a program takes one or the other. There is no alarm for a
day before that of the build, since a program that imports a calendar may show all alarms that it
has missed. So these calendars go no further back than the rolling calendar.
"""

from datetime import date, timedelta

from msgspec.structs import replace

from events_archive.site.calendars import ROLLING_DAYS, Calendar, CalendarEntry
from events_archive.site.formats import CALENDAR

SUFFIX = f".reminders{CALENDAR.suffix}"
"""The end of the paths of calendars with reminders, in place of that of calendars."""

HOURS_BEFORE_TIME, HOURS_BEFORE_DAY = 1, 6
"""How long before the start of a timed event alarms go off, and before the midnight that begins a
day. A day has no time zone in calendars, so that is the reader's midnight."""


def reminders_path(path: str) -> str:
    """Return ``types/eva.reminders.ics`` for ``types/eva.ics``."""
    return path.removesuffix(CALENDAR.suffix) + SUFFIX


def calendar_with_reminders(calendar: Calendar) -> Calendar:
    """Return the calendar with reminders for another one, without its entries."""
    return replace(
        calendar,
        name=f"{calendar.name} (with reminders)",
        description=f"Events of the past {ROLLING_DAYS} days and all that are announced, with an "
        "alarm one hour before each, or at 18:00 on the day before if only the day is known.",
        path=reminders_path(calendar.path),
    )


def with_alarm(entry: CalendarEntry, today: date) -> CalendarEntry:
    """Return the entry of an event that is known to the day, with its alarm if that is ahead."""
    event_date = entry.event.date
    assert event_date.interval, "it is known to the day"
    hours = HOURS_BEFORE_TIME if event_date.has_time else HOURS_BEFORE_DAY
    is_ahead = (event_date.interval.start - timedelta(hours=hours)).date() >= today
    if entry.status == "CANCELLED" or not is_ahead:
        return entry
    return replace(entry, alarm=f"-PT{hours}H")
