"""Which events have to do with one another, and why: the same both ways.

Each rule gathers events that share something; an event's nearest neighbours in time among them are
its candidates. Two events are related where each is among the other's best, so that whoever leads
to an event is led to by it, and no page's list grows.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from events_archive.model.catalogue import Events
from events_archive.model.event import Event

MAX_RELATED = 5
"""How many related events an event has at most."""

REACH = 4
"""How many neighbours in time, before and after, are looked at under each rule."""

SOON = timedelta(days=45)
"""How far apart events at one station are still of one and the same time."""

_ALWAYS = timedelta(days=365_000)


class Related(NamedTuple):
    """An event that has to do with another."""

    event: Event
    reason: str
    """``Same launch: Falcon 9 | Crew-13``."""


_Group = tuple[str, list[Event]]
"""What some events share, in words, and the events."""

_Tie = tuple[int, timedelta, int, int]
"""How much the reason says (the less, the more), the time between, the other's id, the group's
number: the better of two ties is less."""

_NO_SERIES: frozenset[str] = frozenset()


def find_related(
    events: Events, *, series: Mapping[int, frozenset[str]]
) -> dict[int, tuple[Related, ...]]:
    """The related events of each that has any, by its id, best reason first.

    ``events`` come in the order of time. ``series`` names by id the series that an event is in: its
    page leads to the rest of those anyway.
    """
    ties: dict[int, list[_Tie]] = {event.id: [] for event in events}
    reasons: list[str] = []
    for rank, groups in enumerate(_groups(events)):
        for reason, members in groups:
            _tie(members, (rank, len(reasons)), ties, series)
            reasons.append(reason)
    best = {event_id: _best(found) for event_id, found in ties.items() if found}
    by_id = {event.id: event for event in events}
    mutual = {
        event_id: tuple(
            [
                Related(by_id[other], reasons[group])
                for other, group in others.items()
                if event_id in best[other]
            ]
        )
        for event_id, others in best.items()
    }
    return {event_id: others for event_id, others in mutual.items() if others}


_SAME_STAY = 2
"""The place of events at one station among `_groups`."""


def _groups(events: Events) -> tuple[Iterable[_Group], ...]:
    """Events that share something, by kinds in the order of how much that says."""
    launches: dict[str, _Group] = {}
    people: dict[int, _Group] = {}
    stays: dict[tuple[int, int], _Group] = {}
    for event in events:
        if event.date.utc is None:
            continue
        for launch in event.launches:
            if launch.id not in launches:
                launches[launch.id] = (f"Same launch: {launch.name}", [])
            launches[launch.id][1].append(event)
        for person in event.astronauts:
            if person.id not in people:
                people[person.id] = (f"Also with {person.name}", [])
            people[person.id][1].append(event)
        for station in event.stations:
            for program in event.programs:
                stay = (station.id, program.id)
                if stay not in stays:
                    stays[stay] = (f"Also at {station.name}, in those weeks", [])
                stays[stay][1].append(event)
    return launches.values(), people.values(), stays.values()


def _tie(
    members: list[Event],
    rank_and_group: tuple[int, int],
    ties: Mapping[int, list[_Tie]],
    series: Mapping[int, frozenset[str]],
) -> None:
    """Add the ties between ``members`` that are near in their order, and in time."""
    rank, group = rank_and_group
    reach = SOON if rank == _SAME_STAY else _ALWAYS
    ids = [event.id for event in members]
    whens = [event.sort_key[0] for event in members]
    of_series = [series.get(id, _NO_SERIES) for id in ids]
    for position, (id, when, own) in enumerate(zip(ids, whens, of_series, strict=True)):
        for place in range(position + 1, min(position + 1 + REACH, len(ids))):
            other, apart = ids[place], whens[place] - when
            if apart > reach:
                break
            if other != id and own.isdisjoint(of_series[place]):
                ties[id].append((rank, apart, other, group))
                ties[other].append((rank, apart, id, group))


def _best(ties: list[_Tie]) -> dict[int, int]:
    """The groups of the best ties, by the ids of the others, the best first."""
    best: dict[int, int] = {}
    for _, _, other, group in sorted(ties):
        # A worse reason for the same two comes later.
        if best.setdefault(other, group) == group and len(best) == MAX_RELATED:
            break
    return best
