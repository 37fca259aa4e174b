"""How feeds and calendars are offered: by each page, on one page, and in a file for readers."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct

from events_archive.model.catalogue import grouped
from events_archive.model.event import Event, EventType
from events_archive.model.interval import format_duration
from events_archive.pages.change_entries import change_entries
from events_archive.site import urls
from events_archive.site.calendars import (
    Calendar,
    event_calendar,
    has_calendar,
    site_calendar,
    term_calendar,
)
from events_archive.site.categories import default_duration
from events_archive.site.feeds import (
    MAX_ENTRIES,
    MAX_ENTRIES_WITHOUT_ARCHIVE,
    Feed,
    site_feed,
    term_chronological_feed,
    term_feed,
)
from events_archive.site.formats import MARKDOWN
from events_archive.site.page import HOME, Alternate, Page
from events_archive.site.reminders import calendar_with_reminders
from events_archive.site.site import Site
from events_archive.site.terms import Taxonomy, Term

Alternates = tuple[Alternate, ...]


NEWS, CHRONOLOGICAL = "New and changed", "What happened"
"""The labels of feeds in the two orders."""


class Subscription(Struct, frozen=True, kw_only=True):
    """The feeds and the calendar of the same events, as far as there are any."""

    feeds: Mapping[str, Feed]
    """By label."""
    calendar: Calendar | None

    @property
    def reminders(self) -> Calendar | None:
        """The calendar with alarms; there is none for a calendar without feeds."""
        return calendar_with_reminders(self.calendar) if self.feeds and self.calendar else None


Topics = Sequence[tuple[Taxonomy, Sequence[tuple[Term, Subscription]]]]
"""Taxonomies with their terms and what these offer."""


def site_subscription(site: Site) -> Subscription:
    """Return the feeds and the calendar of the whole site."""
    return Subscription(
        feeds={
            NEWS: site_feed(site, urls.MAIN_FEED),
            CHRONOLOGICAL: site_feed(site, urls.HAPPENED),
        },
        calendar=site_calendar(site, urls.CALENDAR),
    )


def term_subscription(site: Site, term: Term) -> Subscription:
    """Return the feeds and the calendar of a term."""
    taxonomy = term.taxonomy
    feeds = {NEWS: term_feed(site, term)} if taxonomy.feed_id else {}
    if taxonomy.has_archives:
        feeds[CHRONOLOGICAL] = term_chronological_feed(site, term)
    calendar = term_calendar(site, term) if taxonomy.calendar_refresh else None
    return Subscription(feeds=feeds, calendar=calendar)


class AlternateLinks:
    """The feeds and calendars that pages announce."""

    def __init__(self, site: Site) -> None:
        self._site = site
        archive = site_subscription(site)
        self._news = archive.feeds[NEWS].alternates(NEWS)
        self.main: Alternates = tuple(_alternates(archive))
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
        if not self._site.term_feeds.has(term):
            return self.of_index(term.taxonomy)
        own = term_subscription(self._site, term)
        return (*_alternates(own, term.name), *(() if own.feeds else self._news))

    def of_event(self, event: Event) -> Alternates:
        """Return what an event's page announces: its calendar, or its type's, and type's feeds."""
        calendar, *feeds = self._of_type(event.type)
        if has_calendar(self._site, event):
            calendar = event_calendar(self._site, event).alternate("This event in a calendar")
        url = self._site.urls.event(event, MARKDOWN.suffix)
        text = Alternate(url=url, media_type=MARKDOWN.media_type, title="This page as text")
        return (calendar, *feeds, text)

    def _for_type(self, type: EventType) -> Alternates:
        term = self._site.taxonomies.term("types", type.id)
        assert term, "every event has a type"
        return (
            term_calendar(self._site, term).alternate(f"{type.name}, calendar"),
            *term_feed(self._site, term).alternates(f"{type.name}, new and changed"),
        )


def _alternates(own: Subscription, name: str = "") -> Iterator[Alternate]:
    """Yield the links that announce feeds and a calendar; ``name`` is that of a term."""

    def title(label: str) -> str:
        return f"{name}, {label.lower()}" if name else label

    for label, feed in own.feeds.items():
        yield from feed.alternates(title(label))
    if own.calendar:
        yield own.calendar.alternate(title("Calendar"))


def subscription_pages(site: Site) -> Iterator[Page]:
    """Yield the page on feeds and calendars, and the list of feeds that readers import (OPML)."""
    changes = site_feed(site, urls.CHANGES)
    feeds = {
        "news": site_feed(site, urls.MAIN_FEED),
        "happened": site_feed(site, urls.HAPPENED),
        "changes": changes,
        "days": site_feed(site, urls.DAYS_FEED),
    }
    topics = [
        (taxonomy, [(term, term_subscription(site, term)) for term in terms])
        for taxonomy in site.taxonomies.taxonomies
        if taxonomy.feed_id and (terms := site.term_feeds.listed(taxonomy))
    ]
    types = site.taxonomies.terms["types"]
    durations = grouped(types, lambda term: default_duration(term.value))
    yield Page(
        path=urls.SUBSCRIBE,
        template="pages/subscribe.html",
        title="Feeds and calendars",
        description="How to follow spaceflight events in a feed reader or in your own calendar.",
        context={
            **feeds,
            "archive": site_subscription(site),
            "complete": site_calendar(site, urls.COMPLETE_CALENDAR),
            # In hundreds, so that the page does not change with every event.
            "complete_hundreds": sum(bool(e.date.utc) for e in site.catalogue.events) // 100 * 100,
            "approximate": site_calendar(site, urls.APPROXIMATE_CALENDAR),
            "anniversaries": site_calendar(site, urls.ANNIVERSARIES),
            "types_by_category": site.types_by_category,
            "types": {term.key: term_subscription(site, term) for term in types},
            "topics": [found for found in topics if found[0].name != "types"],
            "durations": [
                (format_duration(length), [term.name for term in members])
                for length, members in sorted(durations.items())
            ],
            "max_entries": MAX_ENTRIES,
            "max_entries_of_topics": MAX_ENTRIES_WITHOUT_ARCHIVE,
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
            context={**feeds, "groups": list(_opml_groups(topics))},
        )


def _opml_groups(topics: Topics) -> Iterator[tuple[str, list[Feed]]]:
    """Yield the groups of feeds of terms, each with its label: by taxonomy and order."""
    for taxonomy, found in topics:
        for label in dict.fromkeys(label for _, own in found for label in own.feeds):
            order = f", {label.lower()}" if taxonomy.has_archives else ""
            feeds = [own.feeds[label] for _, own in found]
            yield f"{taxonomy.title}{order}", feeds
