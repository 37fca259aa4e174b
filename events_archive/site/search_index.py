"""The index of the site's search: its events, and the terms of its taxonomies."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from events_archive.model.event import Event
from events_archive.model.places import names_of_place, place_of
from events_archive.search.index import (
    RELATION,
    Document,
    SearchIndex,
    Span,
    Thing,
    ThingKind,
    build_index,
)
from events_archive.site.categories import type_explanation
from events_archive.site.site import Site
from events_archive.site.terms import Term

_WITHOUT_PAGES = ("launches", "expeditions")
"""Attributes of events whose members have names and no pages."""


def build_search_index(site: Site) -> SearchIndex:
    """Return the index of all events but withdrawn ones, by id."""
    events = sorted(site.catalogue.events, key=lambda event: event.id)
    rows = {event.id: row for row, event in enumerate(events)}
    documents = (Document(event.name, _span(event), searched_text(site, event)) for event in events)
    return build_index(documents, (*_terms(site, rows), *_members(events)))


def searched_text(site: Site, event: Event) -> str:
    """Return the description of an event and the titles of the articles about it, by line."""
    titles = (article.title for article in site.articles.get(event.id, ()))
    return "\n".join((event.description, *titles))


def _span(event: Event) -> Span | None:
    date = event.date
    if date.utc is None or date.interval is None:
        return None
    if date.has_time:
        second = int(date.utc.timestamp())
        return Span(second, second + 1)
    return Span(int(date.interval.start.timestamp()), int(date.interval.end.timestamp()))


def _terms(site: Site, rows: Mapping[int, int]) -> Iterator[Thing]:
    """Yield the terms of all taxonomies that have events."""
    for taxonomy in site.taxonomies.taxonomies:
        kind = ThingKind(taxonomy.name, taxonomy.singular, taxonomy.search_places)
        for term in site.taxonomies.terms[taxonomy.name]:
            members = sorted(rows[event.id] for event in term.events)
            if members and not term.same_as:
                yield Thing(
                    kind=kind,
                    name=term.name,
                    stem=term.slug,
                    aliases=_aliases(term),
                    rows=tuple(members) if kind.where else (),
                )


def _aliases(term: Term) -> tuple[str, ...]:
    """Return the other names of a term."""
    match term.taxonomy.name:
        case "types":
            names = [type_explanation(term.value), term.name.removeprefix("Spacecraft ")]
        case "places" | "stations":
            place = place_of(term.name)
            places = dict.fromkeys(e.location for e in term.events if place_of(e.location) == place)
            names = [*(names_of_place(place.slug) if place else ()), *places]
        case "agencies":
            names = [term.value.abbreviation]
        case _:
            names = []
    return tuple(name for name in names if name and name != term.name)


def _members(events: list[Event]) -> Iterator[Thing]:
    """Yield what events name that has no page, by name."""
    for attribute in _WITHOUT_PAGES:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, event in enumerate(events):
            for name in dict.fromkeys(member.name for member in getattr(event, attribute)):
                rows[name].append(row)
        kind = ThingKind("", "", RELATION)
        for name in sorted(rows):
            yield Thing(kind=kind, name=name, rows=tuple(rows[name]))
