"""Which events are related, and why.

Each rule groups events that share something; an event's candidates are its nearest neighbours in
time within its groups. Two events are related if each is among the other's best candidates: so
links go both ways, and no page has many.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from events_archive.model.catalogue import Events
from events_archive.model.event import Event

MAX_RELATED = 5
"""The most events that an event is related to."""

MAX_NEIGHBOURS = 4
"""How many neighbours in time, before and after, are candidates in each group."""

SAME_STAY = timedelta(days=45)
"""How far apart neighbours at one station may be."""

_ANY_TIME = timedelta(days=365_000)


class Related(NamedTuple):
    """An event that another is related to."""

    event: Event
    reason: str
    """``Same launch: Falcon 9 | Crew-13``."""


class _Group(NamedTuple):
    """Events that share something."""

    reason: str
    events: list[Event]


class _Candidate(NamedTuple):
    """Another event of a group; the better of two candidates is the smaller."""

    rank: int
    """The position of the rule: the first one has the strongest reason."""
    apart: timedelta
    event_id: int
    group: int
    """The position of the group among all groups."""


def find_related(
    events: Events, *, series: Mapping[int, frozenset[str]]
) -> dict[int, tuple[Related, ...]]:
    """Return the related events by the id of each event that has any, best reason first.

    ``events`` are in order of time. ``series`` has the series of events by id: events of one series
    link to each other anyway.
    """
    candidates: dict[int, list[_Candidate]] = {event.id: [] for event in events}
    reasons: list[str] = []
    for rank, (reach, groups) in enumerate(_groups(events)):
        for group in groups:
            for one, other, apart in _neighbours(group.events, reach, series):
                candidates[one].append(_Candidate(rank, apart, other, len(reasons)))
                candidates[other].append(_Candidate(rank, apart, one, len(reasons)))
            reasons.append(group.reason)
    best = {event_id: _best(found) for event_id, found in candidates.items() if found}
    by_id = {event.id: event for event in events}
    related = {
        event_id: tuple(
            Related(by_id[other], reasons[group])
            for other, group in others.items()
            if event_id in best[other]
        )
        for event_id, others in best.items()
    }
    return {event_id: others for event_id, others in related.items() if others}


def _groups(events: Events) -> tuple[tuple[timedelta, Iterable[_Group]], ...]:
    """Return the groups of each rule, strongest first, with how far neighbours may be apart."""
    launches: dict[str, _Group] = {}
    astronauts: dict[int, _Group] = {}
    stays: dict[tuple[int, int], _Group] = {}
    for event in events:
        if event.date.utc is None:
            continue
        for launch in event.launches:
            reason = f"Same launch: {launch.name}"
            launches.setdefault(launch.id, _Group(reason, [])).events.append(event)
        for astronaut in event.astronauts:
            reason = f"Also with {astronaut.name}"
            astronauts.setdefault(astronaut.id, _Group(reason, [])).events.append(event)
        for station in event.stations:
            reason = f"Also at {station.name} around that time"
            for program in event.programs:
                stay = (station.id, program.id)
                stays.setdefault(stay, _Group(reason, [])).events.append(event)
    return (
        (_ANY_TIME, launches.values()),
        (_ANY_TIME, astronauts.values()),
        (SAME_STAY, stays.values()),
    )


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


def _best(candidates: list[_Candidate]) -> dict[int, int]:
    """Return the groups of the best candidates, by event id, the best first."""
    best: dict[int, int] = {}
    for candidate in sorted(candidates):
        # A weaker reason for the same event comes later.
        best.setdefault(candidate.event_id, candidate.group)
        if len(best) == MAX_RELATED:
            break
    return best
