"""A page for each way in, and an index for each kind of them."""

from collections.abc import Iterator
from dataclasses import replace

from events_archive.model.catalogue import Events, grouped
from events_archive.site import addresses, listing
from events_archive.site.kinds import SERIES, Kind
from events_archive.site.listing import Listing, Section
from events_archive.site.page import Crumb, Page
from events_archive.site.site import Site
from events_archive.site.subscriptions import main_alternates
from events_archive.site.ways import Way

_HOME = Crumb(label="Home", address=addresses.HOME)

RECENT = 20
"""How many of the latest events a way's page shows when its list is split by year."""


def way_pages(site: Site) -> Iterator[Page]:
    """Every index and every page."""
    for kind, ways in site.ways.kinds:
        yield from _index(site, kind, ways)
        for position, way in enumerate(ways):
            before = ways[position - 1] if position else None
            after = ways[position + 1] if position + 1 < len(ways) else None
            yield from _pages(site, way, (_crumb(before), _crumb(after)))


def _crumb(way: Way | None) -> Crumb | None:
    return Crumb(label=way.name, address=way.address) if way else None


def _index(site: Site, kind: Kind, ways: tuple[Way, ...]) -> Iterator[Page]:
    """All of one kind with their counts, in numbered parts where they are too many."""
    address = addresses.all_ways(kind.folder)
    limit = site.list_limit
    pieces = [ways[start : start + limit] for start in range(0, len(ways), limit)]
    for number, piece in enumerate(pieces, start=1):
        parts = [
            listing.Part(
                label=f"{other[0].name} to {other[-1].name}",
                address=addresses.part(address, position),
                count=len(other),
                is_here=position == number,
            )
            for position, other in enumerate(pieces, start=1)
        ]
        yield Page(
            address=addresses.part(address, number),
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


def _pages(site: Site, way: Way, neighbours: tuple[Crumb | None, Crumb | None]) -> Iterator[Page]:
    """A way's page; beyond the limit an overview, and a page for each year."""
    events = way.events
    if way.kind is SERIES:
        for address, part in listing.in_parts(way.address, events, site.list_limit):
            yield _page(site, way, address, part, neighbours)
        return
    if len(events) <= site.list_limit:
        whole = Listing(count=len(events), sections=listing.by_year(events))
        yield _page(site, way, way.address, whole, neighbours)
        return
    years = dict(sorted(grouped(events, listing.year_or_zero).items(), reverse=True))
    parts = listing.split(
        years,
        lambda year: str(year or "Not known to the year"),
        lambda year: addresses.of_year(way.address, year or None),
    )
    latest = Section(title="Latest", anchor="latest", events=events[: -RECENT - 1 : -1])
    overview = Listing(count=len(events), sections=(latest,), parts=parts)
    yield _page(site, way, way.address, overview, neighbours)
    for year, members in years.items():
        yield from _year_pages(site, way, year, members)


def _year_pages(site: Site, way: Way, year: int, events: Events) -> Iterator[Page]:
    address = addresses.of_year(way.address, year or None)
    label = str(year or "not known to the year")
    if len(events) <= site.list_limit:
        whole = Listing(count=len(events), sections=listing.by_month(events, year or None))
        places = [(address, whole)]
    else:
        places = listing.in_parts(address, events, site.list_limit)
    for place, part in places:
        page = _page(site, way, place, part, (None, None), heading=f"{way.name}, {label}")
        crumb = Crumb(label=way.name, address=way.address)
        yield replace(page, crumbs=(*page.crumbs, crumb))


def _page(
    site: Site,
    way: Way,
    address: str,
    events: Listing,
    neighbours: tuple[Crumb | None, Crumb | None],
    *,
    heading: str = "",
) -> Page:
    title = _title(site, way)
    return Page(
        address=address,
        template="pages/way.html",
        title=listing.numbered_title(heading.replace(way.name, title) or title, events),
        description=f"{listing.counted(events.count)}: {heading or way.name}, by date.",
        context={
            "way": way,
            "listing": events,
            "heading": heading or way.name,
            "neighbours": neighbours,
        },
        crumbs=(_HOME, Crumb(label=way.kind.title, address=addresses.all_ways(way.kind.folder))),
        alternates=main_alternates(site),
    )


def _title(site: Site, way: Way) -> str:
    """The name; with what it is where another page has that name for its title."""
    namesakes = site.ways.namesakes
    if namesakes[way.name, way.kind.folder] > 1:
        return f"{way.name} ({way.stem})"
    return f"{way.name} · {way.kind.title}"
