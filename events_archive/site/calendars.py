"""Which calendars exist, and what they state of an event.

Calendars to subscribe to have the events that are known to the day. Programs that show the current
event, such as Home Assistant and MagicMirror, would show "2026" for a year. Events with coarser
dates have a calendar of their own; the complete calendar, which is for import, has all.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from events_archive.model.event import Event
from events_archive.site import urls
from events_archive.site.categories import Category, category_of
from events_archive.site.formats import CALENDAR
from events_archive.site.page import Alternate, Page, Writer
from events_archive.site.site import Site
from events_archive.site.taxonomies import DAILY, EVERY_SIX_HOURS
from events_archive.site.terms import Term

ROLLING_DAYS = 90
"""How far back the rolling calendar goes."""

CANCELLED_FOR = timedelta(days=30)
"""How long calendars show a withdrawn event as cancelled before they leave it out."""


class CalendarEntry(Struct, frozen=True, kw_only=True):
    """An event as calendars show it."""

    event: Event
    status: str
    """TENTATIVE, CONFIRMED or CANCELLED (RFC 5545 section 3.8.1.11)."""
    last_modified: datetime
    """When the entry last changed (UTC)."""
    sequence: int
    """Rises with every change of the entry (RFC 5545 section 3.8.7.4)."""
    alarm: str = ""
    """When its alarm goes off, from its start, as a DURATION; ``""`` for no alarm."""


class Calendar(Struct, frozen=True, kw_only=True):
    """A calendar."""

    name: str
    description: str
    path: str
    """``""`` if it is not published."""
    html_url: str
    """The page with the same events."""
    entries: tuple[CalendarEntry, ...] = ()
    """In order of time; none without a date."""
    refresh: str = DAILY
    """How often programs are asked to fetch it, as a DURATION (RFC 5545 section 3.3.6)."""
    is_recurring: bool = False
    """Whether events recur every year."""
    category: Category | None = None
    """What gives it a colour, if its events have one category."""

    def alternate(self, title: str) -> Alternate:
        """Return the link by which pages announce it."""
        return Alternate(url=self.path, media_type=CALENDAR.media_type, title=title)


_SITE_CALENDARS = (
    Calendar(
        name="{site}", path=urls.CALENDAR, html_url=urls.HOME, refresh=EVERY_SIX_HOURS,
        description=f"Spaceflight events of the past {ROLLING_DAYS} days and all that are "
        "announced, as far as their day is known.",
    ),
    Calendar(
        name="{site} (complete)", path=urls.COMPLETE_CALENDAR, html_url=urls.HOME,
        description="Every spaceflight event of the archive that has a date, to be imported once.",
    ),
    Calendar(
        name="{site} (approximate dates)", path=urls.APPROXIMATE_CALENDAR, html_url=urls.HOME,
        description="Spaceflight events whose day is not known: each fills the week, the month, "
        "the year or the decade in which it is.",
    ),
    Calendar(
        name="Anniversaries · {site}", path=urls.ANNIVERSARIES, html_url=urls.ALL_DAYS,
        description="What happened in space, repeated on the same day of every year. "
        "Press events are left out.",
        is_recurring=True,
    ),
)  # fmt: skip


def site_calendar(site: Site, path: str) -> Calendar:
    """Return one of the calendars of the whole site, without its entries."""
    calendar = next(calendar for calendar in _SITE_CALENDARS if calendar.path == path)
    return replace(calendar, name=calendar.name.format(site=site.title))


def term_calendar(site: Site, term: Term) -> Calendar:
    """Return the calendar of a term, without its entries."""
    name = site.taxonomies.title(term) if term.taxonomy.feed_id else term.name
    return Calendar(
        name=f"{name} · {site.title}",
        description=f"Every spaceflight event of {term.phrase} whose day is known.",
        path=term.stem + CALENDAR.suffix,
        html_url=term.url,
        refresh=term.taxonomy.calendar_refresh,
        category=term.category,
    )


def event_calendar(site: Site, event: Event) -> Calendar:
    """Return the calendar of a single event, without its entry."""
    return Calendar(
        name=event.name,
        description=f"{event.name}, from {site.title}.",
        path=urls.permalink(event.id, CALENDAR.suffix),
        html_url=urls.permalink(event.id),
        category=category_of(event.type),
    )


def calendar_page(calendar: Calendar, entries: tuple[CalendarEntry, ...]) -> Page:
    """Return the page of a calendar with these entries."""
    return Page(
        path=calendar.path,
        writer=Writer.CALENDAR,
        title=calendar.name,
        context={"calendar": replace(calendar, entries=entries)},
    )


def has_calendar(site: Site, event: Event) -> bool:
    """Whether calendars show the event: it has a date, and was not withdrawn too long ago."""
    if event.date.utc is None:
        return False
    withdrawn = site.publications.withdrawn(event)
    return withdrawn is None or site.catalogue.today <= withdrawn.date() + CANCELLED_FOR


def calendar_entry(site: Site, event: Event) -> CalendarEntry:
    """Return the event's entry."""
    published = site.publications.of(event)
    return CalendarEntry(
        event=event,
        status=published.status,
        last_modified=published.modified,
        sequence=published.sequence,
    )
