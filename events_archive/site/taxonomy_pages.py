"""A page for each way in, and an index for each kind of them."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from events_archive.model.catalogue import Events, grouped
from events_archive.site import pagination, urls
from events_archive.site.list_pages import Neighbours, with_neighbours
from events_archive.site.page import Breadcrumb, Page
from events_archive.site.pagination import EventList, Section
from events_archive.site.site import Site
from events_archive.site.subscriptions import main_alternates
from events_archive.site.taxonomies import SERIES, Taxonomy
from events_archive.site.terms import Term

_TEMPLATE = "pages/way.html"

_HOME = Breadcrumb(label="Home", url=urls.HOME)

RECENT_ON_TERM_PAGE = 20
"""How many of the latest events a way's page shows when its list is split by year."""


def taxonomy_pages(site: Site) -> Iterator[Page]:
    """Every index and every page."""
    for kind, ways in site.taxonomies.taxonomies:
        yield from _index(site, kind, ways)
        crumbs = {way.slug: Breadcrumb(label=way.name, url=way.url) for way in ways}
        for way, (_, neighbours) in zip(ways, with_neighbours(crumbs), strict=True):
            yield from _pages(site, way, neighbours)


def _index(site: Site, kind: Taxonomy, ways: tuple[Term, ...]) -> Iterator[Page]:
    """All of one kind with their counts, in numbered parts where they are too many."""
    address = urls.taxonomy_index(kind.name)
    limit = site.list_limit
    pieces = [ways[start : start + limit] for start in range(0, len(ways), limit)]
    for number, piece in enumerate(pieces, start=1):
        parts = [
            pagination.PageLink(
                label=f"{other[0].name} to {other[-1].name}",
                url=urls.list_page(address, position),
                count=len(other),
                is_current=position == number,
            )
            for position, other in enumerate(pieces, start=1)
        ]
        yield Page(
            path=urls.list_page(address, number),
            template="pages/ways.html",
            title=kind.title if number == 1 else f"{kind.title}, part {number}",
            description=f"{kind.intro.split(': ')[0].rstrip('.')}: {len(ways)} in this archive.",
            context={
                "kind": kind,
                "count": len(ways),
                "groups": _grouped(piece),
                "parts": tuple(parts) if len(parts) > 1 else (),
            },
            breadcrumbs=(_HOME,),
            alternates=main_alternates(site),
        )


def _grouped(ways: tuple[Term, ...]) -> tuple[tuple[str, tuple[Term, ...]], ...]:
    groups: dict[str, list[Term]] = {}
    for way in ways:
        groups.setdefault(way.group, []).append(way)
    return tuple((group, tuple(members)) for group, members in groups.items())


class _Heading(NamedTuple):
    """What the pages of one list of a term have in common."""

    term: Term
    title: str
    neighbours: Neighbours
    year: str = ""


def _pages(site: Site, term: Term, neighbours: Neighbours) -> Iterator[Page]:
    """A term's page; beyond the limit an overview, and a page for each year."""
    events, limit = term.events, site.list_limit
    heading = _Heading(term, _title(site, term), neighbours)
    if term.taxonomy is SERIES or len(events) <= limit:
        sections = pagination.ungrouped if term.taxonomy is SERIES else pagination.by_year
        for path, shown in pagination.paginate(term.url, events, limit, sections):
            yield _page(site, heading, path, shown)
        return
    years = dict(sorted(grouped(events, pagination.year_or_zero).items(), reverse=True))
    yield _page(site, heading, term.url, _overview(term, years))
    for year, members in years.items():
        label = str(year or "not known to the year")
        of_year = heading._replace(year=label, neighbours=(None, None))
        first = urls.list_year(term.url, year or None)
        by_month = partial(pagination.by_month, year=year or None)
        for path, shown in pagination.paginate(first, members, limit, by_month):
            yield _page(site, of_year, path, shown)


def _overview(term: Term, years: dict[int, Events]) -> EventList:
    parts = pagination.links_to_groups(
        years,
        lambda year: str(year or "Not known to the year"),
        lambda year: urls.list_year(term.url, year or None),
    )
    latest = Section(
        title="Latest", anchor="latest", events=term.events[: -RECENT_ON_TERM_PAGE - 1 : -1]
    )
    return EventList(count=len(term.events), sections=(latest,), pages=parts)


def _page(site: Site, told: _Heading, path: str, shown: EventList) -> Page:
    term, year = told.term, told.year
    heading = f"{term.name}, {year}" if year else term.name
    crumbs = [
        _HOME,
        Breadcrumb(label=term.taxonomy.title, url=urls.taxonomy_index(term.taxonomy.name)),
    ]
    if year:
        crumbs.append(Breadcrumb(label=term.name, url=term.url))
    title = f"{told.title}, {year}" if year else told.title
    return Page(
        path=path,
        template=_TEMPLATE,
        title=pagination.numbered_title(title, shown),
        description=f"{pagination.event_count_text(shown.count)}: {heading}, by date.",
        context={
            "way": term,
            "listing": shown,
            "heading": heading,
            "neighbours": told.neighbours,
        },
        breadcrumbs=tuple(crumbs),
        alternates=main_alternates(site),
    )


def _title(site: Site, way: Term) -> str:
    """The name; with what it is where another page has that name for its title."""
    namesakes = site.taxonomies.name_counts
    if namesakes[way.name, way.taxonomy.name] > 1:
        return f"{way.name} ({way.slug})"
    return f"{way.name} · {way.taxonomy.title}"
