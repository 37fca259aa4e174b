"""The pages of every taxonomy: its index, and the list of events of each term."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from events_archive.console import quantity
from events_archive.model.catalogue import grouped
from events_archive.model.places import place_of
from events_archive.pages.charts import (
    month_counts,
    month_heatmaps,
    type_timeline,
    year_bars,
    years_of_type,
)
from events_archive.pages.month_grid import month_grid
from events_archive.pages.station_visits import station_visits
from events_archive.pages.subscriptions import AlternateLinks
from events_archive.site import pagination, urls
from events_archive.site.page import HOME, Breadcrumb, LazyContext, Page, redirect
from events_archive.site.pagination import EventList, Neighbours, Section
from events_archive.site.site import Site
from events_archive.site.terms import Taxonomy, Term

Context = Mapping[str, object]


def list_pages(site: Site) -> Iterator[Page]:
    """Yield the pages of all taxonomies."""
    alternates = AlternateLinks(site)
    for taxonomy in site.taxonomies.taxonomies:
        terms = site.taxonomies.terms[taxonomy.name]
        if site.taxonomies.has_index(taxonomy):
            yield from _index_pages(site, taxonomy, terms, alternates)
        own = tuple(term for term in terms if not term.same_as)
        for term, neighbours in _with_neighbours(own, is_cyclic=taxonomy.is_cyclic):
            yield from _term_pages(site, term, neighbours, alternates)
        for term in terms:
            if term.same_as:
                yield redirect(term.path, term.name, term.url)


def _index_pages(
    site: Site, taxonomy: Taxonomy, terms: tuple[Term, ...], alternates: AlternateLinks
) -> Iterator[Page]:
    """Yield the index of a taxonomy: one page with a template of its own, or numbered pages."""
    own_context = _INDEX_CONTEXTS.get(taxonomy.name)
    limit = max(1, len(terms)) if own_context else site.settings.list_limit
    title = taxonomy.index_title or taxonomy.title
    intro = taxonomy.intro.split(": ")[0].rstrip(".")
    description = taxonomy.index_description or f"{intro}: {{count}} in this archive."
    parts = pagination.numbered(taxonomy.index_url, terms, limit, _range_label)
    for number, (path, part, links) in enumerate(parts, start=1):
        context = {
            "taxonomy": taxonomy,
            "count": len(terms),
            "groups": tuple(grouped(part, lambda term: term.group).items()),
            "pages": links,
        }
        yield Page(
            path=path,
            template=taxonomy.index_template,
            title=title if number == 1 else f"{title}, part {number}",
            description=description.format(count=len(terms)),
            context=LazyContext(partial(own_context, site)) if own_context else context,
            breadcrumbs=(HOME,),
            alternates=alternates.of_index(taxonomy),
        )


def _range_label(number: int, terms: Sequence[Term]) -> str:
    return f"{terms[0].name} to {terms[-1].name}"


def _types_context(site: Site) -> Context:
    return {
        "types_by_category": site.types_by_category,
        "timelines": {type.id: years_of_type(site, type) for type in site.catalogue.types},
        "years": site.catalogue.years,
    }


def _years_context(site: Site) -> Context:
    years, undated = site.catalogue.by_year, site.catalogue.undated
    shown = Section(
        title="Date unknown", anchor="undated", events=undated[: site.settings.list_limit]
    )
    return {
        "years": year_bars(years),
        "months": {year: month_counts(site, year) for year in years},
        "categories": tuple(category for category, _ in site.types_by_category),
        "event_list": EventList(
            path=urls.ALL_YEARS, count=len(undated), sections=(shown,) if undated else ()
        ),
    }


def _days_context(site: Site) -> Context:
    counts = [(term.value, len(term.events)) for term in site.taxonomies.terms["days"]]
    return {
        "months": tuple(grouped(counts, lambda day: day[0][0]).values()),
        "count": sum(count for _, count in counts),
    }


_INDEX_CONTEXTS: Mapping[str, Callable[[Site], Context]] = {
    "types": _types_context,
    "years": _years_context,
    "days": _days_context,
}
"""What the templates of indexes other than ``pages/taxonomy.html`` need."""


def _term_pages(
    site: Site, term: Term, neighbours: Neighbours, alternates: AlternateLinks
) -> Iterator[Page]:
    """Yield the pages of a term's list of events."""
    taxonomy, title = term.taxonomy, site.taxonomies.title(term)
    limit, today = site.settings.list_limit, site.catalogue.today
    for page in taxonomy.layout(term.url, term.events, limit, today):
        year = f", {page.year}" if page.year else ""
        count = quantity(page.count, "spaceflight event")
        yield Page(
            path=page.path,
            template=taxonomy.template,
            title=pagination.numbered_title(title + year, page.path, page.pages),
            description=taxonomy.page_description.format(events=count, name=term.name + year),
            context=LazyContext(partial(_term_context, site, term, page, neighbours)),
            breadcrumbs=_breadcrumbs(term, page),
            alternates=alternates.of_term(term),
        )


