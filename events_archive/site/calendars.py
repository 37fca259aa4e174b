"""Which calendars exist, and what stands in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event, EventType
from events_archive.site import addresses
from events_archive.site.chronicle import NEVER
from events_archive.site.families import Family, family
from events_archive.site.page import Deferred, Page
from events_archive.site.site import Site

CALENDAR = "text/calendar"

CALENDAR_SUFFIX = ".ics"

_TEMPLATE = "calendar"

ROLLING_DAYS = 90
"""How far back the rolling calendar reaches."""

OFTEN, DAILY = "PT6H", "P1D"
"""How soon programs are asked to look again: Launch Library 2 itself is asked every six hours."""

_YEAR = re.compile(r"years/(\d{4})\.html")

_LARGEST = 2**31 - 1
"""The largest INTEGER (RFC 5545 section 3.3.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An event as calendars show it."""

    event: Event
    status: str
    """TENTATIVE, CONFIRMED or CANCELLED (RFC 5545 section 3.8.1.11)."""
    revised: datetime
    """When what is said of it last changed (UTC)."""
    sequence: int
    """Rises with `revised` and with every change that was seen (section 3.8.7.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A calendar that people subscribe to or import."""

    name: str
    description: str
    address: str
    home: str
    """The address of the page with the same events."""
    items: tuple[Item, ...] = ()
    """In order of time; an event without any date is in no calendar."""
    refresh: str = DAILY
    """A DURATION (section 3.3.6)."""
    is_yearly: bool = False
    """Whether it brings each event back every year, rather than showing it when it was."""
    family: Family | None = None
    """What gives it a colour, where its events are of one kind."""


def rolling_calendar(site: Site) -> Calendar:
    """The one to subscribe to, without its events."""
    return Calendar(
        name=site.title,
        description=f"Spaceflight events of the past {ROLLING_DAYS} days and all that are to come.",
        address=addresses.CALENDAR,
        home=addresses.HOME,
        refresh=OFTEN,
    )


def whole_calendar(site: Site) -> Calendar:
    """The one to import once, without its events."""
    return Calendar(
        name=f"{site.title} (complete)",
        description="Every spaceflight event of the archive that has a date, to be imported once.",
        address=addresses.WHOLE_CALENDAR,
        home=addresses.HOME,
    )


def type_calendar(site: Site, type: EventType) -> Calendar:
    """The calendar of one type, without its events."""
    return Calendar(
        name=f"{type.name} · {site.title}",
        description=f"Every spaceflight event of the type {type.name}.",
        address=site.addresses.type(type, ".ics"),
        home=site.addresses.type(type),
        refresh=OFTEN,
        family=family(type),
    )


def year_calendar(site: Site, year: int) -> Calendar:
    """The calendar of one year, without its events."""
    return Calendar(
        name=f"{year} · {site.title}",
        description=f"Every spaceflight event of {year}.",
        address=addresses.year(year, ".ics"),
        home=addresses.year(year),
    )


def event_calendar(site: Site, event: Event) -> Calendar:
    """The calendar that holds one event, without it."""
    return Calendar(
        name=event.name,
        description=f"{event.name}, as {site.title} has it.",
        address=site.addresses.event(event, CALENDAR_SUFFIX),
        home=site.addresses.event(event),
        family=family(event.type),
    )


def calendar_pages(site: Site) -> Iterator[Page]:
    """Every calendar: rolling, complete, by type, by year, by event."""
    events = calendar_events(site)
    items = {event.id: calendar_item(site, event) for event in events}
    yield _page(rolling_calendar(site), recent_and_coming(site, events), items)
    yield _page(whole_calendar(site), events, items)
    of_type = grouped(events, lambda event: event.type.id)
    for type in site.types_by_name():
        yield _page(type_calendar(site, type), of_type.get(type.id, ()), items)
    of_year = grouped(events, lambda event: event.moment.year)
    for year in sorted({*site.catalogue.by_year, *_published_years(site)}):
        yield _page(year_calendar(site, year), of_year.get(year, ()), items)
    yield from _event_calendars(site, items)


def _published_years(site: Site) -> Iterator[int]:
    """The years that had a page once: whoever subscribed to one goes on to get an answer."""
    for address in site.memory.ledger.lists:
        if year := _YEAR.fullmatch(address):
            yield int(year[1])


def _event_calendars(site: Site, items: Mapping[int, Item]) -> Iterator[Page]:
    """Each event's own, which stays when the others have dropped what was withdrawn."""
    for event in site.catalogue.all_events:
        item = None
        if event.moment.date:
            item = items.get(event.id) or calendar_item(site, event)
        yield Deferred(
            site.addresses.event(event, ".ics"),
            _TEMPLATE,
            partial(_event_page, site, event, item),
            depends=(event, item),
        )


def _event_page(site: Site, event: Event, item: Item | None) -> Page:
    shown = {event.id: item} if item else {}
    return _page(event_calendar(site, event), (event,) if item else (), shown)


def _page(calendar: Calendar, events: Events, items: Mapping[int, Item]) -> Page:
    return Page(
        address=calendar.address,
        template=_TEMPLATE,
        title=calendar.name,
        context={"calendar": replace(calendar, items=tuple(items[event.id] for event in events))},
    )


def calendar_events(site: Site) -> Events:
    """All that calendars can show: what has a date and was not withdrawn too long ago."""
    catalogue, chronicle = site.catalogue, site.chronicle
    cancelled = [e for e in catalogue.withdrawn if chronicle.is_cancelled(e, catalogue.today)]
    events = sorted((*catalogue.events, *cancelled), key=lambda event: event.sort_key)
    return tuple(event for event in events if event.moment.date)


def recent_and_coming(site: Site, events: Events) -> Events:
    """Those that are not over, or were not 90 days ago."""
    horizon = site.catalogue.today - timedelta(days=ROLLING_DAYS)
    return tuple(event for event in events if not event.moment.is_over(horizon))


def has_calendar(site: Site, event: Event) -> bool:
    """Whether there is anything to add to a calendar."""
    today = site.catalogue.today
    if event.moment.date is None:
        return False
    return site.chronicle.withdrawn(event) is None or site.chronicle.is_cancelled(event, today)


def calendar_item(site: Site, event: Event) -> Item:
    """The event's state in calendars.

    That a coarse date has become past is a change as well, from tentative to confirmed, and takes
    place when its period ends.
    """
    chronicle, moment = site.chronicle, event.moment
    status, revised = "CONFIRMED", chronicle.revised(event)
    if withdrawn := chronicle.withdrawn(event):
        status, revised = "CANCELLED", max(revised, withdrawn)
    elif moment.span and not moment.is_timed:
        if moment.is_over(site.catalogue.today):
            ended = datetime.combine(moment.span.day_after, time(), tzinfo=UTC)
            revised = max(revised, ended)
        else:
            status = "TENTATIVE"
    seconds = int((revised - NEVER).total_seconds()) + chronicle.revisions(event)
    return Item(
        event=event, status=status, revised=revised, sequence=min(max(0, seconds), _LARGEST)
    )
