"""The lists: by type, year and month, each split before it grows too long to use."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event, EventType
from events_archive.model.moment import MONTHS, month_in_words
from events_archive.site import addresses, listing
from events_archive.site.drawing import (
    Drawing,
    busiest_week,
    in_months,
    in_years,
    month_of_days,
    one_by_one,
    year_in_weeks,
    years_of,
)
from events_archive.site.families import FAMILIES, by_family, year_bars
from events_archive.site.listing import Listing, Section
from events_archive.site.page import Crumb, Page
from events_archive.site.site import Site
from events_archive.site.subscriptions import main_alternates, type_alternates, year_alternates

Key = TypeVar("Key", bound=Hashable)

DOTS = 120
"""The most events that a type's timeline shows one by one."""

RECENT = 20
"""How many of its latest events a type's page shows when the whole list is split by year."""

PREVIEW = 6
"""How many events of each month a year's page shows when the whole list is split by month."""

_HOME = Crumb(label="Home", address=addresses.HOME)
_TYPES = Crumb(label="Types", address=addresses.ALL_TYPES)
_YEARS = Crumb(label="Years", address=addresses.ALL_YEARS)


def index_pages(site: Site) -> Iterator[Page]:
    """Every list page."""
    yield all_types_page(site)
    yield all_years_page(site)
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
        template="pages/types.html",
        title="Types of events",
        description=f"The {len(types)} types of spaceflight events in this archive.",
        context={
            "families": by_family((type, _history(site, type)) for type, _ in types),
            "span": years_of(site.catalogue.events),
        },
        crumbs=(_HOME,),
        alternates=main_alternates(site),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeHistory:
    """A type's events year by year, drawn and in numbers."""

    count: int
    drawn: Drawing
    years: tuple[tuple[int, str, int], ...]
    """Each year of the archive as (number, address, count); no address for one without any."""


def _history(site: Site, type: EventType) -> TypeHistory:
    """The history of a type as the index of types shows it: its busiest year fills the height."""
    events = site.catalogue.by_type[type.id]
    span = years_of(site.catalogue.events)
    counts = {year: len(found) for year, found in grouped(events, _year_of).items()}
    place = _year_places(site, type, events)
    return TypeHistory(
        count=len(events),
        drawn=in_years(events, span, max(counts.values(), default=1), place),
        years=tuple(
            (year, place(year) if year in counts else "", counts.get(year, 0)) for year in span
        ),
    )


def _year_of(event: Event) -> int | None:
    return event.moment.year


def _year_places(site: Site, type: EventType, events: Events) -> Callable[[int], str]:
    """Where a type's events of a year stand: on a page of their own, or on the type's."""
    if len(events) > site.list_limit:
        return lambda year: site.addresses.type_year(type, year)
    return lambda year: f"{site.addresses.type(type)}#y{year}"


def timeline(site: Site, type: EventType) -> tuple[Drawing, range] | None:
    """A type's events in time: each its own dot, or months where they are too many."""
    events = site.catalogue.by_type[type.id]
    span = years_of(events)
    if len(events) < 2 or not span:
        return None
    if len(events) <= DOTS:
        return one_by_one(events, span, site.addresses.event), span
    return in_months(events, span, _year_places(site, type, events)), span


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLine:
    """A year of the almanac on home: drawn, and in numbers."""

    number: int
    count: int
    weeks: Drawing
    months: list[tuple[str, str, int, int]]


def almanac(site: Site) -> tuple[YearLine, ...]:
    """All years by week."""
    most = busiest_week(site.catalogue.events) or 1
    return tuple(
        YearLine(
            number=year,
            count=len(events),
            weeks=year_in_weeks(events, most, addresses.month),
            months=months_of(site, year),
        )
        for year, events in site.catalogue.by_year.items()
    )


def all_years_page(site: Site) -> Page:
    """All years with their counts, and the events that fit in none of them."""
    years = site.catalogue.by_year
    return Page(
        address=addresses.ALL_YEARS,
        template="pages/years.html",
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


def months_of(site: Site, year: int) -> list[tuple[str, str, int, int]]:
    """A year's twelve months as (name, address, count, how busy from 0 to 4).

    A month without events has no page: its address is empty.
    """
    by_month = site.catalogue.by_month
    most = max(map(len, by_month.values()), default=0)
    counts = [len(by_month.get((year, number), ())) for number in range(1, 13)]
    return [
        (name, addresses.month(year, number) if count else "", count, ceil(4 * count / (most or 1)))
        for number, (name, count) in enumerate(zip(MONTHS, counts, strict=True), start=1)
    ]


def type_pages(site: Site, type: EventType) -> Iterator[Page]:
    """A type's page; beyond the limit an overview, and a page for each of its years."""
    events = site.catalogue.by_type[type.id]
    address = site.addresses.type(type)
    if len(events) <= site.list_limit:
        whole = Listing(count=len(events), sections=listing.by_year(events))
        yield _type_page(site, type, address, whole)
        return
    years = dict(sorted(grouped(events, listing.year_or_zero).items(), reverse=True))
    parts = listing.split(
        years,
        lambda year: str(year or "Not known to the year"),
        lambda year: site.addresses.type_year(type, year or None),
    )
    latest = Section(title="Latest", anchor="latest", events=events[: -RECENT - 1 : -1])
    yield _type_page(
        site, type, address, Listing(count=len(events), sections=(latest,), parts=parts)
    )
    for year, members in years.items():
        yield from _type_year_pages(site, type, year, members)


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
        template="pages/type.html",
        title=listing.numbered_title(title, events),
        description=f"{listing.counted(events.count)} of the type {title}, with pictures and links.",
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


def _year_page(site: Site, year: int, address: str, events: Listing) -> Page:
    return Page(
        address=address,
        template="pages/year.html",
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


def year_sheets(site: Site, year: int) -> list[tuple[str, str, int, Drawing]]:
    """A year's months as (name, address, count, its days drawn); no address for an empty one."""
    sheets = []
    for number, name in enumerate(MONTHS, start=1):
        events = site.catalogue.by_month.get((year, number), ())
        places = _day_places(site, (year, number), events)
        drawn = month_of_days(year, number, events, lambda day, places=places: places[day.day])
        address = addresses.month(year, number) if events else ""
        sheets.append((name, address, len(events), drawn))
    return sheets


def _day_places(site: Site, month: tuple[int, int], events: Events) -> dict[int, str]:
    """Where on the month's page or its parts each day of it begins."""
    places: dict[int, str] = {}
    parts = listing.month_in_parts(addresses.month(*month), events, site.list_limit)
    for address, part in parts:
        for section in part.sections:
            for event in section.events:
                if anchor := section.anchors.get(event.id):
                    places[int(anchor[1:])] = f"{address}#{anchor}"
    return places


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
