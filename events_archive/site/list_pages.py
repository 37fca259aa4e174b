"""The lists: by type, year and month, each split before it grows too long to use."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import EventType
from events_archive.model.event_date import month_in_words
from events_archive.site import pagination, urls
from events_archive.site.categories import FAMILIES, by_family, year_bars
from events_archive.site.page import WHOLE, Crumb, Deferred, Page
from events_archive.site.pagination import Layout, Listing, Section
from events_archive.site.site import Site
from events_archive.site.subscriptions import main_alternates, type_alternates, year_alternates
from events_archive.site.timelines import months_of, timeline, type_history, year_sheets

Key = TypeVar("Key", bound=Hashable)
Neighbours = tuple[Crumb | None, Crumb | None]
"""The pages before and after one."""

RECENT = 20
"""How many of its latest events a type's page shows when the whole list is split by year."""

PREVIEW = 6
"""How many events of each month a year's page shows when the whole list is split by month."""

_ALL_TYPES, _ALL_YEARS = "pages/types.html", "pages/years.html"
_OF_TYPE, _OF_YEAR, _OF_MONTH = "pages/type.html", "pages/year.html", "pages/month.html"

_HOME = Crumb(label="Home", address=urls.HOME)
_TYPES = Crumb(label="Types", address=urls.ALL_TYPES)
_YEARS = Crumb(label="Years", address=urls.ALL_YEARS)


def index_pages(site: Site) -> Iterator[Page]:
    """Every list page."""
    yield Deferred(urls.ALL_TYPES, _ALL_TYPES, partial(all_types_page, site), depends=WHOLE)
    yield Deferred(urls.ALL_YEARS, _ALL_YEARS, partial(all_years_page, site), depends=WHOLE)
    for type in site.types_by_name():
        yield from type_pages(site, type)
    for year in site.catalogue.by_year:
        yield from year_pages(site, year)
    crumbs = {
        month: Crumb(label=month_in_words(*month), address=urls.month(*month))
        for month in site.catalogue.by_month
    }
    for month, neighbours in with_neighbours(crumbs):
        yield from month_pages(site, month, neighbours)


def all_types_page(site: Site) -> Page:
    """All types with their counts."""
    types = [(type, site.catalogue.by_type[type.id]) for type in site.types_by_name()]
    return Page(
        address=urls.ALL_TYPES,
        template=_ALL_TYPES,
        title="Types of events",
        description=f"The {len(types)} types of spaceflight events in this archive.",
        context={
            "families": by_family((type, type_history(site, type)) for type, _ in types),
            "span": site.catalogue.years,
        },
        crumbs=(_HOME,),
        alternates=main_alternates(site),
    )


def all_years_page(site: Site) -> Page:
    """All years with their counts, and the events that fit in none of them."""
    years = site.catalogue.by_year
    return Page(
        address=urls.ALL_YEARS,
        template=_ALL_YEARS,
        title="Years",
        description="Spaceflight events year by year.",
        context={
            "years": year_bars(years),
            "months": {year: months_of(site, year) for year in years},
            "families": FAMILIES,
            "undated": site.catalogue.outside_years[: site.list_limit],
        },
        crumbs=(_HOME,),
        alternates=main_alternates(site),
    )


def type_pages(site: Site, type: EventType) -> Iterator[Page]:
    """A type's page; beyond the limit an overview, and a page for each of its years."""
    events, limit = site.catalogue.by_type[type.id], site.list_limit
    if len(events) <= limit:
        yield _planned_type(site, type, pagination.in_sections(events, pagination.by_year))
        return
    years = dict(sorted(grouped(events, pagination.year_or_zero).items(), reverse=True))
    yield _planned_type(site, type, partial(_overview, site, type, years))
    for year, members in years.items():
        first = site.addresses.type_year(type, year or None)
        sections = partial(pagination.by_month, year=year or None)
        label = str(year or "not known to the year")
        for address, layout, shown in pagination.divided(first, members, limit, sections):
            make = partial(_type_page, site, type, address, layout, year=label)
            yield Deferred(address, _OF_TYPE, make, depends=(type, label, shown))


def _overview(site: Site, type: EventType, years: dict[int, Events]) -> Listing:
    events = site.catalogue.by_type[type.id]
    parts = pagination.split(
        years,
        lambda year: str(year or "Not known to the year"),
        lambda year: site.addresses.type_year(type, year or None),
    )
    latest = Section(title="Latest", anchor="latest", events=events[: -RECENT - 1 : -1])
    return Listing(count=len(events), sections=(latest,), parts=parts)


