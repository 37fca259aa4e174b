"""Which events each calendar has: the pages of all calendars."""

from collections.abc import Iterable, Iterator
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

MAX_EVENTS = 900
"""The most events of a term's calendar, the latest: large clients drop what is beyond 1 MB."""


def calendar_pages(site: Site) -> Iterator[Page]:
    """Yield every calendar: of the whole site, of terms, of single events."""
    by_time = attrgetter("sort_key")
    ordered = sorted(site.catalogue.all_events, key=by_time)
    events = tuple(event for event in ordered if has_calendar(site, event))
    on_a_day = tuple(event for event in events if event.date.day)
    today = site.catalogue.today
    horizon = today - timedelta(days=ROLLING_DAYS)
    recent = tuple(event for event in on_a_day if not event.date.is_over(horizon))
    entries = {e.id: calendar_entry(site, e) for e in site.catalogue.all_events if e.date.utc}
    alarms = {event.id: with_alarm(entries[event.id], today) for event in recent}

    def page(calendar: Calendar, shown: Iterable[Event]) -> Page:
        return calendar_page(calendar, tuple([entries[event.id] for event in shown]))

    def twin(calendar: Calendar, shown: Iterable[Event]) -> Page:
        found = tuple([alarms[event.id] for event in shown if event.id in alarms])
        return calendar_page(calendar_with_reminders(calendar), found)

    rolling = site_calendar(site, urls.CALENDAR)
    yield page(rolling, recent)
    yield twin(rolling, recent)
    yield page(site_calendar(site, urls.COMPLETE_CALENDAR), events)
    coarse = tuple(event for event in events if not event.date.day)
    yield page(site_calendar(site, urls.APPROXIMATE_CALENDAR), coarse)
    yield page(site_calendar(site, urls.ANNIVERSARIES), recurring_events(site.catalogue))
    in_calendars = replace(site.catalogue, events=on_a_day, withdrawn=())
    for taxonomy in site.taxonomies.taxonomies:
        if taxonomy.calendar_refresh:
            identify = taxonomy.canonical_slug
            found = taxonomy.find(taxonomy, in_calendars, site.history.slugs)
            events_of = {identify(term.slug): term.events for term in found}
            for term in site.term_feeds.of(taxonomy):
                shown = sorted(events_of.get(identify(term.slug), ()), key=by_time)[-MAX_EVENTS:]
                calendar = term_calendar(site, term)
                yield page(calendar, shown)
                if taxonomy.feed_id:
                    yield twin(calendar, shown)
    # An event's own calendar keeps the event when it was withdrawn too long ago for the others.
    for event in site.catalogue.all_events:
        own = page(event_calendar(site, event), (event,) if event.date.utc else ())
        yield own
        yield replace(own, path=site.urls.event(event, CALENDAR.suffix))


def recurring_events(catalogue: Catalogue) -> Events:
    """Return the events of the yearly calendar: past, known to the day, and not for the press."""
    return tuple(
        event
        for event in reversed(catalogue.past)
        if event.date.day and category_of(event.type) is not PRESS
    )
