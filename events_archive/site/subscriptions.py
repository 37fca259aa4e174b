"""How feeds and calendars are offered: by each page, on one page, and in a file for readers."""

from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from events_archive.model.catalogue import grouped
from events_archive.model.event import Event, EventType
from events_archive.model.interval import format_duration
from events_archive.site import urls
from events_archive.site.calendars import (
    Calendar,
    event_calendar,
    has_calendar,
    site_calendar,
    term_calendar,
)
from events_archive.site.categories import default_duration
from events_archive.site.change_entries import change_entries
from events_archive.site.feeds import (
    MAX_ENTRIES,
    Feed,
    site_feed,
    term_chronological_feed,
    term_feed,
)
from events_archive.site.page import HOME, Alternate, Page
from events_archive.site.reminders import calendar_with_reminders
from events_archive.site.site import Site
from events_archive.site.terms import Taxonomy, Term

Alternates = tuple[Alternate, ...]


class Subscription(Struct, frozen=True, kw_only=True):
    """The feeds and the calendar of the same events."""

    news: Feed
    chronological: Feed
    calendar: Calendar

    @property
    def reminders(self) -> Calendar:
        """The twin of the calendar that has alarms."""
        return calendar_with_reminders(self.calendar)


def site_subscription(site: Site) -> Subscription:
    """Return the feeds and the calendar of the whole site."""
    return Subscription(
        news=site_feed(site, urls.MAIN_FEED),
        chronological=site_feed(site, urls.HAPPENED),
        calendar=site_calendar(site, urls.CALENDAR),
    )


def term_subscription(site: Site, term: Term) -> Subscription:
    """Return the feeds and the calendar of a term."""
    return Subscription(
        news=term_feed(site, term),
        chronological=term_chronological_feed(site, term),
        calendar=term_calendar(site, term),
    )


class AlternateLinks:
    """The feeds and calendars that pages announce."""

    def __init__(self, site: Site) -> None:
        self._site = site
        archive = site_subscription(site)
        self._news = archive.news.alternates("New and changed")
        self.main: Alternates = (
            *self._news,
            *archive.chronological.alternates("What happened"),
            archive.calendar.alternate("Calendar"),
        )
        self._days = (
            *site_feed(site, urls.DAYS_FEED).alternates("On this day"),
            site_calendar(site, urls.ANNIVERSARIES).alternate("Anniversaries, calendar"),
        )
        self._of_type = cache(self._for_type)

    def of_index(self, taxonomy: Taxonomy) -> Alternates:
        """Return what the index of a taxonomy announces."""
        return self._days if taxonomy.name == "days" else self.main

    def of_term(self, term: Term) -> Alternates:
        """Return what a term's pages announce; a month those of its year."""
        if term.taxonomy.name == "months":
            year = self._site.taxonomies.term("years", term.value[0])
            assert year, "a month's events are in its year"
            return self.of_term(year)
        name, links = term.name, self.of_index(term.taxonomy)
        if term.taxonomy.feed_id:
            own = term_subscription(self._site, term)
            links = (
                *own.news.alternates(f"{name}, new and changed"),
                *own.chronological.alternates(f"{name}, what happened"),
            )
            if term.taxonomy.calendar_refresh:
                links = (*links, own.calendar.alternate(f"{name}, calendar"))
        elif term.taxonomy.calendar_refresh:
            calendar = term_calendar(self._site, term)
            links = (calendar.alternate(f"Calendar of {name}"), *self._news)
        return links

    def of_event(self, event: Event) -> Alternates:
        """Return what an event's page announces: its calendar, or its type's, and type's feeds."""
        calendar, *feeds = self._of_type(event.type)
        if has_calendar(self._site, event):
            calendar = event_calendar(self._site, event).alternate("This event in a calendar")
        return (calendar, *feeds)

    def _for_type(self, type: EventType) -> Alternates:
        term = self._site.taxonomies.term("types", type.id)
        assert term, "every event has a type"
        return (
            term_calendar(self._site, term).alternate(f"{type.name}, calendar"),
            *term_feed(self._site, term).alternates(f"{type.name}, new and changed"),
        )


def subscription_pages(site: Site) -> Iterator[Page]:
    """Yield the page on feeds and calendars, and the list of feeds that readers import (OPML)."""
    changes = site_feed(site, urls.CHANGES)
    terms = site.taxonomies.terms["types"]
    types = {term.key: term_subscription(site, term) for term in terms}
    feeds = {
        "archive": site_subscription(site),
        "changes": changes,
        "days": site_feed(site, urls.DAYS_FEED),
    }
    durations = grouped(terms, lambda term: default_duration(term.value))
    yield Page(
        path=urls.SUBSCRIBE,
        template="pages/subscribe.html",
        title="Feeds and calendars",
        description="How to follow spaceflight events in a feed reader or in your own calendar.",
        context={
            **feeds,
            "complete": site_calendar(site, urls.COMPLETE_CALENDAR),
            # In hundreds, so that the page does not change with every event.
            "complete_hundreds": sum(bool(e.date.utc) for e in site.catalogue.events) // 100 * 100,
            "approximate": site_calendar(site, urls.APPROXIMATE_CALENDAR),
            "anniversaries": site_calendar(site, urls.ANNIVERSARIES),
            "types_by_category": site.types_by_category,
            "types": types,
            "durations": [
                (format_duration(length), [term.name for term in members])
                for length, members in sorted(durations.items())
            ],
            "max_entries": MAX_ENTRIES,
            "change_lists": [entry for entry in change_entries(site) if entry.members],
        },
        breadcrumbs=(HOME,),
        alternates=(*AlternateLinks(site).main, *changes.alternates("Changes")),
    )
    if site.base_url:
        yield Page(
            path=urls.OPML,
            template="feeds/opml.xml",
            title=site.title,
            context={**feeds, "types": types},
        )
