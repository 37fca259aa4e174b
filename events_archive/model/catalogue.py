"""All events in one order, and the groups and neighbours that follow from it."""

from collections.abc import Callable, Container, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from events_archive.model.event import Event, EventType, Image

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)
Events = tuple[Event, ...]


def grouped(
    items: Iterable[Item], key: Callable[[Item], Key | None]
) -> dict[Key, tuple[Item, ...]]:
    """Return the items by ``key``, each group in their order, without those whose key is None."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        value = key(item)
        if value is not None:
            groups.setdefault(value, []).append(item)
    return {value: tuple(members) for value, members in groups.items()}


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Every event the archive shows, oldest first, and the day on which it looks at them."""

    events: Events
    today: date
    """The UTC day that divides past from upcoming: never the clock of the build."""
    withdrawn: Events = ()
    """Events that the source no longer has: they keep their pages but leave the lists."""

    @classmethod
    def from_events(
        cls, events: Iterable[Event], *, today: date, withdrawn: Container[int] = ()
    ) -> "Catalogue":
        """The catalogue of ``events`` in any order; ``withdrawn`` holds the ids of those gone."""
        ordered = sorted(events, key=lambda event: event.sort_key)
        return cls(
            events=tuple(event for event in ordered if event.id not in withdrawn),
            withdrawn=tuple(event for event in ordered if event.id in withdrawn),
            today=today,
        )

    @property
    def all_events(self) -> Events:
        """Every event that has a page: those at the source, then those withdrawn from it."""
        return self.events + self.withdrawn

    @cached_property
    def upcoming(self) -> Events:
        """Events not yet over on `today`, the next one first."""
        return tuple(self._past_and_upcoming[False])

    @cached_property
    def upcoming_ids(self) -> frozenset[int]:
        """The ids of the upcoming events."""
        return frozenset([event.id for event in self.upcoming])

    @cached_property
    def past(self) -> Events:
        """Events that are over, the latest first."""
        return tuple(reversed(self._past_and_upcoming[True]))

    @cached_property
    def _past_and_upcoming(self) -> dict[bool, list[Event]]:
        """By whether they are over on `today`, the events in order."""
        parted: dict[bool, list[Event]] = {False: [], True: []}
        for event in self.events:
            parted[event.date.is_over(self.today)].append(event)
        return parted

    @cached_property
    def types(self) -> tuple[EventType, ...]:
        """Each type once, by id; where records disagree on the name, the newest record's counts."""
        return tuple(
            _agreed_type(members)
            for _, members in sorted(grouped(self.all_events, _type_id).items())
        )

    @cached_property
    def by_type(self) -> dict[int, Events]:
        """The events of each type id; none for a type all of whose events are withdrawn."""
        groups = grouped(self.events, _type_id)
        return {type.id: groups.get(type.id, ()) for type in self.types}

    @cached_property
    def by_year(self) -> dict[int, Events]:
        """The events of each year, in the order of the years."""
        return dict(sorted(grouped(self.events, lambda event: event.date.year).items()))

    @cached_property
    def years(self) -> range:
        """From the first year that has any event to the last."""
        found = tuple(self.by_year)
        return range(found[0], found[-1] + 1) if found else range(0)

    @cached_property
    def by_month(self) -> dict[tuple[int, int], Events]:
        """The events of each (year, month), in order."""
        return dict(sorted(grouped(self.events, lambda event: event.date.month).items()))

    @cached_property
    def by_day(self) -> dict[tuple[int, int], Events]:
        """The events of each (month, day) of all years, for those that are known to the day."""
        return grouped(self.events, _day_of_year)

    @cached_property
    def undated(self) -> Events:
        """Events that stand on no year's page: known to a decade only, or without a date."""
        return tuple(event for event in self.events if event.date.year is None)

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """Each distinct picture once, by key."""
        images = {event.image.key: event.image for event in self.all_events if event.image}
        return tuple(image for _, image in sorted(images.items()))

    def images_excluding(self, excluded: Container[int]) -> tuple[Image, ...]:
        """The pictures whose licences are not among the ids ``excluded``."""
        return tuple(
            image
            for image in self.images
            if image.licence is None or image.licence.id not in excluded
        )

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {event.id: position for position, event in enumerate(self.events)}

    @cached_property
    def _positions_in_type(self) -> dict[int, int]:
        return {
            event.id: position
            for members in self.by_type.values()
            for position, event in enumerate(members)
        }

    def previous(self, event: Event) -> Event | None:
        """The event before this one in time."""
        position = self._positions.get(event.id, 0)
        return self.events[position - 1] if position else None

    def next(self, event: Event) -> Event | None:
        """The event after this one in time."""
        position = self._positions.get(event.id, len(self.events)) + 1
        return self.events[position] if position < len(self.events) else None

    def others_of_type(self, event: Event, count: int) -> Events:
        """Up to ``count`` events of the same type, those nearest in order, in order."""
        members = self.by_type.get(event.type.id, ())
        here = self._positions_in_type.get(event.id, len(members))
        start = max(0, min(here - count // 2, len(members) - count - 1))
        return (members[start:here] + members[here + 1 : start + count + 1])[:count]


def _type_id(event: Event) -> int:
    return event.type.id


def _day_of_year(event: Event) -> tuple[int, int] | None:
    day = event.date.day
    return (day.month, day.day) if day else None


def _agreed_type(events: Events) -> EventType:
    """The type of events that are of one, as the newest of them names it."""
    if len({event.type.name for event in events}) == 1:
        return events[0].type
    return max(events, key=_freshness).type


def _freshness(event: Event) -> tuple[bool, float, int]:
    stamp = event.last_updated.timestamp() if event.last_updated else 0.0
    return (event.last_updated is not None, stamp, event.id)
