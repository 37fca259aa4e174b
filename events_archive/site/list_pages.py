"""The lists: by type, year and month, each split before it grows too long to use."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import EventType
from events_archive.model.event_date import format_month
from events_archive.site import pagination, urls
from events_archive.site.categories import CATEGORIES, by_category, year_bars
from events_archive.site.page import ALL_EVENTS, Breadcrumb, Page
from events_archive.site.pagination import EventList, Section
from events_archive.site.site import Site
from events_archive.site.subscriptions import main_alternates, type_alternates, year_alternates
from events_archive.site.timelines import month_counts, month_heatmaps, timeline, type_timeline

Key = TypeVar("Key", bound=Hashable)
Neighbours = tuple[Breadcrumb | None, Breadcrumb | None]
"""The pages before and after one."""

RECENT_ON_TYPE_PAGE = 20
"""How many of its latest events a type's page shows when the whole list is split by year."""

PREVIEW_PER_MONTH = 6
"""How many events of each month a year's page shows when the whole list is split by month."""

_ALL_TYPES, _ALL_YEARS = "pages/types.html", "pages/years.html"
_OF_TYPE, _OF_YEAR, _OF_MONTH = "pages/type.html", "pages/year.html", "pages/month.html"

_HOME = Breadcrumb(label="Home", url=urls.HOME)
_TYPES = Breadcrumb(label="Types", url=urls.ALL_TYPES)
_YEARS = Breadcrumb(label="Years", url=urls.ALL_YEARS)


def index_pages(site: Site) -> Iterator[Page]:
    """Every list page."""
    yield all_types_page(site)
    yield all_years_page(site)
    for type in site.types_by_name():
        yield from type_pages(site, type)
    for year in site.catalogue.by_year:
        yield from year_pages(site, year)
    crumbs = {
        month: Breadcrumb(label=format_month(*month), url=urls.month(*month))
        for month in site.catalogue.by_month
    }
    for month, neighbours in with_neighbours(crumbs):
        yield from month_pages(site, month, neighbours)


def all_types_page(site: Site) -> Page:
    """All types with their counts."""
    types = [(type, site.catalogue.by_type[type.id]) for type in site.types_by_name()]
    return Page(
        path=urls.ALL_TYPES,
        template=_ALL_TYPES,
        title="Types of events",
        description=f"The {len(types)} types of spaceflight events in this archive.",
        context={
            "families": by_category((type, type_timeline(site, type)) for type, _ in types),
            "span": site.catalogue.years,
        },
        breadcrumbs=(_HOME,),
        alternates=main_alternates(site),
        cache_inputs=ALL_EVENTS,
    )


def all_years_page(site: Site) -> Page:
    """All years with their counts, and the events that fit in none of them."""
    years = site.catalogue.by_year
    return Page(
        path=urls.ALL_YEARS,
        template=_ALL_YEARS,
        title="Years",
        description="Spaceflight events year by year.",
        context={
            "years": year_bars(years),
            "months": {year: month_counts(site, year) for year in years},
            "families": CATEGORIES,
            "undated": site.catalogue.undated[: site.list_limit],
        },
        breadcrumbs=(_HOME,),
        alternates=main_alternates(site),
        cache_inputs=ALL_EVENTS,
    )


def type_pages(site: Site, type: EventType) -> Iterator[Page]:
    """A type's page; beyond the limit an overview, and a page for each of its years."""
    events, limit = site.catalogue.by_type[type.id], site.list_limit
    path = site.urls.type(type)
    if len(events) <= limit:
        shown = EventList(count=len(events), sections=pagination.by_year(events))
        yield _type_page(site, type, path, shown)
        return
    years = dict(sorted(grouped(events, pagination.year_or_zero).items(), reverse=True))
    yield _type_page(site, type, path, _overview(site, type, years))
    for year, members in years.items():
        first = site.urls.type_year(type, year or None)
        sections = partial(pagination.by_month, year=year or None)
        label = str(year or "not known to the year")
        for part, shown in pagination.paginate(first, members, limit, sections):
            yield _type_page(site, type, part, shown, year=label)


def _overview(site: Site, type: EventType, years: dict[int, Events]) -> EventList:
    events = site.catalogue.by_type[type.id]
    parts = pagination.links_to_groups(
        years,
        lambda year: str(year or "Not known to the year"),
        lambda year: site.urls.type_year(type, year or None),
    )
    latest = Section(
        title="Latest", anchor="latest", events=events[: -RECENT_ON_TYPE_PAGE - 1 : -1]
    )
    return EventList(count=len(events), sections=(latest,), pages=parts)


