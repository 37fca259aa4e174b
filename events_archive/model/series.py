"""Series of events, recognised by their names: "US EVA-75" and "US EVA-76", "Progress MS-17 ...".

There are two kinds. A counted series has names with a running number (spacewalks, flights, dockings
of one kind of spacecraft) and is in the order of the numbers. A mission has all events of one
spacecraft (`events_archive.model.missions`) in the order of time. Only names that match the tables
belong to a series.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from events_archive.model.event import Event
from events_archive.model.missions import find_mission
from events_archive.model.slugs import safe_slug


class Series(Struct, frozen=True, kw_only=True):
    """A counted series or a mission."""

    slug: str
    name: str
    events: tuple[Event, ...]
    """In the order of their numbers, or for a mission in the order of time."""
    is_counted: bool


_ORDINAL_WORDS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
"""
_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), start=1)}


_COUNTED_NAMES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("US EVA", r"US EVA[- ]#?(\d+)"),
        ("Russian EVA", r"Russian EVA[- ]#?(\d+)"),
        ("Tiangong EVA", r"(?:Tiangong|CSS) EVA[- ]#?(\d+)"),
        ("Ingenuity flights", r".*\bIngenuity Flight #?(\d+)"),
        ("Ingenuity flights", r".*\bIngenuity (\w+) Flight"),
        (
            "ISS changes of command",
            r"(?:ISS )?Expedition (\d+)(?:-\d+)? Change of Command(?: Ceremony)?",
        ),
    )
)
"""Counted series by name, and the whole names of their events."""

_COUNTED_EVENTS = {2: "dockings", 4: "berthings", 8: "undockings", 9: "landings", 13: "releases"}
"""Types of events that happen once to each spacecraft, so that its number counts them."""


def memberships(name: str, type_id: int) -> Iterator[tuple[str, int | None]]:
    """Yield the name of each series to which an event of this name and type belongs.

    With it comes the event's number in a counted series, None in a mission.
    """
    name = " ".join(name.split())
    for series, pattern in _COUNTED_NAMES:
        if (match := pattern.fullmatch(name)) and (number := _number(match[1])):
            yield series, number
    if mission := find_mission(name):
        yield mission.name, None
        if mission.number and type_id in _COUNTED_EVENTS:
            yield f"{mission.family.rstrip(' -')} {_COUNTED_EVENTS[type_id]}", mission.number


def _number(text: str) -> int | None:
    """Return 8 for "8", "8th" and "Eighth"; None for other words and more than four digits."""
    digits = text.rstrip("stndrh")
    if digits.isdecimal():
        return int(digits) if len(digits) <= 4 else None
    return _ORDINALS.get(text.casefold())


def find_series(events: Iterable[Event]) -> tuple[Series, ...]:
    """Return all series of two or more of ``events``, which are in the order of time.

    If two events of a counted series have the same number, both are left out.
    """
    counted: dict[str, dict[int, list[Event]]] = {}
    missions: dict[str, list[Event]] = {}
    for event in events:
        for series, number in memberships(event.name, event.type.id):
            if number is None:
                missions.setdefault(series, []).append(event)
            else:
                counted.setdefault(series, {}).setdefault(number, []).append(event)
    all_series = [(name, members, False) for name, members in missions.items()]
    for name, numbers in counted.items():
        unique = [members[0] for _, members in sorted(numbers.items()) if len(members) == 1]
        all_series.append((name, unique, True))
    return tuple(
        Series(
            slug=safe_slug(name, "series"), name=name, events=tuple(events), is_counted=is_counted
        )
        for name, events, is_counted in all_series
        if len(events) > 1
    )
