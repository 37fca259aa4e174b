"""Ways in: the places, agencies, programmes, stations, astronauts and series that events name.

Each has a page with its events. A stem ends in the source's id where there is one, so that two of
one name are told apart and a new name leads on from the old address; places and series are known
by their names, through the tables in ``model/places.py`` and ``model/series.py``.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from events_archive.model.catalogue import Catalogue, Events
from events_archive.model.event import Agency, Astronaut, Event, Program, SpaceStation
from events_archive.model.interval import format_day
from events_archive.model.places import BODIES, place_of
from events_archive.model.series import Series, find_series
from events_archive.model.slugs import safe_slug
from events_archive.site.taxonomies import (
    AGENCIES,
    ASTRONAUTS,
    PLACES,
    PROGRAMS,
    SERIES,
    STATIONS,
    TAXONOMIES,
    Taxonomy,
)

_NO_URLS: dict[int, str] = {}
_AT_END = re.compile(r"-(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One place, agency, ..., and the events that name it."""

    taxonomy: Taxonomy
    slug: str
    name: str
    events: Events
    """Oldest first; of a count, in the order of its numbers."""
    group: str = ""
    """Under what it stands in the index."""
    facts: tuple[tuple[str, str], ...] = ()
    """What is known of it, as (term, words)."""
    description: str = ""
    """Plain text of the source's; untrusted."""
    website: str = ""

    url: str = field(init=False)
    """``agencies/nasa-44.html``."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", f"{self.taxonomy.name}/{self.slug}.html")


class SeriesPosition(NamedTuple):
    """An event's place in a series."""

    term: Term
    previous: Event | None
    next: Event | None


@dataclass(frozen=True, kw_only=True)
class TaxonomyIndex:
    """All ways in, and which of them an event is on."""

    by_taxonomy: Mapping[str, tuple[Term, ...]]
    """By folder; no kind without any."""
    series: tuple[Series, ...] = ()
    _by_key: Mapping[tuple[str, Hashable], Term] = field(default_factory=dict)

    @classmethod
    def build(cls, catalogue: Catalogue) -> "TaxonomyIndex":
        """The ways in to the events at the source; withdrawn ones stand on no list."""
        events = catalogue.events
        series = find_series(events)
        found: dict[tuple[str, Hashable], Term] = {
            **_places(events),
            **_named(STATIONS, events, attrgetter("stations"), _station),
            **_named(PROGRAMS, events, attrgetter("programs"), _program),
            **_named(AGENCIES, events, attrgetter("agencies"), _agency),
            **_named(ASTRONAUTS, events, attrgetter("astronauts"), _astronaut),
            **{(SERIES.name, one.slug): _series(one) for one in series},
        }
        by_kind: dict[str, list[Term]] = {}
        for (folder, _), way in found.items():
            by_kind.setdefault(folder, []).append(way)
        return cls(
            by_taxonomy={
                folder: tuple(sorted(ways, key=_order)) for folder, ways in by_kind.items()
            },
            series=series,
            _by_key=found,
        )

    @property
    def taxonomies(self) -> tuple[tuple[Taxonomy, tuple[Term, ...]], ...]:
        """Each kind of which there is any, with all of that kind."""
        return tuple(
            (kind, self.by_taxonomy[kind.name]) for kind in TAXONOMIES if self.has(kind.name)
        )

    def has(self, folder: str) -> bool:
        """Whether there are any of the kind in ``folder``."""
        return folder in self.by_taxonomy

    def term(self, folder: str, id: int) -> Term | None:
        """The agency, programme, station or astronaut of that id, if it is on any list."""
        return self._by_key.get((folder, id))

    def place(self, event: Event) -> Term | None:
        """Where the event takes place, if that is on any list."""
        place = place_of(event.location)
        return self._by_key.get((PLACES.name, place.slug)) if place else None

    def term_urls(self, event: Event) -> dict[str, dict[int, str]]:
        """Return the pages of what the event names: by taxonomy and id, ``""`` for no page."""
        return {
            "programs": self._urls("programs", event.programs),
            "agencies": self._urls("agencies", event.agencies),
            "stations": self._urls("stations", event.stations),
            "astronauts": self._urls("astronauts", event.astronauts),
        }

    def _urls(self, folder: str, members: Collection[Any]) -> dict[int, str]:
        if not members:
            return _NO_URLS
        terms = (self.term(folder, member.id) for member in members)
        return {
            member.id: term.url if term else "" for member, term in zip(members, terms, strict=True)
        }

    @cached_property
    def name_counts(self) -> Counter[tuple[str, str]]:
        """How many of a kind bear one name."""
        return Counter(
            (way.name, folder) for folder, ways in self.by_taxonomy.items() for way in ways
        )

    @cached_property
    def series_positions(self) -> Mapping[int, tuple[SeriesPosition, ...]]:
        """Where in the series that it is in each event stands, by its id."""
        found: dict[int, list[SeriesPosition]] = {}
        for one in self.series:
            way = self._by_key[SERIES.name, one.slug]
            for event, before, after in one.with_neighbours():
                found.setdefault(event.id, []).append(SeriesPosition(way, before, after))
        return {event_id: tuple(steps) for event_id, steps in found.items()}