def _type_page(site: Site, type: EventType, path: str, shown: EventList, *, year: str = "") -> Page:
    title = f"{type.name}, {year}" if year else type.name
    type_crumb = Breadcrumb(label=type.name, url=site.urls.type(type))
    return Page(
        path=path,
        template=_OF_TYPE,
        title=pagination.numbered_title(title, shown),
        description=f"{pagination.event_count_text(shown.count)} of the type {title}, "
        "with their pictures.",
        context={
            "type": type,
            "listing": shown,
            "heading": title,
            "timeline": None if year else timeline(site, type),
        },
        breadcrumbs=(_HOME, _TYPES, type_crumb) if year else (_HOME, _TYPES),
        alternates=type_alternates(site, type),
    )


def year_pages(site: Site, year: int) -> Iterator[Page]:
    """A year's page; beyond the limit each of its months shows the first few and leads on."""
    events, first = site.catalogue.by_year[year], urls.year(year)
    if len(events) <= site.list_limit:
        sections = pagination.by_month(events, year)
        yield _year_page(site, year, first, EventList(count=len(events), sections=sections))
        return
    coarse = tuple(event for event in events if event.date.month is None)
    for path, part in pagination.numbered_pages(first, coarse, site.list_limit):
        yield _year_page(site, year, path, _previews(events, year, part, is_first=path == first))


def _previews(events: Events, year: int, part: EventList, *, is_first: bool) -> EventList:
    """On the first page the first events of each month; on all what is known less exactly."""
    months = pagination.by_month(events, year) if is_first else ()
    previews = [replace(m, events=m.events[:PREVIEW_PER_MONTH]) for m in months if m.url]
    rest = [_titled(section, year) for section in part.sections if section.events]
    return EventList(count=len(events), sections=(*previews, *rest), pages=part.pages)


def _titled(section: Section, year: int) -> Section:
    return Section(title=f"Some time in {year}", anchor="some-time", events=section.events)


def _year_page(site: Site, year: int, path: str, shown: EventList) -> Page:
    return Page(
        path=path,
        template=_OF_YEAR,
        title=pagination.numbered_title(f"Spaceflight events of {year}", shown),
        description=f"{pagination.event_count_text(shown.count)} of {year}, month by month.",
        context={
            "year": year,
            "listing": shown,
            "heading": str(year),
            "sheets": month_heatmaps(site, year),
            "neighbours": _year_neighbours(site, year),
        },
        breadcrumbs=(_HOME, _YEARS),
        alternates=year_alternates(site, year),
    )


def _year_neighbours(site: Site, year: int) -> Neighbours:
    crumbs = {
        number: Breadcrumb(label=str(number), url=urls.year(number))
        for number in site.catalogue.by_year
    }
    return dict(with_neighbours(crumbs))[year]


def month_pages(site: Site, month: tuple[int, int], neighbours: Neighbours) -> Iterator[Page]:
    """A month's page, in numbered parts where it holds more than the limit."""
    events = site.catalogue.by_month[month]
    first = urls.month(*month)
    for path, part in pagination.numbered_month_pages(first, events, site.list_limit):
        yield _month_page(site, month, path, part, neighbours)


def _month_page(
    site: Site, month: tuple[int, int], address: str, part: EventList, neighbours: Neighbours
) -> Page:
    title = format_month(*month)
    year = Breadcrumb(label=str(month[0]), url=urls.year(month[0]))
    return Page(
        path=address,
        template=_OF_MONTH,
        title=pagination.numbered_title(f"Spaceflight events of {title}", part),
        description=f"{pagination.event_count_text(part.count)} of {title}.",
        context={
            "month": month,
            "listing": part,
            "heading": title,
            "neighbours": neighbours,
        },
        breadcrumbs=(_HOME, _YEARS, year),
        alternates=year_alternates(site, month[0]),
    )


def with_neighbours(crumbs: Mapping[Key, Breadcrumb]) -> Iterator[tuple[Key, Neighbours]]:
    """Each of a row of pages, with what comes before and after it."""
    row = [None, *crumbs.values(), None]
    return zip(crumbs, zip(row, row[2:], strict=False), strict=True)