def _term_context(site: Site, term: Term, page: EventList, neighbours: Neighbours) -> Context:
    """Return what the template of a page of a term's list shows."""
    taxonomy, place = term.taxonomy, place_of(term.name)
    own_context = _TERM_CONTEXTS.get(taxonomy.name)
    return {
        "term": term,
        "heading": f"{term.name}, {page.year}" if page.year else term.name,
        "event_list": replace(
            page, has_one_type=taxonomy.name == "types", place=place.slug if place else ""
        ),
        "neighbours": _neighbours(page, neighbours),
        **(own_context(site, term, page) if own_context else {}),
    }


def _neighbours(page: EventList, of_term: Neighbours) -> Neighbours:
    """Return what is before and after a page: other parts or years of its list, or other terms."""
    before, after = page.other_years if page.year else of_term
    paths = [link.url for link in page.pages]
    if page.path in paths:
        parts = [Breadcrumb(label=link.label, url=link.url) for link in page.pages]
        number = paths.index(page.path)
        before = parts[number - 1] if number else before
        after = parts[number + 1] if number + 1 < len(parts) else after
    return before, after


def _types_term(site: Site, term: Term, page: EventList) -> Context:
    return {"timeline": None if page.year else type_timeline(site, term.value)}


def _years_term(site: Site, term: Term, page: EventList) -> Context:
    return {"month_heatmaps": month_heatmaps(site, term.value)}


def _months_term(site: Site, term: Term, page: EventList) -> Context:
    year, month = term.value
    return {"grid": month_grid(year, month, term.events) if page.path == term.url else None}


def _days_term(site: Site, term: Term, page: EventList) -> Context:
    is_first = page.path == term.url
    return {"presences": site.visit_index.present_on(*term.value) if is_first else ()}


def _places_term(site: Site, term: Term, page: EventList) -> Context:
    place = place_of(term.name) if page.path == term.url else None
    return {"visits": station_visits(site.visit_index, place.slug) if place else None}


def _series_term(site: Site, term: Term, page: EventList) -> Context:
    return {"story": site.stories[1].get(term.name) if page.path == term.url else None}


_TERM_CONTEXTS: Mapping[str, Callable[[Site, Term, EventList], Context]] = {
    "types": _types_term,
    "years": _years_term,
    "months": _months_term,
    "days": _days_term,
    "places": _places_term,
    "stations": _places_term,
    "series": _series_term,
}
"""What the pages of some taxonomies' terms show beside events, most on the first page of a term."""


def _breadcrumbs(term: Term, page: EventList) -> tuple[Breadcrumb, ...]:
    taxonomy = term.taxonomy
    if taxonomy.name == "months":
        year = term.value[0]
        years = Breadcrumb(label="Years", url=urls.ALL_YEARS)
        return (HOME, years, Breadcrumb(label=str(year), url=urls.year(year)))
    index = Breadcrumb(label=taxonomy.title, url=taxonomy.index_url)
    return (HOME, index, Breadcrumb(label=term.name, url=term.url))[: 3 if page.year else 2]


def _with_neighbours(
    terms: tuple[Term, ...], *, is_cyclic: bool
) -> Iterator[tuple[Term, Neighbours]]:
    links = [None, *(Breadcrumb(label=term.name, url=term.url) for term in terms), None]
    if is_cyclic and terms:
        links[0], links[-1] = links[-2], links[1]
    return zip(terms, zip(links, links[2:], strict=False), strict=True)
