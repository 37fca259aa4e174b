"""The lists: by type, year and month, each split before it grows too long to use."""

from collections.abc import Hashable, Iterator
from functools import partial
from typing import TypeVar

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import EventType
from events_archive.model.moment import month_in_words
from events_archive.site import addresses, listing
from events_archive.site.families import FAMILIES, by_family, year_bars
from events_archive.site.histories import months_of, timeline, type_history, year_sheets
from events_archive.site.listing import Listing, Section
from events_archive.site.page import WHOLE, Crumb, Deferred, Page
from events_archive.site.site import Site
from events_archive.site.subscriptions import main_alternates, type_alternates, year_alternates

Key = TypeVar("Key", bound=Hashable)

RECENT = 20
"""How many of its latest events a type's page shows when the whole list is split by year."""

PREVIEW = 6
"""How many events of each month a year's page shows when the whole list is split by month."""

_ALL_TYPES, _ALL_YEARS = "pages/types.html", "pages/years.html"
_OF_TYPE, _OF_YEAR = "pages/type.html", "pages/year.html"

_HOME = Crumb(label="Home", address=addresses.HOME)
_TYPES = Crumb(label="Types", address=addresses.ALL_TYPES)
_YEARS = Crumb(label="Years", address=addresses.ALL_YEARS)


def index_pages(site: Site) -> Iterator[Page]:
    """Every list page."""
    yield Deferred(addresses.ALL_TYPES, _ALL_TYPES, partial(all_types_page, site), depends=WHOLE)
    yield Deferred(addresses.ALL_YEARS, _ALL_YEARS, partial(all_years_page, site), depends=WHOLE)
    for type in site.types_by_name():
        yield from type_pages(site, type)
    for year in site.catalogue.by_year:
        yield from year_pages(site, year)
    for month in site.catalogue.by_month:
        yield from month_pages(site, month)


