"""Which events are related, and why.

Each rule groups events that share something; an event's candidates are its nearest neighbours in
time within its groups. Two events are related if each is among the other's best candidates: so
links go both ways, and no page has many.
"""

from collections.abc import Hashable, Iterator, Mapping
from datetime import timedelta
from operator import itemgetter
from typing import NamedTuple

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event

MAX_RELATED = 5
"""The most events that an event is related to."""

MAX_NEIGHBOURS = 4
"""How many neighbours in time, before and after, are candidates in each group."""

_REACH = (timedelta.max, timedelta.max, timedelta(days=45))
"""How far apart neighbours may be, by the rank of what they share; at one station, 45 days."""


Related = dict[str, Events]
"""Related events by what they share: ``Same launch: Falcon 9 | Crew-13``."""


class _Candidate(NamedTuple):
    """Another event of a group; the smaller rank, time and id, the better."""

    rank: int
    apart: timedelta
    event_id: int
    reason: str


def find_related(events: Events, *, series: Mapping[int, frozenset[str]]) -> dict[int, Related]:
    """Return the related events by the id of each event that has any, best reason first.

    ``events`` are in order of time. ``series`` has the series of events by id: events of one series
    link to each other anyway.
    """
    groups: dict[tuple[int, Hashable], tuple[str, list[Event]]] = {}
    for event in events:
        for rank, key, reason in _shared(event) if event.date.utc else ():
            groups.setdefault((rank, key), (reason, []))[1].append(event)
    candidates: dict[int, list[_Candidate]] = {event.id: [] for event in events}
    for (rank, _), (reason, members) in groups.items():
        for one, other, apart in _neighbours(members, _REACH[rank], series):
            candidates[one].append(_Candidate(rank, apart, other, reason))
            candidates[other].append(_Candidate(rank, apart, one, reason))
    best = {event_id: _best(found) for event_id, found in candidates.items() if found}
    by_id = {event.id: event for event in events}
    related: dict[int, Related] = {}
    for event_id, others in best.items():
        mutual = [other for other in others if event_id in best[other]]
        if mutual:
            groups_of_event = grouped(mutual, others.__getitem__)
            related[event_id] = {
                reason: tuple(map(by_id.__getitem__, members))
                for reason, members in groups_of_event.items()
            }
    return related


def _shared(event: Event) -> Iterator[tuple[int, Hashable, str]]:
    """Yield what an event may share with others, as (rank, key, reason), the strongest first."""
    for launch in event.launches:
        yield 0, launch.id, f"Same launch: {launch.name}"
    for astronaut in event.astronauts:
        yield 1, astronaut.id, f"Also with {astronaut.name}"
    for station in event.stations:
        for program in event.programs:
            yield 2, (station.id, program.id), f"Around the same time: {station.name}"


def _neighbours(
    events: list[Event], reach: timedelta, series: Mapping[int, frozenset[str]]
) -> Iterator[tuple[int, int, timedelta]]:
    """Yield the ids of neighbours that are in no series together, and the time between them."""
    nothing: frozenset[str] = frozenset()
    rows = [(event.id, event.sort_key[0], series.get(event.id, nothing)) for event in events]
    for position, (one, when, own_series) in enumerate(rows, start=1):
        for other, other_when, other_series in rows[position : position + MAX_NEIGHBOURS]:
            apart = other_when - when
            if apart > reach:
                break
            if other != one and own_series.isdisjoint(other_series):
                yield one, other, apart


def _best(candidates: list[_Candidate]) -> dict[int, str]:
    """Return the reasons of the best candidates, by event id, the best first."""
    best: dict[int, str] = {}
    for candidate in sorted(candidates, key=itemgetter(0, 1, 2)):
        # A weaker reason for the same event comes later.
        best.setdefault(candidate.event_id, candidate.reason)
        if len(best) == MAX_RELATED:
            break
    return best
