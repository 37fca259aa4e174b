"""Events that follow one another by name: "US EVA-75" and "US EVA-76", all of "Progress MS-17".

Only names that leave no doubt count. Two kinds of series: a *count*, whose names carry a running
number (spacewalks, flights, dockings of one kind of craft), is ordered by it; a *mission*, all that
a craft does, by time. The tables say which names are known; anything else belongs to no series.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from events_archive.model.event import Event
from events_archive.model.slugs import safe_slug


class Membership(NamedTuple):
    """That an event belongs to a series, by its name."""

    name: str
    """The series': ``US EVA``, ``Progress MS-17``."""
    number: int | None = None
    """Its place in a count; None in a mission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Events in the order of their numbers, or of a mission in that of time."""

    slug: str
    name: str
    events: tuple[Event, ...]
    is_counted: bool

    def with_neighbours(self) -> Iterator[tuple[Event, Event | None, Event | None]]:
        """Each event, with what comes before and after it in the series."""
        return zip(self.events, (None, *self.events), (*self.events[1:], None), strict=False)


_ORDINAL_WORDS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
"""
_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), start=1)}

_COUNTS: tuple[tuple[str, str], ...] = (
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
"""Names of series, and what their members are called from the first letter to the last."""

_CRAFT: tuple[tuple[str, str], ...] = (
    ("Progress MS", r"Progress MS-?(\d+)\b"),
    ("Soyuz MS", r"Soyuz MS-?(\d+)\b"),
    ("Shenzhou", r"Shenzhou[- ](\d+)\b"),
    ("Tianzhou", r"Tianzhou[- ](\d+)\b"),
    ("Cygnus NG", r"NG-(\d+) Cygnus\b"),
    ("SpaceX CRS", r"(?:(?:SpaceX|Cargo Dragon) )?CRS-(\d+)\b"),
    ("SpaceX Crew", r"(?:(?:NASA's )?SpaceX |Crew Dragon )?Crew-(\d+)\b"),
    ("Starliner", r"(?:Boeing )?Starliner-(\d+)\b"),
    ("Axiom Mission", r"(?:Axiom Mission |Axiom Space Ax-|Ax-)(\d+)\b"),
    ("HTV-X", r"HTV-X-?(\d+)\b"),
    ("Dream Chaser", r"Dream Chaser (?:DC|SSC-Demo)-(\d+)\b"),
    ("Starship SN", r"Starship SN(\d+)\b"),
    ("Starship S", r"Starship S(\d+)\b"),
    ("Super Heavy Booster", r"Super Heavy (?:Booster |B)(\d+)\b"),
    ("Chang'e", r"Chang['’]e[- ](\d+)\b"),
    ("Artemis", r"(?:NASA )?Artemis[- ](\d+)\b"),
)
"""Craft with running numbers, and how their events' names begin."""


def _any_of(rows: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    """The patterns in one, each with its one group: which of them it was, the group tells.

    A name costs one search so, rather than two dozen.
    """
    return re.compile("|".join(f"(?:{pattern})" for _, pattern in rows))


_COUNT_NAMES, _CRAFT_NAMES = _any_of(_COUNTS), _any_of(_CRAFT)

_PROBES = re.compile(
    r"(?:ESA )?(BepiColombo|Solar Orbiter|Parker Solar Probe|Europa Clipper|Lucy|Psyche|Hera|"
    r"Juice|JUICE|Juno|OSIRIS-REx|OSIRIS-Rex|Hayabusa-?2|Tianwen-\d|DART)\b"
)
_PROBE_NAMES = {
    "JUICE": "Juice",
    "OSIRIS-Rex": "OSIRIS-REx",
    "Hayabusa-2": "Hayabusa2",
}
_COUNTED_TYPES = {2: "dockings", 4: "berthings", 8: "undockings", 9: "landings", 13: "releases"}
"""Types of events that each craft of a kind goes through once: their dockings can be counted."""


@lru_cache(maxsize=16_384)
def memberships(name: str, type_id: int) -> tuple[Membership, ...]:
    """The series that an event belongs to by its name."""
    return tuple(_memberships(" ".join(name.split()), type_id))


def _memberships(name: str, type_id: int) -> Iterator[Membership]:
    if match := _COUNT_NAMES.fullmatch(name):
        series, written = _matched_row(match, _COUNTS)
        if number := _number(written):
            yield Membership(name=series, number=number)
    if match := _CRAFT_NAMES.match(name):
        craft, written = _matched_row(match, _CRAFT)
        yield Membership(name=_mission_name(craft, written))
        if type_id in _COUNTED_TYPES:
            yield Membership(name=f"{craft} {_COUNTED_TYPES[type_id]}", number=_number(written))
    elif probe := _PROBES.match(name):
        yield Membership(name=_PROBE_NAMES.get(probe[1], probe[1]))


def _matched_row(match: re.Match[str], rows: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """Which of the rows a match of `_any_of` them is of, and what its group holds."""
    group = match.lastindex
    assert group, "each pattern of the tables has a group"
    return rows[group - 1][0], match[group]


def _mission_name(craft: str, number: str) -> str:
    joint = "" if craft.endswith(("SN", " S", "-X")) else " "
    joint = "-" if craft.endswith((" MS", " NG", " CRS", " Crew", "Starliner")) else joint
    return f"{craft}{joint}{int(number)}"


def _number(text: str) -> int | None:
    """``8`` for "8", "8th" and "Eighth"; None for other words, and beyond what anybody counts."""
    digits = text.rstrip("stndrh")
    if digits.isdecimal():
        return int(digits) if len(digits) <= 4 else None
    return _ORDINALS.get(text.casefold())


def find_series(events: Iterable[Event]) -> tuple[Series, ...]:
    """All series of two events and more, by name; ``events`` come in the order of time.

    A number that two events of a count bear says nothing of either: both are left out.
    """
    counts: dict[str, dict[int, list[Event]]] = {}
    missions: dict[str, list[Event]] = {}
    for event in events:
        for member in memberships(event.name, event.type.id):
            if member.number is None:
                missions.setdefault(member.name, []).append(event)
            else:
                numbers = counts.setdefault(member.name, {})
                numbers.setdefault(member.number, []).append(event)
    found = [_series(name, members, is_counted=False) for name, members in missions.items()]
    for name, numbers in counts.items():
        unique = [members[0] for _, members in sorted(numbers.items()) if len(members) == 1]
        found.append(_series(name, unique, is_counted=True))
    return tuple(
        sorted(
            (series for series in found if len(series.events) > 1),
            key=lambda series: _natural_sort_key(series.name),
        )
    )


def _series(name: str, events: list[Event], *, is_counted: bool) -> Series:
    return Series(
        slug=safe_slug(name, "series"), name=name, events=tuple(events), is_counted=is_counted
    )


def _natural_sort_key(name: str) -> list[tuple[int, str]]:
    """Sorts "Progress MS-9" before "Progress MS-10"."""
    return [
        (int(part), "") if part.isdecimal() else (0, part.casefold())
        for part in re.split(r"(\d+)", name)
        if part
    ]
