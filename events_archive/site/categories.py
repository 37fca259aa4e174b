"""What the archive knows about types of events: category, description and default duration.

Launch Library 2 has some thirty types, too many for a colour each, so each belongs to a category.
All tables are by a type's id, since names change; a type that is not in them has the defaults.
"""

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from events_archive.model.event import EventType


class Category(Struct, frozen=True):
    """Types of events with a colour and a symbol of their own."""

    key: str
    """Its name in the stylesheet (``category-crew``) and of its symbol (``#crew``)."""
    label: str
    type_ids: tuple[int, ...] = ()


EVA = 3
"""The id of LL2's type of spacewalks."""

PRESS = Category("press", "Press and public", (20, 28))
OTHER = Category("other", "Other")

CATEGORIES = (
    Category("vehicles", "Vehicles in orbit", (2, 4, 6, 8, 13, 25, 26)),
    Category("crew", "Spacewalks and crews", (3, 12, 15, 17)),
    Category("flights", "Flights and landings", (7, 9, 14, 24)),
    Category("celestial", "Probes and the sky", (11, 16, 23)),
    Category("tests", "Tests on the ground", (5, 10, 18, 19, 21, 22, 30)),
    PRESS,
    OTHER,
)
"""In the order of indexes and of charts."""

_CATEGORY_OF_TYPE = {id: category for category in CATEGORIES for id in category.type_ids}

TYPE_DESCRIPTIONS: Mapping[int, str] = {
    1: "Events that the source has not yet given a type.",
    2: "A spacecraft steers itself to a station or to another craft, and the two lock together.",
    3: "EVA stands for extravehicular activity, a spacewalk: people in suits leave their craft to "
    "build, mend or explore outside.",
    4: "A visiting craft stops a few metres off, and the station's robotic arm catches it and "
    "places it on a port.",
    5: "A rocket is bolted to the ground and its engines are lit, to test them before the flight.",
    6: "A milestone of a craft already in space: a burn, a manoeuvre, a first signal, "
    "the end of a mission.",
    7: "A craft comes down on the Moon and, if all goes well, goes on working there.",
    8: "A craft undocks from its station and backs away, to return home, to move on or to burn up.",
    9: "A craft returns to Earth, under parachutes, on wings or on its own engines.",
    10: "A trial before anybody depends on the vehicle, such as a test of its escape system or a "
    "practice countdown.",
    11: "Something to see in the sky from Earth: an eclipse, a transit, a close approach.",
    12: "The hatches between two docked craft are opened, and the crews meet.",
    13: "A visiting craft is released by the station's robotic arm, or by the port that held it.",
    14: "A vehicle is flown to find out what it can do, and what it cannot.",
    15: "The command of a space station passes from one person to another, usually days before a "
    "crew goes home.",
    16: "A probe brakes, or steers, until the gravity of another world holds it.",
    17: "A crew says goodbye to those who stay on board before its own hatch closes.",
    18: "A trial before anybody depends on the vehicle, such as a test of its escape system or a "
    "practice countdown.",
    19: "A new tank is filled and pressurised at ordinary temperature, to see whether it holds.",
    20: "People who fly, build or decide answer questions: briefings, announcements, conferences.",
    21: "A tank is filled with a very cold liquid and pressurised as in flight, sometimes until it "
    "bursts.",
    22: "A launch rehearsed with real propellant, tanks filled and clock running, and stopped "
    "before the engines light.",
    23: "A probe passes a world close by, to study it or to use its gravity for the way on.",
    24: "A vehicle leaves the ground for space.",
    25: "A craft moves from one port of its station to another, to make room for the next.",
    26: "Small satellites are released from a station or from another craft.",
    28: "An authority hears what the public has to say before it decides.",
    30: "Hardware is put through its paces on the ground before it flies.",
}
"""What the events of a type are."""

DEFAULT_DURATIONS: Mapping[int, timedelta] = {
    type_id: timedelta(minutes=minutes)
    for minutes, type_ids in {
        15: (5, 23, 24),  # static fire, flyby, launch
        30: (2, 7, 8, 9, 12, 13, 15, 16, 17, 25, 26),  # contact, parting, hatches, ceremonies
        60: (10, 14, 18, 20),  # tests in flight, press
        120: (4, 11, 19, 21, 28, 30),  # berthing, eclipses, tests of tanks, hearings
        240: (22,),  # wet dress rehearsal
        390: (EVA,),
    }.items()
    for type_id in type_ids
}
"""How long calendars show an event whose time is known. LL2 has no durations of events; that of the
webcast starts earlier and ends later."""


def category_of(type: EventType) -> Category:
    """Return the category of a type."""
    return _CATEGORY_OF_TYPE.get(type.id, OTHER)


def type_description(type: EventType) -> str:
    """Return what events of the type are, in one sentence."""
    return TYPE_DESCRIPTIONS.get(type.id, "Events that Launch Library 2 lists under this name.")


def type_explanation(type: EventType) -> str:
    """Return a plain word for a type whose name is an abbreviation; ``""`` for other types."""
    return "spacewalk" if type.id == EVA else ""


def default_duration(type: EventType) -> timedelta:
    """Return how long calendars show an event of the type whose time is known."""
    return DEFAULT_DURATIONS.get(type.id, timedelta(hours=1))
