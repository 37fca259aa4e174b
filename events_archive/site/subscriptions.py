"""How feeds and calendars are announced: on each page, on one page, and in a file for readers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from events_archive.model.event import Event, EventType
from events_archive.model.interval import format_duration
from events_archive.site import urls
from events_archive.site.calendars import Calendar, has_calendar, site_calendar, term_calendar
from events_archive.site.categories import by_category, default_duration
from events_archive.site.feeds import (
    MAX_ENTRIES,
    Feed,
    feed_alternates,
    site_feed,
    term_chronological_feed,
    term_feed,
)
from events_archive.site.formats import CALENDAR
from events_archive.site.page import HOME, Alternate, Page
from events_archive.site.site import Site
from events_archive.site.terms import Taxonomy, Term

Alternates = tuple[Alternate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The feeds and the calendar of the same events."""

    news: Feed
    chronological: Feed
    calendar: Calendar


class AlternateLinks:
    """The feeds and calendars that pages announce, each link made once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._of_terms: dict[str, Alternates] = {}
        self._of_types: dict[EventType, Alternates] = {}

    @cached_property
    def main(self) -> Alternates:
        """The feeds and the calendar of all events."""
        past = site_feed(self._site, urls.HAPPENED)
        rolling = site_calendar(self._site, urls.CALENDAR)
        return (
            *self._news,
            *feed_alternates(past, "What happened"),
            _calendar(rolling, "Calendar"),
        )

    @cached_property
    def _news(self) -> Alternates:
        return feed_alternates(site_feed(self._site, urls.MAIN_FEED), "New and changed")

    @cached_property
    def _days(self) -> Alternates:
        recurring = site_calendar(self._site, urls.ANNIVERSARIES)
        feed = site_feed(self._site, urls.DAYS_FEED)
        return (
            *feed_alternates(feed, "On this day"),
            _calendar(recurring, "Anniversaries, calendar"),
        )

    def of_index(self, taxonomy: Taxonomy) -> Alternates:
        """Return what the index of a taxonomy announces."""
        return self._days if taxonomy.name == "days" else self.main

    def of_term(self, term: Term) -> Alternates:
        """Return what a term's pages announce."""
        if term.url not in self._of_terms:
            self._of_terms[term.url] = self._for_term(term)
        return self._of_terms[term.url]

    def _for_term(self, term: Term) -> Alternates:
        taxonomy = term.taxonomy
        if taxonomy.feed_id:
            followed = subscription(self._site, term)
            return (
                *feed_alternates(followed.news, f"{term.name}, new and changed"),
                *feed_alternates(followed.chronological, f"{term.name}, what happened"),
                _calendar(followed.calendar, f"{term.name}, calendar"),
            )
        if taxonomy.calendar_refresh:
            calendar = term_calendar(self._site, term)
            return (_calendar(calendar, f"Calendar of {term.name}"), *self._news)
        if taxonomy.name == "months":
            year = self._site.taxonomies.term("years", term.value[0])
            assert year, "a month's events are in its year"
            return self.of_term(year)
        return self.of_index(taxonomy)

    def of_event(self, event: Event) -> Alternates:
        """Return what an event's page announces: its calendar, or its type's, and type's feeds."""
        if event.type not in self._of_types:
            self._of_types[event.type] = self._for_type(event.type)
        calendar, *feeds = self._of_types[event.type]
        if has_calendar(self._site, event):
            calendar = Alternate(
                url=self._site.urls.event(event, CALENDAR.suffix),
                media_type=CALENDAR.media_type,
                title="This event in a calendar",
            )
        return (calendar, *feeds)

    def _for_type(self, type: EventType) -> Alternates:
        term = self._site.taxonomies.term("types", type.id)
        assert term, "every event has a type"
        return (
            _calendar(term_calendar(self._site, term), f"{type.name}, calendar"),
            *feed_alternates(term_feed(self._site, term), f"{type.name}, new and changed"),
        )


def _calendar(calendar: Calendar, title: str) -> Alternate:
    return Alternate(url=calendar.path, media_type=CALENDAR.media_type, title=title)


def subscription(site: Site, term: Term) -> Subscription:
    """Return the feeds and the calendar of a term."""
    return Subscription(
        news=term_feed(site, term),
        chronological=term_chronological_feed(site, term),
        calendar=term_calendar(site, term),
    )


def subscription_pages(site: Site) -> Iterator[Page]:
    """Yield the page on feeds and calendars, and the list of feeds that readers import (OPML)."""
    archive = Subscription(
        news=site_feed(site, urls.MAIN_FEED),
        chronological=site_feed(site, urls.HAPPENED),
        calendar=site_calendar(site, urls.CALENDAR),
    )
    changes, days = site_feed(site, urls.CHANGES), site_feed(site, urls.DAYS_FEED)
    types = tuple((term.value, subscription(site, term)) for term in site.taxonomies.terms("types"))
    yield Page(
        path=urls.SUBSCRIBE,
        template="pages/subscribe.html",
        title="Feeds and calendars",
        description="How to follow spaceflight events in a feed reader or in your own calendar.",
        context={
            "archive": archive,
            "changes": changes,
            "complete": site_calendar(site, urls.COMPLETE_CALENDAR),
            "days": days,
            "anniversaries": site_calendar(site, urls.ANNIVERSARIES),
            "types_by_category": by_category(types),
            "durations": _durations(type for type, _ in types),
            "max_entries": MAX_ENTRIES,
        },
        breadcrumbs=(HOME,),
        alternates=(*AlternateLinks(site).main, *feed_alternates(changes, "Changes")),
    )
    if site.base_url:
        yield Page(
            path=urls.OPML,
            template="feeds/opml.xml",
            title=site.title,
            context={"archive": archive, "changes": changes, "days": days, "types": types},
        )


def _durations(types: Iterable[EventType]) -> list[tuple[str, list[str]]]:
    """Return the default durations, shortest first, each with the names of its types."""
    groups: dict[timedelta, list[str]] = {}
    for type in types:
        groups.setdefault(default_duration(type), []).append(type.name)
    return [(format_duration(length), names) for length, names in sorted(groups.items())]