def id_from_slug(stem: str) -> str:
    """The source's id in a stem of `WITH_IDS`, or ``""``."""
    match = _AT_END.search(stem)
    return match[1] if match else ""


def _order(way: Term) -> tuple[int, list[tuple[int, str]], str]:
    place = BODIES.index(way.group) if way.group in BODIES else 0
    words = [
        (int(part), "") if part.isdecimal() else (0, part.casefold())
        for part in re.split(r"(\d+)", way.name)
        if part
    ]
    return place, words, way.slug


def _places(events: Events) -> dict[tuple[str, Hashable], Term]:
    members: dict[str, list[Event]] = {}
    for event in events:
        if place := place_of(event.location):
            members.setdefault(place.slug, []).append(event)
    return {(PLACES.name, stem): _place(tuple(found)) for stem, found in members.items()}


def _place(events: Events) -> Term:
    place = place_of(events[-1].location)
    assert place, "only events that have one are gathered"
    names = sorted({" ".join(event.location.split()) for event in events} - {place.name})
    facts = [("Where", place.body)]
    if names:
        facts.append(("Also written", "; ".join(names)))
    return Term(
        taxonomy=PLACES,
        slug=place.slug,
        name=place.name,
        events=events,
        group=place.body,
        facts=tuple(facts),
    )


def _named(
    kind: Taxonomy,
    events: Events,
    members_of: Callable[[Event], Collection[Any]],
    describe: Callable[[Any], dict[str, Any]],
) -> dict[tuple[str, Hashable], Term]:
    """What has an id at the source; where records disagree, the latest event's counts."""
    latest: dict[int, Any] = {}
    gathered: dict[int, list[Event]] = {}
    for event in events:
        members = members_of(event)
        if len(members) > 1:
            members = {member.id: member for member in members}.values()
        for member in members:
            latest[member.id] = member
            gathered.setdefault(member.id, []).append(event)
    return {
        (kind.name, id): Term(
            taxonomy=kind,
            slug=f"{safe_slug(member.name, kind.singular.lower().replace(' ', '-'))}-{id}",
            name=member.name or f"{kind.singular} {id}",
            events=tuple(gathered[id]),
            **describe(member),
        )
        for id, member in latest.items()
    }


def _known(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((term, words) for term, words in facts if words)


def _station(station: SpaceStation) -> dict[str, Any]:
    return {
        "facts": _known(
            ("Type", station.type),
            ("Status", station.status),
            ("Orbit", station.orbit),
            ("In space since", format_day(station.founded) if station.founded else ""),
            ("Until", format_day(station.deorbited) if station.deorbited else ""),
        ),
        "description": station.description,
    }


def _program(program: Program) -> dict[str, Any]:
    return {"description": program.description, "website": program.url}


def _agency(agency: Agency) -> dict[str, Any]:
    facts = _known(("Abbreviation", agency.abbreviation), ("Type", agency.type))
    return {"facts": facts, "group": agency.type}


def _astronaut(astronaut: Astronaut) -> dict[str, Any]:
    return {"facts": _known(("Agency", astronaut.agency), ("Status", astronaut.status))}


def _series(series: Series) -> Term:
    return Term(
        taxonomy=SERIES,
        slug=series.slug,
        name=series.name,
        events=series.events,
        group="Counted, one by one" if series.is_counted else "Missions",
    )
