"""Which events each calendar has: the pages of all calendars."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from operator import attrgetter

from msgspec.structs import replace

from events_archive.model.catalogue import Catalogue, Events
from events_archive.model.event import Event
from events_archive.site import urls
from events_archive.site.calendars import (
    ROLLING_DAYS,
    Calendar,
    calendar_entry,
    calendar_page,
    event_calendar,
    has_calendar,
    site_calendar,
    term_calendar,
)
from events_archive.site.categories import PRESS, category_of
from events_archive.site.formats import CALENDAR
from events_archive.site.page import Page
from events_archive.site.reminders import calendar_with_reminders, with_alarm
from events_archive.site.site import Site
from events_archive.site.taxonomies import find_terms
from events_archive.site.terms import Term

MAX_EVENTS = 900
"""The most events of a term's calendar, the latest: large clients drop what is beyond 1 MB."""


def calendar_pages(site: Site) -> Iterator[Page]:
    """Yield every calendar: of the whole site, of terms, of single events."""
    today = site.catalogue.today
    events = sorted(site.catalogue.all_events, key=attrgetter("sort_key"))
    shown = [event for event in events if has_calendar(site, event)]
    horizon = today - timedelta(days=ROLLING_DAYS)
    recent = [event for event in shown if event.date.day and not event.date.is_over(horizon)]
    entries = {event.id: calendar_entry(site, event) for event in events if event.date.utc}
    alarms = {event.id: with_alarm(entries[event.id], today) for event in recent}

    def page(calendar: Calendar, events: Iterable[Event]) -> Page:
        return calendar_page(calendar, tuple(entries[event.id] for event in events))

    def reminders(calendar: Calendar, events: Iterable[Event]) -> Page:
        found = tuple(alarms[event.id] for event in events if event.id in alarms)
        return calendar_page(calendar_with_reminders(calendar), found)

    rolling = site_calendar(site, urls.CALENDAR)
    yield page(rolling, recent)
    yield reminders(rolling, recent)
    yield page(site_calendar(site, urls.COMPLETE_CALENDAR), shown)
    coarse = (event for event in shown if not event.date.day)
    yield page(site_calendar(site, urls.APPROXIMATE_CALENDAR), coarse)
    yield page(site_calendar(site, urls.ANNIVERSARIES), recurring_events(site.catalogue))
    # Without a day an event is in no calendar of a term, but may make others a series.
    in_terms = tuple(event for event in events if not event.date.day or has_calendar(site, event))
    for term, on_days in _term_events(site, replace(site.catalogue, events=in_terms, withdrawn=())):
        calendar = term_calendar(site, term)
        yield page(calendar, on_days)
        if term.taxonomy.feed_id:
            yield reminders(calendar, on_days)
    # An event's own calendar keeps the event when it was withdrawn too long ago for the others.
    for event in site.catalogue.all_events:
        own = page(event_calendar(site, event), (event,) if event.date.utc else ())
        yield own
        yield replace(own, path=site.urls.event(event, CALENDAR.suffix))


def _term_events(site: Site, catalogue: Catalogue) -> Iterator[tuple[Term, Sequence[Event]]]:
    """Yield each term that has a calendar, with the events of ``catalogue`` that are in it."""
    found = find_terms(site.taxonomies.taxonomies, catalogue, site.history.slugs)
    for taxonomy in site.taxonomies.taxonomies:
        if not taxonomy.calendar_refresh:
            continue
        identify = taxonomy.canonical_slug
        events_of = {identify(term.slug): term.events for term in found[taxonomy.name]}
        for term in site.term_feeds.of(taxonomy):
            events = events_of.get(identify(term.slug), ())
            on_days = (event for event in events if event.date.day)
            yield term, sorted(on_days, key=attrgetter("sort_key"))[-MAX_EVENTS:]


def recurring_events(catalogue: Catalogue) -> Events:
    """Return the events of the yearly calendar: past, known to the day, and not for the press."""
    return tuple(
        event
        for event in reversed(catalogue.past)
        if event.date.day and category_of(event.type) is not PRESS
    )
