"""How people are led to feeds and calendars: on each page, on one page, in one file for readers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from events_archive.model.event import Event, EventType
from events_archive.model.interval import format_duration
from events_archive.site import urls
from events_archive.site.calendars import (
    Calendar,
    anniversary_calendar,
    complete_calendar,
    has_calendar,
    rolling_calendar,
    term_calendar,
)
from events_archive.site.categories import by_category
from events_archive.site.default_durations import default_duration
from events_archive.site.feeds import (
    MAX_ENTRIES,
    Feed,
    changes_feed,
    chronological_feed,
    days_feed,
    feed_alternates,
    main_feed,
    term_chronological_feed,
    term_feed,
)
from events_archive.site.formats import CALENDAR
from events_archive.site.page import Alternate, Breadcrumb, Page
from events_archive.site.site import Site
from events_archive.site.terms import Taxonomy, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """All that one can follow of one kind of events."""

    news: Feed
    chronological: Feed
    calendar: Calendar


class AlternateLinks:
    """The feeds and calendars that pages announce, each link made once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._of_terms: dict[str, tuple[Alternate, ...]] = {}
        self._of_types: dict[EventType, tuple[Alternate, ...]] = {}

    @cached_property
    def main(self) -> tuple[Alternate, ...]:
        """The feeds and the calendar of all events."""
        return (
            *self._news,
            *feed_alternates(chronological_feed(self._site), "What happened"),
            _calendar(rolling_calendar(self._site), "Calendar"),
        )

    @cached_property
    def _news(self) -> tuple[Alternate, ...]:
        return feed_alternates(main_feed(self._site), "New and changed")

    @cached_property
    def _days(self) -> tuple[Alternate, ...]:
        return (
            *feed_alternates(days_feed(self._site), "On this day"),
            _calendar(anniversary_calendar(self._site), "Anniversaries, calendar"),
        )

    def of_index(self, taxonomy: Taxonomy) -> tuple[Alternate, ...]:
        """Return what the index of a taxonomy announces."""
        return self._days if taxonomy.name == "days" else self.main

    def of_term(self, term: Term) -> tuple[Alternate, ...]:
        """Return what a term's pages announce."""
        if term.url not in self._of_terms:
            self._of_terms[term.url] = self._for_term(term)
        return self._of_terms[term.url]

    def _for_term(self, term: Term) -> tuple[Alternate, ...]:
        site, taxonomy = self._site, term.taxonomy
        if taxonomy.feed_id:
            return (
                *feed_alternates(term_feed(site, term), f"{term.name}, new and changed"),
                *feed_alternates(
                    term_chronological_feed(site, term), f"{term.name}, what happened"
                ),
                _calendar(term_calendar(site, term), f"{term.name}, calendar"),
            )
        if taxonomy.name == "months":
            year = site.taxonomies.term("years", term.value[0])
            assert year, "a month's events are in its year"
            return self.of_term(year)
        if taxonomy.calendar_refresh:
            calendar = _calendar(term_calendar(site, term), f"Calendar of {term.name}")
            return (calendar, *self._news)
        return self._days if taxonomy.name == "days" else self.main

    def of_event(self, event: Event) -> tuple[Alternate, ...]:
        """Return what an event's page announces: its calendar, or its type's, and type's feeds."""
        if event.type not in self._of_types:
            self._of_types[event.type] = self._for_type(event.type)
        calendar, *feeds = self._of_types[event.type]
        if has_calendar(self._site, event):
            path = self._site.urls.event(event, CALENDAR.suffix)
            calendar = Alternate(
                url=path, media_type=CALENDAR.media_type, title="This event in a calendar"
            )
        return (calendar, *feeds)

    def _for_type(self, type: EventType) -> tuple[Alternate, ...]:
        term = self._site.taxonomies.term("types", type.id)
        assert term, "every event has a type"
        return (
            _calendar(term_calendar(self._site, term), f"{type.name}, calendar"),
            *feed_alternates(term_feed(self._site, term), f"{type.name}, new and changed"),
        )


def _calendar(calendar: Calendar, title: str) -> Alternate:
    return Alternate(url=calendar.path, media_type=CALENDAR.media_type, title=title)


def subscription_pages(site: Site) -> Iterator[Page]:
    """The page that explains it all, and the file that gives a reader every feed at once."""
    archive = Subscription(
        news=main_feed(site),
        chronological=chronological_feed(site),
        calendar=rolling_calendar(site),
    )
    alternates = AlternateLinks(site)
    types = tuple((term.value, _of_term(site, term)) for term in site.taxonomies.terms("types"))
    yield Page(
        path=urls.SUBSCRIBE,
        template="pages/subscribe.html",
        title="Feeds and calendars",
        description="How to follow spaceflight events in a feed reader or in your own calendar.",
        context={
            "archive": archive,
            "changes": changes_feed(site),
            "whole": complete_calendar(site),
            "days": days_feed(site),
            "anniversaries": anniversary_calendar(site),
            "types_by_category": by_category(types),
            "lengths": _lengths(type for type, _ in types),
            "entries": MAX_ENTRIES,
        },
        breadcrumbs=(Breadcrumb(label="Home", url=urls.HOME),),
        alternates=(*alternates.main, *feed_alternates(changes_feed(site), "Changes")),
    )
    if site.base_url:
        yield Page(
            path=urls.OPML,
            template="feeds/opml.xml",
            title=site.title,
            context={
                "archive": archive,
                "changes": changes_feed(site),
                "days": days_feed(site),
                "types": types,
            },
        )


def _of_term(site: Site, term: Term) -> Subscription:
    return Subscription(
        news=term_feed(site, term),
        chronological=term_chronological_feed(site, term),
        calendar=term_calendar(site, term),
    )


def _lengths(types: Iterable[EventType]) -> list[tuple[str, list[str]]]:
    """The lengths that calendars draw, the shortest first, each with the names of its types."""
    groups: dict[timedelta, list[str]] = {}
    for type in types:
        groups.setdefault(default_duration(type), []).append(type.name)
    return [(format_duration(length), names) for length, names in sorted(groups.items())]
