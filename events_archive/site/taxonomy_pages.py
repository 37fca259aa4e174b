"""A page for each way in, and an index for each kind of them."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from events_archive.model.catalogue import Events, grouped
from events_archive.site import pagination, urls
from events_archive.site.list_pages import Neighbours, with_neighbours
from events_archive.site.page import Crumb, Deferred, Page
from events_archive.site.pagination import Layout, Listing, Section
from events_archive.site.site import Site
from events_archive.site.subscriptions import main_alternates
from events_archive.site.taxonomies import SERIES, Kind
from events_archive.site.terms import Way

_TEMPLATE = "pages/way.html"

_HOME = Crumb(label="Home", address=urls.HOME)

RECENT = 20
"""How many of the latest events a way's page shows when its list is split by year."""


def way_pages(site: Site) -> Iterator[Page]:
    """Every index and every page."""
    for kind, ways in site.ways.kinds:
        yield from _index(site, kind, ways)
        crumbs = {way.stem: Crumb(label=way.name, address=way.address) for way in ways}
        for way, (_, neighbours) in zip(ways, with_neighbours(crumbs), strict=True):
            yield from _pages(site, way, neighbours)


def _index(site: Site, kind: Kind, ways: tuple[Way, ...]) -> Iterator[Page]:
    """All of one kind with their counts, in numbered parts where they are too many."""
    address = urls.all_ways(kind.folder)
    limit = site.list_limit
    pieces = [ways[start : start + limit] for start in range(0, len(ways), limit)]
    for number, piece in enumerate(pieces, start=1):
        parts = [
            pagination.Part(
                label=f"{other[0].name} to {other[-1].name}",
                address=urls.part(address, position),
                count=len(other),
                is_here=position == number,
            )
            for position, other in enumerate(pieces, start=1)
        ]
        yield Page(
            address=urls.part(address, number),
            template="pages/ways.html",
            title=kind.title if number == 1 else f"{kind.title}, part {number}",
            description=f"{kind.intro.split(': ')[0].rstrip('.')}: {len(ways)} in this archive.",
            context={
                "kind": kind,
                "count": len(ways),
                "groups": _grouped(piece),
                "parts": tuple(parts) if len(parts) > 1 else (),
            },
            crumbs=(_HOME,),
            alternates=main_alternates(site),
        )


def _grouped(ways: tuple[Way, ...]) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    groups: dict[str, list[Way]] = {}
    for way in ways:
        groups.setdefault(way.group, []).append(way)
    return tuple((group, tuple(members)) for group, members in groups.items())


class _Told(NamedTuple):
    """All that a way's page is made from."""

    way: Way
    title: str
    neighbours: Neighbours
    shown: Events | Listing
    """What is laid out of the way's events, or of those of a year."""
    year: str = ""


def _pages(site: Site, way: Way, neighbours: Neighbours) -> Iterator[Page]:
    """A way's page; beyond the limit an overview, and a page for each year."""
    events, limit = way.events, site.list_limit
    told = _Told(way, _title(site, way), neighbours, events)
    if way.kind is SERIES or len(events) <= limit:
        sections = pagination.in_a_row if way.kind is SERIES else pagination.by_year
        for sheet in pagination.divided(way.address, events, limit, sections):
            yield _planned(site, told._replace(shown=sheet.shown), sheet.address, sheet.layout)
        return
    years = dict(sorted(grouped(events, pagination.year_or_zero).items(), reverse=True))
    yield _planned(site, told, way.address, partial(_overview, way, years))
    for year, members in years.items():
        label = str(year or "not known to the year")
        of_year = told._replace(year=label, neighbours=(None, None))
        first = urls.of_year(way.address, year or None)
        by_month = partial(pagination.by_month, year=year or None)
        for sheet in pagination.divided(first, members, limit, by_month):
            yield _planned(site, of_year._replace(shown=sheet.shown), sheet.address, sheet.layout)


def _overview(way: Way, years: dict[int, Events]) -> Listing:
    parts = pagination.split(
        years,
        lambda year: str(year or "Not known to the year"),
        lambda year: urls.of_year(way.address, year or None),
    )
    latest = Section(title="Latest", anchor="latest", events=way.events[: -RECENT - 1 : -1])
    return Listing(count=len(way.events), sections=(latest,), parts=parts)


def _planned(site: Site, told: _Told, address: str, layout: Layout) -> Page:
    make = partial(_page, site, told, address, layout)
    return Deferred(address, _TEMPLATE, make, depends=told)


def _page(site: Site, told: _Told, address: str, layout: Layout) -> Page:
    way, year, shown = told.way, told.year, layout()
    heading = f"{way.name}, {year}" if year else way.name
    crumbs = [_HOME, Crumb(label=way.kind.title, address=urls.all_ways(way.kind.folder))]
    if year:
        crumbs.append(Crumb(label=way.name, address=way.address))
    title = f"{told.title}, {year}" if year else told.title
    return Page(
        address=address,
        template=_TEMPLATE,
        title=pagination.numbered_title(title, shown),
        description=f"{pagination.counted(shown.count)}: {heading}, by date.",
        context={
            "way": way,
            "listing": shown,
            "heading": heading,
            "neighbours": told.neighbours,
        },
        crumbs=tuple(crumbs),
        alternates=main_alternates(site),
    )


def _title(site: Site, way: Way) -> str:
    """The name; with what it is where another page has that name for its title."""
    namesakes = site.ways.namesakes
    if namesakes[way.name, way.kind.folder] > 1:
        return f"{way.name} ({way.stem})"
    return f"{way.name} · {way.kind.title}"
