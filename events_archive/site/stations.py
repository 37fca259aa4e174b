"""One page for each space station, which LL2 has as a station, as a place and as a programme."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from events_archive.model.catalogue import grouped
from events_archive.model.places import place_of
from events_archive.site.terms import Term

Terms = Mapping[str, tuple[Term, ...]]
"""Terms by the name of their taxonomy."""


def merge_stations(terms: Terms) -> Terms:
    """Return the terms with the places and programmes that are called like a space station.

    Each of these is the same as the station, which has the events of all.
    """
    duplicates = grouped((*terms["places"], *terms["programs"]), _slug)
    merged = {
        slug: _merge(stations[0], duplicates[slug])
        for slug, stations in grouped(terms["stations"], _slug).items()
        if slug in duplicates
    }
    keys = {station.key for station in merged.values()}
    return {
        **terms,
        "stations": tuple(
            merged[_slug(term)] if term.key in keys else term for term in terms["stations"]
        ),
        **{name: _stand_for(terms[name], merged) for name in ("places", "programs")},
    }


def _slug(term: Term) -> str:
    """Return the slug of the place of the term's name, which is one for all names of a station."""
    place = place_of(term.name)
    return place.slug if place else term.slug


def _merge(station: Term, duplicates: Iterable[Term]) -> Term:
    """Return a station with the events, facts, description and website of its duplicates."""
    facts, description, website = dict(station.facts), station.description, station.website
    events = {event.id: event for event in station.events}
    for duplicate in duplicates:
        facts |= {name: text for name, text in duplicate.facts if name == "Also written"}
        description, website = description or duplicate.description, website or duplicate.website
        events |= {event.id: event for event in duplicate.events}
    return replace(
        station,
        facts=tuple(facts.items()),
        description=description,
        website=website,
        events=tuple(sorted(events.values(), key=lambda event: event.sort_key)),
    )


def _stand_for(terms: Iterable[Term], merged: Mapping[str, Term]) -> tuple[Term, ...]:
    """Return terms of which those that are a station have its page and events."""
    return tuple(
        replace(term, same_as=merged[slug], events=merged[slug].events) if slug in merged else term
        for term in terms
        for slug in [_slug(term)]
    )