def _planned_type(site: Site, type: EventType, layout: Layout) -> Page:
    """A type's own page: some of its events or all, and all of them drawn."""
    address = site.addresses.type(type)
    make = partial(_type_page, site, type, address, layout)
    return Deferred(address, _OF_TYPE, make, depends=(type, site.catalogue.by_type[type.id]))


def _type_page(
    site: Site, type: EventType, address: str, layout: Layout, *, year: str = ""
) -> Page:
    shown = layout()
    title = f"{type.name}, {year}" if year else type.name
    type_crumb = Crumb(label=type.name, address=site.addresses.type(type))
    return Page(
        address=address,
        template=_OF_TYPE,
        title=pagination.numbered_title(title, shown),
        description=f"{pagination.counted(shown.count)} of the type {title}, with their pictures.",
        context={
            "type": type,
            "listing": shown,
            "heading": title,
            "timeline": None if year else timeline(site, type),
        },
        crumbs=(_HOME, _TYPES, type_crumb) if year else (_HOME, _TYPES),
        alternates=type_alternates(site, type),
    )


def year_pages(site: Site, year: int) -> Iterator[Page]:
    """A year's page; beyond the limit each of its months shows the first few and leads on."""
    events, first = site.catalogue.by_year[year], urls.year(year)
    sections = partial(pagination.by_month, year=year)
    if len(events) <= site.list_limit:
        yield _planned_year(site, year, first, pagination.in_sections(events, sections))
        return
    coarse = tuple(event for event in events if event.moment.month is None)
    for address, part in pagination.in_parts(first, coarse, site.list_limit):
        layout = partial(_previews, events, year, part, is_first=address == first)
        yield _planned_year(site, year, address, layout)


def _previews(events: Events, year: int, part: Listing, *, is_first: bool) -> Listing:
    """On the first page the first events of each month; on all what is known less exactly."""
    months = pagination.by_month(events, year) if is_first else ()
    previews = [replace(m, events=m.events[:PREVIEW]) for m in months if m.address]
    rest = [_titled(section, year) for section in part.sections if section.events]
    return Listing(count=len(events), sections=(*previews, *rest), parts=part.parts)


def _titled(section: Section, year: int) -> Section:
    return Section(title=f"Some time in {year}", anchor="some-time", events=section.events)


def _planned_year(site: Site, year: int, address: str, layout: Layout) -> Page:
    """A page of a year: some of its events or all, and its days drawn."""
    years = site.catalogue.by_year
    make = partial(_year_page, site, year, address, layout)
    return Deferred(address, _OF_YEAR, make, depends=(years[year], tuple(years)))


def _year_page(site: Site, year: int, address: str, layout: Layout) -> Page:
    shown = layout()
    return Page(
        address=address,
        template=_OF_YEAR,
        title=pagination.numbered_title(f"Spaceflight events of {year}", shown),
        description=f"{pagination.counted(shown.count)} of {year}, month by month.",
        context={
            "year": year,
            "listing": shown,
            "heading": str(year),
            "sheets": year_sheets(site, year),
            "neighbours": _year_neighbours(site, year),
        },
        crumbs=(_HOME, _YEARS),
        alternates=year_alternates(site, year),
    )


def _year_neighbours(site: Site, year: int) -> Neighbours:
    crumbs = {
        number: Crumb(label=str(number), address=urls.year(number))
        for number in site.catalogue.by_year
    }
    return dict(with_neighbours(crumbs))[year]


def month_pages(site: Site, month: tuple[int, int], neighbours: Neighbours) -> Iterator[Page]:
    """A month's page, in numbered parts where it holds more than the limit."""
    events = site.catalogue.by_month[month]
    for address, part in pagination.month_in_parts(urls.month(*month), events, site.list_limit):
        make = partial(_month_page, site, month, address, part, neighbours)
        yield Deferred(address, _OF_MONTH, make, depends=(month, part, neighbours))


def _month_page(
    site: Site, month: tuple[int, int], address: str, part: Listing, neighbours: Neighbours
) -> Page:
    title = month_in_words(*month)
    year = Crumb(label=str(month[0]), address=urls.year(month[0]))
    return Page(
        address=address,
        template=_OF_MONTH,
        title=pagination.numbered_title(f"Spaceflight events of {title}", part),
        description=f"{pagination.counted(part.count)} of {title}.",
        context={
            "month": month,
            "listing": part,
            "heading": title,
            "neighbours": neighbours,
        },
        crumbs=(_HOME, _YEARS, year),
        alternates=year_alternates(site, month[0]),
    )


def with_neighbours(crumbs: Mapping[Key, Crumb]) -> Iterator[tuple[Key, Neighbours]]:
    """Each of a row of pages, with what comes before and after it."""
    row = [None, *crumbs.values(), None]
    return zip(crumbs, zip(row, row[2:], strict=False), strict=True)
