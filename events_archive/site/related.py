"""Which events have to do with one another, and why: the same both ways.

Each rule gathers events that share something; an event's nearest neighbours in time among them are
its candidates. Two events are related where each is among the other's best, so that whoever leads
to an event is led to by it, and no page's list grows.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from events_archive.model.catalogue import Events
from events_archive.model.event import Event

MOST = 5
"""How many related events an event has at most."""

REACH = 4
"""How many neighbours in time, before and after, are looked at under each rule."""

SOON = timedelta(days=45)
"""How far apart events at one station are still of one and the same time."""

_ALWAYS = timedelta(days=365_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """An event that has to do with another."""

    event: Event
    reason: str
    """``Same launch: Falcon 9 | Crew-13``."""


def find_related(
    events: Events, *, already: Mapping[int, frozenset[int]]
) -> dict[int, tuple[Related, ...]]:
    """The related events of each, by its id, best reason first.

    ``already`` names by id what an event's page leads to anyway: the rest of its mission.
    """
    pairs: dict[tuple[int, int], tuple[int, timedelta, str]] = {}
    for rank, reason, members, reach in _groups(events):
        for event, other in _neighbours(members):
            apart = abs(other.sort_key[0] - event.sort_key[0])
            key = (min(event.id, other.id), max(event.id, other.id))
            if apart > reach or key[1] in already.get(key[0], ()):
                continue
            if key not in pairs or (rank, apart) < pairs[key][:2]:
                pairs[key] = (rank, apart, reason)
    return _mutual(pairs, {event.id: event for event in events})


def _groups(events: Events) -> Iterable[tuple[int, str, list[Event], timedelta]]:
    """Events that share something: how much that says, in words, who, and how near they must be."""
    shared: dict[tuple[int, Hashable], tuple[str, list[Event]]] = {}

    def share(rank: int, key: Hashable, reason: str, event: Event) -> None:
        shared.setdefault((rank, key), (reason, []))[1].append(event)

    for event in events:
        if event.moment.date is None:
            continue
        for launch in event.launches:
            share(0, launch.id, f"Same launch: {launch.name}", event)
        for person in event.astronauts:
            share(1, person.id, f"Also with {person.name}", event)
        for station in event.stations:
            for program in event.programs:
                reason = f"Also at {station.name}, in those weeks"
                share(2, (station.id, program.id), reason, event)
    for (rank, _), (reason, members) in shared.items():
        yield rank, reason, members, SOON if rank == 2 else _ALWAYS


def _neighbours(members: list[Event]) -> Iterable[tuple[Event, Event]]:
    for position, event in enumerate(members):
        for other in members[position + 1 : position + 1 + REACH]:
            if other.id != event.id:
                yield event, other


def _mutual(
    pairs: Mapping[tuple[int, int], tuple[int, timedelta, str]], by_id: Mapping[int, Event]
) -> dict[int, tuple[Related, ...]]:
    """Of all pairs those that are among the best of both."""
    ranked: dict[int, list[tuple[int, timedelta, int, str]]] = {}
    for (first, second), (rank, apart, reason) in pairs.items():
        ranked.setdefault(first, []).append((rank, apart, second, reason))
        ranked.setdefault(second, []).append((rank, apart, first, reason))
    best = {event_id: sorted(others)[:MOST] for event_id, others in ranked.items()}
    chosen = {event_id: {other[2] for other in others} for event_id, others in best.items()}
    return {
        event_id: tuple(
            Related(event=by_id[other], reason=reason)
            for _, _, other, reason in others
            if event_id in chosen[other]
        )
        for event_id, others in best.items()
    }
