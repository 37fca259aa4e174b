"""Moves: arrivals, departures and relocations of a spacecraft at a space station.

What an event's type, name and place say about it is read by the tables of this module. Where they
contradict each other, or leave the craft or the station open, the event is not a move.
"""

import re
from collections.abc import Container, Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from events_archive.model.event import Event, Launch
from events_archive.model.interval import Interval, months
from events_archive.model.missions import find_mission
from events_archive.model.places import PLACES, Place, place_of
from events_archive.model.slugs import slugify


class MoveKind(StrEnum):
    """What a craft does at a station."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    RELOCATION = "relocation"
    """It goes from one port to another."""


_KINDS: Mapping[int, MoveKind] = {
    2: MoveKind.ARRIVAL,  # docking
    4: MoveKind.ARRIVAL,  # berthing
    29: MoveKind.ARRIVAL,  # capture
    8: MoveKind.DEPARTURE,  # undocking
    13: MoveKind.DEPARTURE,  # release
    25: MoveKind.RELOCATION,
}
"""Kinds of moves by the id of the event's type."""

_VERBS: tuple[tuple[MoveKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        (MoveKind.ARRIVAL, r"(?:re-?)?dock(?:s|ed|ing)?|berth\w*|captur\w*|grappl\w*|arriv\w*"),
        (MoveKind.DEPARTURE, r"un-?dock(?:s|ed|ing)?|un-?berth\w*|releas\w*|depart\w*"),
        (MoveKind.RELOCATION, r"(?:port |docking port )?relocat\w*"),
    )
)
"""Words in names, and the kind of move that they mean."""

_DID_NOT_HAPPEN = re.compile(
    r"\b(?:abort|attempt|cancel|fail|practice|rehears|scrub)", re.IGNORECASE
)
"""Words in the names of events that are not moves."""

_NO_CRAFT = re.compile(
    r"\b(?:Nauka|MLM|Prichal|Pirs|Wentian|Mengtian|Tianhe|module|airlock|payload|experiments?|"
    r"(?:cube|small)?sats?|satellites?)\b",
    re.IGNORECASE,
)
"""Words in names of what docks for good, or is released from a station that it never docked to."""

KNOWN_STATIONS = frozenset({PLACES["iss"].slug, PLACES["tiangong"].slug})
"""Stations that records without details name as their place."""


class Move(Struct, frozen=True, kw_only=True):
    """An event that is an arrival, a departure or a relocation."""

    event: Event
    kind: MoveKind
    craft: str
    """The name of the mission, else the event's name up to the verb."""
    is_mission: bool
    """Whether `craft` is the name of a mission, so that no two craft have it."""
    station: Place
    launch: Launch | None
    """The craft's launch; None if the record has none or several."""
    when: Interval
    """In which it took place."""

    @property
    def launch_id(self) -> str:
        """The id of `launch`, or ``""``."""
        return self.launch.id if self.launch else ""


def station_slugs(events: Iterable[Event]) -> frozenset[str]:
    """Return the slugs of the places that are space stations in any of ``events``."""
    names = {station.name for event in events for station in event.stations}
    return KNOWN_STATIONS | {place.slug for place in map(place_of, names) if place}


def read_move(event: Event, stations: Container[str]) -> Move | None:
    """Return the move that the event is; None if it is none, or one that leaves doubts.

    ``stations`` holds the slugs of the places that are stations.
    """
    kind, station, when = _kind_of(event), station_of(event, stations), period_of(event)
    if not kind or not station or not when:
        return None
    mission = find_mission(event.name)
    craft = mission.name if mission else _name_before_verb(event.name)
    if not slugify(craft):
        return None
    return Move(
        event=event,
        kind=kind,
        craft=craft,
        is_mission=mission is not None,
        station=station,
        launch=event.launches[0] if len(event.launches) == 1 else None,
        when=when,
    )


def period_of(event: Event) -> Interval | None:
    """Return the period in which the event took place; None if there is no date.

    LL2 had no precisions before 2023. Midnight was then a placeholder for a time in that month,
    and the days of dockings that it was written for prove wrong.
    """
    if event.date.utc and event.date.precision == "not-stated-day":
        return months(event.date.utc.year, event.date.utc.month, 1)
    return event.date.interval


def station_of(event: Event, stations: Container[str]) -> Place | None:
    """Return the station that the record names, if all that it says agrees."""
    related = {place.slug: place for s in event.stations if (place := place_of(s.name))}
    place = place_of(event.location)
    if place and place.slug in stations:
        return place if place.slug in related or not related else None
    return next(iter(related.values())) if len(related) == 1 else None


def _kind_of(event: Event) -> MoveKind | None:
    """Return the kind of move that the type says, unless the name contradicts it."""
    kind = _KINDS.get(event.type.id)
    if kind is None or _DID_NOT_HAPPEN.search(event.name):
        return None
    named = {kind for kind, words in _VERBS if words.search(event.name)}
    return kind if kind is MoveKind.RELOCATION or named <= {kind} else None


def _name_before_verb(name: str) -> str:
    """Return ``Crew Dragon`` of "Crew Dragon docking with ISS"; "" if there is no such name."""
    verbs = [match.start() for _, words in _VERBS if (match := words.search(name))]
    if not verbs or _NO_CRAFT.search(name):
        return ""
    return name[: min(verbs)].strip(" -–:,&'\"“”")
