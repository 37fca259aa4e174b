"""How people are led to feeds and calendars: on each page, on one page, in one file for readers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from events_archive.model.event import Event, EventType
from events_archive.model.interval import format_duration
from events_archive.site import urls
from events_archive.site.calendars import (
    CALENDAR,
    CALENDAR_SUFFIX,
    Calendar,
    anniversary_calendar,
    complete_calendar,
    has_calendar,
    rolling_calendar,
    type_calendar,
    year_calendar,
)
from events_archive.site.categories import by_category
from events_archive.site.day_pages import days_feed
from events_archive.site.default_durations import default_duration
from events_archive.site.feeds import (
    MAX_ENTRIES,
    Feed,
    changes_feed,
    chronological_feed,
    feed_alternates,
    main_feed,
    type_chronological_feed,
    type_feed,
)
from events_archive.site.page import Alternate, Breadcrumb, Page
from events_archive.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """All that one can follow of one kind of events."""

    news: Feed
    chronological: Feed
    calendar: Calendar


def main_alternates(site: Site) -> tuple[Alternate, ...]:
    """The archive's own feeds and calendar."""
    return (
        *feed_alternates(main_feed(site), "New and changed"),
        *feed_alternates(chronological_feed(site), "What happened"),
        _calendar(rolling_calendar(site), "Calendar"),
    )


def type_alternates(site: Site, type: EventType) -> tuple[Alternate, ...]:
    """A type's feeds and calendar, for the pages that are about it."""
    return (
        *feed_alternates(type_feed(site, type), f"{type.name}, new and changed"),
        *feed_alternates(type_chronological_feed(site, type), f"{type.name}, what happened"),
        _calendar(type_calendar(site, type), f"{type.name}, calendar"),
    )


def event_alternates(site: Site) -> Callable[[Event], tuple[Alternate, ...]]:
    """Gives what events' pages announce: their own calendars and the feeds of their types."""

    @cache
    def of_type(type: EventType) -> tuple[Alternate, tuple[Alternate, ...]]:
        return (
            _calendar(type_calendar(site, type), f"{type.name}, calendar"),
            feed_alternates(type_feed(site, type), f"{type.name}, new and changed"),
        )

    def of(event: Event) -> tuple[Alternate, ...]:
        calendar, feeds = of_type(event.type)
        if has_calendar(site, event):
            address = site.urls.event(event, CALENDAR_SUFFIX)
            title = "This event in a calendar"
            calendar = Alternate(url=address, media_type=CALENDAR, title=title)
        return (calendar, *feeds)

    return of


def year_alternates(site: Site, year: int) -> tuple[Alternate, ...]:
    """What the pages of a year and of its months announce: the year's calendar, and the feeds."""
    calendar = _calendar(year_calendar(site, year), f"Calendar of {year}")
    return (calendar, *feed_alternates(main_feed(site), "New and changed"))


def _calendar(calendar: Calendar, title: str) -> Alternate:
    return Alternate(url=calendar.path, media_type=CALENDAR, title=title)


def subscription_pages(site: Site) -> Iterator[Page]:
    """The page that explains it all, and the file that gives a reader every feed at once."""
    archive = Subscription(
        news=main_feed(site),
        chronological=chronological_feed(site),
        calendar=rolling_calendar(site),
    )
    types = tuple((type, _of_type(site, type)) for type in site.types_by_name())
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
            "families": by_category(types),
            "lengths": _lengths(type for type, _ in types),
            "entries": MAX_ENTRIES,
        },
        breadcrumbs=(Breadcrumb(label="Home", url=urls.HOME),),
        alternates=(*main_alternates(site), *feed_alternates(changes_feed(site), "Changes")),
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


def _of_type(site: Site, type: EventType) -> Subscription:
    return Subscription(
        news=type_feed(site, type),
        chronological=type_chronological_feed(site, type),
        calendar=type_calendar(site, type),
    )


def _lengths(types: Iterable[EventType]) -> list[tuple[str, list[str]]]:
    """The lengths that calendars draw, the shortest first, each with the names of its types."""
    groups: dict[timedelta, list[str]] = {}
    for type in types:
        groups.setdefault(default_duration(type), []).append(type.name)
    return [(format_duration(length), names) for length, names in sorted(groups.items())]
