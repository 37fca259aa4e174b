"""The filters that templates have beside Jinja's own."""

from collections.abc import Callable
from typing import Any

from events_archive.model.event import host_of
from events_archive.model.event_date import EventDate
from events_archive.model.interval import format_day, format_duration
from events_archive.model.timestamps import format_utc
from events_archive.render.feeds import rfc822
from events_archive.render.markdown import markdown_to_html
from events_archive.site.on_this_day import format_day_of_year


def date_parts(date: EventDate) -> tuple[str, str, str]:
    """Return ("4", "July 2021", "00:11 UTC"): the day, the month with the year, and the time.

    Parts that are not known are empty: ("", "September 2026", "").
    """
    head, _, clock = date.display.partition(", ")
    day, _, rest = head.partition(" ")
    return (day, rest, clock) if day.isdigit() and rest else ("", head, clock)


def format_size(size: int) -> str:
    """Return a number of bytes as ``5.2 MB`` or ``310 kB``, in powers of 1,000."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1e3))} kB"


FILTERS: dict[str, Callable[..., Any]] = {
    "date_parts": date_parts,
    "format_day": format_day,
    "format_day_of_year": format_day_of_year,
    "format_duration": format_duration,
    "format_size": format_size,
    "host": host_of,
    "markdown": markdown_to_html,
    "rfc3339": format_utc,
    "rfc822": rfc822,
}
