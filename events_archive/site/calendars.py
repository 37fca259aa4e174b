"""Which calendars exist, and what stands in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from events_archive.model.catalogue import Events
from events_archive.model.event import Event
from events_archive.site import urls
from events_archive.site.categories import Category, category_of
from events_archive.site.formats import CALENDAR
from events_archive.site.on_this_day import recurring_events
from events_archive.site.page import Page, Writer
from events_archive.site.publication_dates import FIRST_DATE
from events_archive.site.site import Site
from events_archive.site.taxonomies import DAILY, EVERY_SIX_HOURS
from events_archive.site.terms import Taxonomy, Term

ROLLING_DAYS = 90
"""How far back the rolling calendar reaches."""

_LARGEST = 2**31 - 1
"""The largest INTEGER (RFC 5545 section 3.3.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """An event as calendars show it."""

    event: Event
    status: str
    """TENTATIVE, CONFIRMED or CANCELLED (RFC 5545 section 3.8.1.11)."""
    last_modified: datetime
    """When what is said of it last changed (UTC)."""
    sequence: int
    """Rises with `revised` and with every change that was seen (section 3.8.7.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A calendar that people subscribe to or import."""

    name: str
    description: str
    path: str
    html_url: str
    """The address of the page with the same events."""
    entries: tuple[CalendarEntry, ...] = ()
    """In order of time; an event without any date is in no calendar."""
    refresh: str = DAILY
    """A DURATION (section 3.3.6)."""
    is_recurring: bool = False
    """Whether it brings each event back every year, rather than showing it when it was."""
    category: Category | None = None
    """What gives it a colour, where its events are of one kind."""


def rolling_calendar(site: Site) -> Calendar:
    """The one to subscribe to, without its events."""
    return Calendar(
        name=site.title,
        description=f"Spaceflight events of the past {ROLLING_DAYS} days and all that are to come.",
        path=urls.CALENDAR,
        html_url=urls.HOME,
        refresh=EVERY_SIX_HOURS,
    )


def complete_calendar(site: Site) -> Calendar:
    """The one to import once, without its events."""
    return Calendar(
        name=f"{site.title} (complete)",
        description="Every spaceflight event of the archive that has a date, to be imported once.",
        path=urls.COMPLETE_CALENDAR,
        html_url=urls.HOME,
    )


def term_calendar(site: Site, term: Term) -> Calendar:
    """Return the calendar of one term, without its events."""
    return Calendar(
        name=f"{term.name} · {site.title}",
        description=f"Every spaceflight event of {term.phrase}.",
        path=term.url.removesuffix(".html") + CALENDAR.suffix,
        html_url=term.url,
        refresh=term.taxonomy.calendar_refresh,
        category=term.category,
    )


def event_calendar(site: Site, event: Event) -> Calendar:
    """The calendar that holds one event, without it."""
    return Calendar(
        name=event.name,
        description=f"{event.name}, as {site.title} has it.",
        path=site.urls.event(event, CALENDAR.suffix),
        html_url=site.urls.event(event),
        category=category_of(event.type),
    )


def anniversary_calendar(site: Site) -> Calendar:
    """Every event again each year, without the events."""
    return Calendar(
        name=f"Anniversaries · {site.title}",
        description="What happened in space, on the same day of every year after. "
        "Press events are left out.",
        path=urls.ANNIVERSARIES,
        html_url=urls.ALL_DAYS,
        is_recurring=True,
    )


def calendar_pages(site: Site) -> Iterator[Page]:
    """Yield every calendar: rolling, complete, recurring, by type, by year, by event."""
    events, entries = calendar_events(site), CalendarEntries(site)
    yield calendar_page(rolling_calendar(site), entries.of(rolling_window(site, events)))
    yield calendar_page(complete_calendar(site), entries.of(events))
    yield calendar_page(anniversary_calendar(site), entries.of(recurring_events(site.catalogue)))
    in_calendars = replace(site.catalogue, events=events, withdrawn=())
    for taxonomy in site.taxonomies.taxonomies:
        if taxonomy.calendar_refresh:
            found = taxonomy.find(taxonomy, in_calendars, site.urls)
            events_of = {term.slug: term.events for term in found}
            for term in (*site.taxonomies.terms(taxonomy.name), *_retired_terms(site, taxonomy)):
                shown = events_of.get(term.slug, ())
                yield calendar_page(term_calendar(site, term), entries.of(shown))
    # An event's own calendar keeps the event when it was withdrawn too long ago for the others.
    for event in site.catalogue.all_events:
        shown = (event,) if event.date.utc else ()
        yield calendar_page(event_calendar(site, event), entries.of(shown))


def _retired_terms(site: Site, taxonomy: Taxonomy) -> Iterator[Term]:
    """Yield the published terms that no event has any more: their calendars stay, if empty."""
    present = {term.slug for term in site.taxonomies.terms(taxonomy.name)}
    for path in site.history.state.published_lists:
        term = re.fullmatch(rf"{taxonomy.name}/([^/]+)\.html", path)
        if term and term[1] not in present | {"index"}:
            slug = term[1]
            yield Term(taxonomy=taxonomy, key=slug, slug=slug, name=slug, events=())


def calendar_page(calendar: Calendar, entries: tuple[CalendarEntry, ...]) -> Page:
    """Return the page of a calendar that holds ``entries``."""
    return Page(
        path=calendar.path,
        writer=Writer.CALENDAR,
        title=calendar.name,
        context={"calendar": replace(calendar, entries=entries)},
    )


def calendar_events(site: Site) -> Events:
    """All that calendars can show: what has a date and was not withdrawn too long ago."""
    catalogue, chronicle = site.catalogue, site.publication_dates
    cancelled = [e for e in catalogue.withdrawn if chronicle.is_cancelled(e, catalogue.today)]
    events = sorted((*catalogue.events, *cancelled), key=lambda event: event.sort_key)
    return tuple(event for event in events if event.date.utc)


def rolling_window(site: Site, events: Events) -> Events:
    """Those that are not over, or were not 90 days ago."""
    horizon = site.catalogue.today - timedelta(days=ROLLING_DAYS)
    return tuple(event for event in events if not event.date.is_over(horizon))


def has_calendar(site: Site, event: Event) -> bool:
    """Whether there is anything to add to a calendar."""
    if event.date.utc is None:
        return False
    chronicle = site.publication_dates
    return chronicle.withdrawn(event) is None or chronicle.is_cancelled(event, site.catalogue.today)


class CalendarEntries:
    """The calendar entries of a site's events, each made once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._entries: dict[int, CalendarEntry] = {}

    def of(self, events: Events) -> tuple[CalendarEntry, ...]:
        """Return the entries of ``events``, in their order."""
        return tuple([self._entry(event) for event in events])

    def _entry(self, event: Event) -> CalendarEntry:
        entry = self._entries.get(event.id)
        if entry is None:
            entry = self._entries[event.id] = calendar_entry(self._site, event)
        return entry


def calendar_entry(site: Site, event: Event) -> CalendarEntry:
    """The event's state in calendars.

    That a coarse date has become past is a change as well, from tentative to confirmed, and takes
    place when its period ends.
    """
    chronicle, moment = site.publication_dates, event.date
    status, revised = "CONFIRMED", chronicle.last_modified(event)
    if withdrawn := chronicle.withdrawn(event):
        status, revised = "CANCELLED", max(revised, withdrawn)
    elif moment.interval and not moment.has_time:
        if moment.is_over(site.catalogue.today):
            ended = datetime.combine(moment.interval.end_date_exclusive, time(), tzinfo=UTC)
            revised = max(revised, ended)
        else:
            status = "TENTATIVE"
    seconds = int((revised - FIRST_DATE).total_seconds()) + chronicle.revision_count(event)
    return CalendarEntry(
        event=event, status=status, last_modified=revised, sequence=min(max(0, seconds), _LARGEST)
    )
