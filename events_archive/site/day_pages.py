"""The pages of the days of the year and their feed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from events_archive.model.catalogue import Events
from events_archive.site import on_this_day, pagination, urls
from events_archive.site.calendars import CALENDAR, anniversary_calendar
from events_archive.site.feed_entries import TAG, day_entry
from events_archive.site.feeds import Feed, feed_alternates, feed_file_pages
from events_archive.site.page import Alternate, Breadcrumb, Page
from events_archive.site.pagination import EventList
from events_archive.site.site import Site

_TEMPLATE = "pages/day.html"

_HOME = Breadcrumb(label="Home", url=urls.HOME)
_DAYS = Breadcrumb(label="Days of the year", url=urls.ALL_DAYS)


def day_pages(site: Site) -> Iterator[Page]:
    """The index, every day, and the feed."""
    found = site.catalogue.by_day
    yield Page(
        path=urls.ALL_DAYS,
        template="pages/days.html",
        title="Days of the year",
        description="What happened in spaceflight on each day of the year.",
        context={"months": _months(found), "count": sum(map(len, found.values()))},
        breadcrumbs=(_HOME,),
        alternates=_alternates(site),
    )
    for day in on_this_day.ALL_DAYS:
        yield from _day_pages(site, day, found.get(day, ()))
    entries = tuple(
        day_entry(site, one) for one in on_this_day.recent_anniversaries(site.catalogue)
    )
    yield from feed_file_pages(replace(days_feed(site), entries=entries))


def _months(
    found: Mapping[on_this_day.DayOfYear, Events],
) -> list[list[tuple[on_this_day.DayOfYear, int]]]:
    """The days of each month with how many events each has."""
    return [
        [(day, len(found.get(day, ()))) for day in on_this_day.ALL_DAYS if day[0] == month]
        for month in range(1, 13)
    ]


def _day_pages(site: Site, day: on_this_day.DayOfYear, events: Events) -> Iterator[Page]:
    first = urls.day(*day)
    parts = pagination.paginate(first, events, site.list_limit, pagination.by_year)
    for path, event_list in parts:
        yield _day_page(site, day, path, event_list)


def _day_page(site: Site, day: on_this_day.DayOfYear, path: str, part: EventList) -> Page:
    title = on_this_day.format_day_of_year(day)
    neighbours = tuple(
        Breadcrumb(label=on_this_day.format_day_of_year(other), url=urls.day(*other))
        for other in on_this_day.neighbours(day)
    )
    return Page(
        path=path,
        template=_TEMPLATE,
        title=pagination.numbered_title(f"On this day: {title}", part),
        description=f"{pagination.event_count_text(part.count)} of {title}, in all years.",
        context={"day": day, "heading": title, "listing": part, "neighbours": neighbours},
        breadcrumbs=(_HOME, _DAYS),
        alternates=_alternates(site),
    )


def days_feed(site: Site) -> Feed:
    """What happened on each day, as it comes round, without its entries."""
    return Feed(
        id=f"{TAG}:events:days",
        title=f"{site.title}: on this day",
        description="Each day, what happened in spaceflight on the same day of years before.",
        stem=urls.DAYS_FEED,
        html_url=urls.ALL_DAYS,
    )


def _alternates(site: Site) -> tuple[Alternate, ...]:
    calendar = anniversary_calendar(site)
    return (
        *feed_alternates(days_feed(site), "On this day"),
        Alternate(url=calendar.path, media_type=CALENDAR, title="Anniversaries, calendar"),
    )