def all_types_page(site: Site) -> Page:
    """All types with their counts."""
    types = [(type, site.catalogue.by_type[type.id]) for type in site.types_by_name()]
    return Page(
        address=addresses.ALL_TYPES,
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
        address=addresses.ALL_YEARS,
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
    events = site.catalogue.by_type[type.id]
    if len(events) <= site.list_limit:
        whole = Listing(count=len(events), sections=listing.by_year(events))
        yield _overview(site, type, whole)
        return
    years = dict(sorted(grouped(events, listing.year_or_zero).items(), reverse=True))
    parts = listing.split(
        years,
        lambda year: str(year or "Not known to the year"),
        lambda year: site.addresses.type_year(type, year or None),
    )
    latest = Section(title="Latest", anchor="latest", events=events[: -RECENT - 1 : -1])
    yield _overview(site, type, Listing(count=len(events), sections=(latest,), parts=parts))
    for year, members in years.items():
        yield from _type_year_pages(site, type, year, members)


def _overview(site: Site, type: EventType, shown: Listing) -> Page:
    """A type's own page: some of its events or all, and all of them drawn."""
    address = site.addresses.type(type)
    return Deferred(
        address,
        _OF_TYPE,
        partial(_type_page, site, type, address, shown),
        depends=(type, shown, site.catalogue.by_type[type.id]),
    )


def _type_year_pages(site: Site, type: EventType, year: int, events: Events) -> Iterator[Page]:
    address = site.addresses.type_year(type, year or None)
    for place, part in _within_limit(site, address, events, year):
        yield _type_page(site, type, place, part, year=str(year or "not known to the year"))


def _type_page(
    site: Site, type: EventType, address: str, events: Listing, *, year: str = ""
) -> Page:
    title = f"{type.name}, {year}" if year else type.name
    type_crumb = Crumb(label=type.name, address=site.addresses.type(type))
    return Page(
        address=address,
        template=_OF_TYPE,
        title=listing.numbered_title(title, events),
        description=f"{listing.counted(events.count)} of the type {title}, with their pictures.",
        context={
            "type": type,
            "listing": events,
            "heading": title,
            "timeline": None if year else timeline(site, type),
        },
        crumbs=(_HOME, _TYPES, type_crumb) if year else (_HOME, _TYPES),
        alternates=type_alternates(site, type),
    )


def year_pages(site: Site, year: int) -> Iterator[Page]:
    """A year's page; beyond the limit each of its months shows the first few and leads on."""
    events = site.catalogue.by_year[year]
    sections = listing.by_month(events, year)
    if len(events) <= site.list_limit:
        whole = Listing(count=len(events), sections=sections)
        yield _year_page(site, year, addresses.year(year), whole)
        return
    coarse = tuple(event for event in events if event.moment.month is None)
    previews = tuple(
        Section(
            title=section.title,
            anchor=section.anchor,
            events=section.events[:PREVIEW],
            address=section.address,
        )
        for section in sections
        if section.address
    )
    for number, (address, part) in enumerate(
        listing.in_parts(addresses.year(year), coarse, site.list_limit), start=1
    ):
        rest = tuple(_titled(section, year) for section in part.sections if section.events)
        yield _year_page(
            site,
            year,
            address,
            Listing(
                count=len(events),
                sections=(*previews, *rest) if number == 1 else rest,
                parts=part.parts,
            ),
        )


def _titled(section: Section, year: int) -> Section:
    return Section(title=f"Some time in {year}", anchor="some-time", events=section.events)


def _year_page(site: Site, year: int, address: str, shown: Listing) -> Page:
    """A page of a year: some of its events or all, and its days drawn."""
    return Deferred(
        address,
        _OF_YEAR,
        partial(_filled_year_page, site, year, address, shown),
        depends=(shown, site.catalogue.by_year[year], tuple(site.catalogue.by_year)),
    )


def _filled_year_page(site: Site, year: int, address: str, events: Listing) -> Page:
    return Page(
        address=address,
        template=_OF_YEAR,
        title=listing.numbered_title(f"Spaceflight events of {year}", events),
        description=f"{listing.counted(events.count)} of {year}, month by month.",
        context={
            "year": year,
            "listing": events,
            "heading": str(year),
            "sheets": year_sheets(site, year),
            "neighbours": _year_neighbours(site, year),
        },
        crumbs=(_HOME, _YEARS),
        alternates=year_alternates(site, year),
    )


def _year_neighbours(site: Site, year: int) -> tuple[Crumb | None, Crumb | None]:
    return _neighbours(
        [(number, str(number), addresses.year(number)) for number in site.catalogue.by_year], year
    )


def month_pages(site: Site, month: tuple[int, int]) -> Iterator[Page]:
    """A month's page, in numbered parts where it holds more than the limit."""
    events = site.catalogue.by_month[month]
    title = month_in_words(*month)
    neighbours = _neighbours(
        [(key, month_in_words(*key), addresses.month(*key)) for key in site.catalogue.by_month],
        month,
    )
    year = Crumb(label=str(month[0]), address=addresses.year(month[0]))
    for address, part in listing.month_in_parts(addresses.month(*month), events, site.list_limit):
        yield Page(
            address=address,
            template="pages/month.html",
            title=listing.numbered_title(f"Spaceflight events of {title}", part),
            description=f"{listing.counted(len(events))} of {title}.",
            context={
                "month": month,
                "listing": part,
                "heading": title,
                "neighbours": neighbours,
            },
            crumbs=(_HOME, _YEARS, year),
            alternates=year_alternates(site, month[0]),
        )


def _neighbours(places: list[tuple[Key, str, str]], here: Key) -> tuple[Crumb | None, Crumb | None]:
    """What comes before and after ``here`` among (key, label, address) in order."""
    position = [key for key, _, _ in places].index(here)
    around = (position - 1, position + 1)
    before, after = (
        Crumb(label=places[index][1], address=places[index][2])
        if 0 <= index < len(places)
        else None
        for index in around
    )
    return before, after


def _within_limit(site: Site, address: str, events: Events, year: int) -> list[tuple[str, Listing]]:
    if len(events) > site.list_limit:
        return listing.in_parts(address, events, site.list_limit)
    sections = listing.by_month(events, year or None)
    return [(address, Listing(count=len(events), sections=sections))]
