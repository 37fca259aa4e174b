"""Links to copies of other sites' pages in the Wayback Machine of the Internet Archive.

They are plain addresses: nothing is requested when the site is built or a page is read. The Wayback
Machine leads from a day to the copy that is nearest to it
(https://archive.org/help/wayback_api.php).
"""

from datetime import date

from events_archive.model.event import Event, host_of

_WAYBACK = "https://web.archive.org/web/"


def archived_copy_url(url: str, day: date | None) -> str:
    """Return where a copy of the page is, from about ``day``; without one, the latest.

    ``""`` for a page of the Wayback Machine itself.
    """
    if host_of(url) == host_of(_WAYBACK):
        return ""
    return f"{_WAYBACK}{f'{day:%Y%m%d}/' if day else ''}{url}"


def is_archived_copy(url: str) -> bool:
    """Whether ``url`` is one that `archived_copy_url` may have returned."""
    return url.startswith(_WAYBACK)


def day_of_event(event: Event) -> date | None:
    """Return the first day on which the event may be; None if that is not known."""
    return event.date.interval.first_day if event.date.interval else None
