"""How the terms of each taxonomy are found in the events.

A slug ends in LL2's id where there is one, so that two terms of one name are told apart and a
renamed term is recognised. Places and series are known by name, through the tables in
``model/places.py`` and ``model/series.py``.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from events_archive.model.catalogue import Catalogue, Events, grouped
from events_archive.model.event import Agency, Astronaut, Event, Program, SpaceStation
from events_archive.model.interval import format_day, format_month
from events_archive.model.places import BODIES, place_of
from events_archive.model.series import find_series
from events_archive.model.slugs import safe_slug
from events_archive.site.categories import category_of
from events_archive.site.on_this_day import ALL_DAYS, format_day_of_year
from events_archive.site.terms import Taxonomy, Term
from events_archive.site.urls import Urls

Key = TypeVar("Key", bound=Hashable)


def find_types(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> Iterator[Term]:
    """Yield the types, those of withdrawn events included."""
    for type in sorted(catalogue.types, key=lambda type: (type.name.casefold(), type.id)):
        yield Term(
            taxonomy=taxonomy,
            key=type.id,
            slug=urls.type_slugs[type.id],
            name=type.name,
            events=catalogue.by_type[type.id],
            value=type,
            category=category_of(type),
        )


def find_years(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return the years with events."""
    return _by_time(taxonomy, catalogue.by_year, "{:04}".format, str)


def find_months(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return the months with events."""
    return _by_time(
        taxonomy,
        catalogue.by_month,
        lambda month: f"{month[0]:04}-{month[1]:02}",
        lambda month: format_month(*month),
    )


def find_days(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return all days of the year, with or without events."""
    days = {day: catalogue.by_day.get(day, ()) for day in ALL_DAYS}
    return _by_time(taxonomy, days, lambda day: f"{day[0]:02}-{day[1]:02}", format_day_of_year)


def _by_time(
    taxonomy: Taxonomy,
    groups: Mapping[Key, Events],
    slug: Callable[[Key], str],
    name: Callable[[Key], str],
) -> list[Term]:
    return [
        Term(taxonomy=taxonomy, key=key, slug=slug(key), name=name(key), events=events, value=key)
        for key, events in groups.items()
    ]


def find_places(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return the places that events name, by world and name."""
    groups = grouped(catalogue.events, _place_slug)
    terms = (_place(taxonomy, slug, events) for slug, events in groups.items())
    return sorted(terms, key=lambda term: (BODIES.index(term.group), *_natural_order(term)))


def _place_slug(event: Event) -> str | None:
    place = place_of(event.location)
    return place.slug if place else None


def _place(taxonomy: Taxonomy, slug: str, events: Events) -> Term:
    place = place_of(events[-1].location)
    assert place, "only events with a place are grouped"
    spellings = {" ".join(event.location.split()) for event in events} - {place.name}
    return Term(
        taxonomy=taxonomy,
        key=slug,
        slug=slug,
        name=place.name,
        events=events,
        value=place,
        group=place.body,
        facts=_known(("Where", place.body), ("Also written", "; ".join(sorted(spellings)))),
    )


def find_stations(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return the space stations of events."""

    def describe(station: SpaceStation) -> dict[str, Any]:
        facts = _known(
            ("Type", station.type),
            ("Status", station.status),
            ("Orbit", station.orbit),
            ("In space since", format_day(station.founded) if station.founded else ""),
            ("Until", format_day(station.deorbited) if station.deorbited else ""),
        )
        return {"facts": facts, "description": station.description}

    return _find_by_id(taxonomy, catalogue, attrgetter("stations"), describe)


def find_programs(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return the programmes of events."""

    def describe(program: Program) -> dict[str, Any]:
        return {"description": program.description, "website": program.url}

    return _find_by_id(taxonomy, catalogue, attrgetter("programs"), describe)


def find_agencies(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return the agencies of events, under their types."""

    def describe(agency: Agency) -> dict[str, Any]:
        facts = _known(("Abbreviation", agency.abbreviation), ("Type", agency.type))
        return {"facts": facts, "group": agency.type}

    return _find_by_id(taxonomy, catalogue, attrgetter("agencies"), describe)


def find_astronauts(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return the astronauts of events."""

    def describe(astronaut: Astronaut) -> dict[str, Any]:
        return {"facts": _known(("Agency", astronaut.agency), ("Status", astronaut.status))}

    return _find_by_id(taxonomy, catalogue, attrgetter("astronauts"), describe)


def _find_by_id(
    taxonomy: Taxonomy,
    catalogue: Catalogue,
    members_of: Callable[[Event], Iterable[Any]],
    describe: Callable[[Any], dict[str, Any]],
) -> list[Term]:
    """Return a term for each member, by LL2's id; if records disagree, the latest event's counts.

    ``describe`` returns the fields of the term that only this taxonomy has.
    """
    latest: dict[int, Any] = {}
    events_of: dict[int, dict[int, Event]] = {}
    for event in catalogue.events:
        for member in members_of(event):
            latest[member.id] = member
            events_of.setdefault(member.id, {})[event.id] = event
    fallback = taxonomy.singular.lower().replace(" ", "-")
    terms = (
        Term(
            taxonomy=taxonomy,
            key=id,
            slug=f"{safe_slug(member.name, fallback)}-{id}",
            name=member.name or f"{taxonomy.singular} {id}",
            events=tuple(events_of[id].values()),
            value=member,
            **describe(member),
        )
        for id, member in latest.items()
    )
    return sorted(terms, key=_natural_order)


def find_all_series(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> list[Term]:
    """Return the series and missions that the names of events tell of."""
    terms = (
        Term(
            taxonomy=taxonomy,
            key=series.slug,
            slug=series.slug,
            name=series.name,
            events=series.events,
            value=series,
            group="Counted, one by one" if series.is_counted else "Missions",
        )
        for series in find_series(catalogue.events)
    )
    return sorted(terms, key=_natural_order)


def _known(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in facts if text)


def _natural_order(term: Term) -> tuple[list[tuple[int, str]], str]:
    """Order by name, numbers in names as numbers: MS-9 before MS-10."""
    words = [
        (int(part), "") if part.isdecimal() else (0, part.casefold())
        for part in re.split(r"(\d+)", term.name)
        if part
    ]
    return words, term.slug


def id_from_slug(slug: str) -> str:
    """Return LL2's id at the end of a slug; the slug itself if there is none."""
    match = re.search(r"-(\d+)$", slug)
    return match[1] if match else slug
