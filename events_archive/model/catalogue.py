"""All events in order of time, with their groups and neighbours."""

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

from events_archive.model.event import Event, EventType, Image, current_types
from events_archive.model.places import place_of

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)
Events = tuple[Event, ...]


def grouped(
    items: Iterable[Item], key: Callable[[Item], Key | None]
) -> dict[Key, tuple[Item, ...]]:
    """Return ``items`` by ``key``, in their order; those whose key is None are left out."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        value = key(item)
        if value is not None:
            groups.setdefault(value, []).append(item)
    return {value: tuple(members) for value, members in groups.items()}


def with_neighbours(
    items: Sequence[Item],
) -> Iterator[tuple[Item, Item | None, Item | None]]:
    """Yield each item with the one before and the one after it."""
    return zip(items, (None, *items), (*items[1:], None), strict=False)


class Catalogue(Struct, frozen=True, kw_only=True, dict=True):
    """Every event of the archive, oldest first."""

    events: Events
    today: date
    """The UTC day that separates past from upcoming events; not necessarily that of the build."""
    withdrawn: Events = ()
    """Events that LL2 no longer has. They have pages, but are not in lists."""

    @classmethod
    def from_events(
        cls, events: Iterable[Event], *, today: date, withdrawn: Container[int] = ()
    ) -> "Catalogue":
        """Return the catalogue of ``events``; ``withdrawn`` holds the ids of withdrawn ones."""
        ordered = sorted(events, key=lambda event: event.sort_key)
        return cls(
            events=tuple(event for event in ordered if event.id not in withdrawn),
            withdrawn=tuple(event for event in ordered if event.id in withdrawn),
            today=today,
        )

    @property
    def all_events(self) -> Events:
        """`events`, then `withdrawn`: every event that has a page."""
        return self.events + self.withdrawn

    @cached_property
    def upcoming(self) -> Events:
        """Events that are not over on `today`, the next one first."""
        return tuple(event for event in self.events if not event.date.is_over(self.today))

    @cached_property
    def past(self) -> Events:
        """Events that are over on `today`, the latest first."""
        return tuple(event for event in reversed(self.events) if event.date.is_over(self.today))

    @cached_property
    def types(self) -> tuple[EventType, ...]:
        """All types, by id."""
        return tuple(type for _, type in sorted(current_types(self.all_events).items()))

    @cached_property
    def by_type(self) -> dict[int, Events]:
        """The events of each type id; none for a type all of whose events are withdrawn."""
        groups = grouped(self.events, lambda event: event.type.id)
        return {type.id: groups.get(type.id, ()) for type in self.types}

    @cached_property
    def by_year(self) -> dict[int, Events]:
        """The events of each year, in the order of the years."""
        return dict(sorted(grouped(self.events, lambda event: event.date.year).items()))

    @cached_property
    def years(self) -> range:
        """From the first year that has events to the last."""
        years = tuple(self.by_year)
        return range(years[0], years[-1] + 1) if years else range(0)

    @cached_property
    def by_month(self) -> dict[tuple[int, int], Events]:
        """The events of each (year, month), in order."""
        return dict(sorted(grouped(self.events, lambda event: event.date.month).items()))

    @cached_property
    def by_day(self) -> dict[tuple[int, int], Events]:
        """The events of each (month, day) of any year, of those whose day is known."""
        return grouped(self.events, lambda event: event.date.day_of_year)

    def anniversaries(self, first: date, count: int) -> list[tuple[date, Events]]:
        """Return those of ``count`` dates from ``first`` on on which events happened before.

        Each comes with the events on the same day of earlier years, oldest first.
        """
        found = []
        for day in (first + timedelta(days=number) for number in range(count)):
            events = tuple(
                event
                for event in self.by_day.get((day.month, day.day), ())
                if event.date.year is not None and event.date.year < day.year
            )
            if events:
                found.append((day, events))
        return found

    @cached_property
    def by_place(self) -> dict[str, Events]:
        """The events of each place, by its slug."""
        places = ((event, place_of(event.location)) for event in self.events)
        found = grouped(places, lambda pair: pair[1].slug if pair[1] else None)
        return {slug: tuple(event for event, _ in pairs) for slug, pairs in found.items()}

    @cached_property
    def undated(self) -> Events:
        """Events that no year's page lists: known to a decade only, or without a date."""
        return tuple(event for event in self.events if event.date.year is None)

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """All distinct images, by key."""
        images = {event.image.key: event.image for event in self.all_events if event.image}
        return tuple(image for _, image in sorted(images.items()))

    def images_excluding(self, excluded: Container[int]) -> tuple[Image, ...]:
        """Return the images without those whose licence id is in ``excluded``."""
        return tuple(image for image in self.images if image.licence_id not in excluded)

    @cached_property
    def neighbours(self) -> dict[int, tuple[Event | None, Event | None]]:
        """The events before and after each one in time, by its id; not of withdrawn events."""
        return {event.id: (before, after) for event, before, after in with_neighbours(self.events)}

    @cached_property
    def _positions_in_type(self) -> dict[int, int]:
        return {
            event.id: position
            for members in self.by_type.values()
            for position, event in enumerate(members)
        }

    def others_of_type(self, event: Event, count: int) -> Events:
        """Return up to ``count`` other events of the same type, those nearest in time, in order."""
        members = self.by_type.get(event.type.id, ())
        position = self._positions_in_type.get(event.id, len(members))
        start = max(0, min(position - count // 2, len(members) - count - 1))
        return (members[start:position] + members[position + 1 : start + count + 1])[:count]
