"""Which events have to do with one another, and why: the same both ways.

Each rule gathers events that share something; an event's nearest neighbours in time among them are
its candidates. Two events are related where each is among the other's best, so that whoever leads
to an event is led to by it, and no page's list grows.
"""

from collections.abc import Hashable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from events_archive.model.catalogue import Events
from events_archive.model.event import Event

MOST = 5
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


_Tie = tuple[int, timedelta, int, str]
"""How much the reason says (the less, the more), the time between, the other's id, the reason."""

_NO_SERIES: frozenset[str] = frozenset()


def find_related(
    events: Events, *, series: Mapping[int, frozenset[str]]
) -> dict[int, tuple[Related, ...]]:
    """The related events of each that has any, by its id, best reason first.

    ``events`` come in the order of time. ``series`` names by id the series that an event is in: its
    page leads to the rest of those anyway.
    """
    ties: dict[int, dict[int, _Tie]] = {}
    for rank, groups in enumerate(_groups(events)):
        for reason, members in groups.values():
            reach = SOON if rank == _SAME_STAY else _ALWAYS
            for event, other, apart in _neighbours(members, reach):
                others = ties.setdefault(event.id, {})
                # Reasons come best first: what two events have in common already says more.
                if other.id not in others and series.get(event.id, _NO_SERIES).isdisjoint(
                    series.get(other.id, _NO_SERIES)
                ):
                    others[other.id] = (rank, apart, other.id, reason)
                    ties.setdefault(other.id, {})[event.id] = (rank, apart, event.id, reason)
    return _mutual(ties, {event.id: event for event in events})


_Groups = dict[Hashable, tuple[str, list[Event]]]
"""By what events share: the reason in words, and the events."""

_SAME_STAY = 2
"""The place of events at one station among `_groups`."""


def _groups(events: Events) -> tuple[_Groups, _Groups, _Groups]:
    """Events that share something, in the order of how much that says."""
    launches: _Groups = {}
    people: _Groups = {}
    stays: _Groups = {}
    for event in events:
        if event.moment.date is None:
            continue
        for launch in event.launches:
            reason = f"Same launch: {launch.name}"
            launches.setdefault(launch.id, (reason, []))[1].append(event)
        for person in event.astronauts:
            reason = f"Also with {person.name}"
            people.setdefault(person.id, (reason, []))[1].append(event)
        for station in event.stations:
            for program in event.programs:
                reason = f"Also at {station.name}, in those weeks"
                stays.setdefault((station.id, program.id), (reason, []))[1].append(event)
    return launches, people, stays


def _neighbours(members: list[Event], reach: timedelta) -> Iterator[tuple[Event, Event, timedelta]]:
    for position, event in enumerate(members):
        for other in members[position + 1 : position + 1 + REACH]:
            apart = other.sort_key[0] - event.sort_key[0]
            if apart > reach:
                break
            if other.id != event.id:
                yield event, other, apart


def _mutual(
    ties: Mapping[int, Mapping[int, _Tie]], by_id: Mapping[int, Event]
) -> dict[int, tuple[Related, ...]]:
    """Of all ties those that are among the best of both."""
    best = {event_id: sorted(others.values())[:MOST] for event_id, others in ties.items()}
    chosen = {event_id: {other[2] for other in others} for event_id, others in best.items()}
    found: dict[int, tuple[Related, ...]] = {}
    for event_id, others in best.items():
        if mutual := [
            Related(by_id[other], reason)
            for _, _, other, reason in others
            if event_id in chosen[other]
        ]:
            found[event_id] = tuple(mutual)
    return found
