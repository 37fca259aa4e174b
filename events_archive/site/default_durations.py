"""How long events of a type usually last: what a calendar draws where nobody knows.

Launch Library 2 has no length of an event; its ``duration`` is that of the webcast, which begins
before the event and ends after it. A calendar must draw something, so it draws these and says so.
"""

from collections.abc import Mapping
from datetime import timedelta

from events_archive.model.event import EventType

_USUAL = timedelta(hours=1)

DEFAULT_DURATIONS: Mapping[int, timedelta] = {
    type_id: timedelta(minutes=minutes)
    for minutes, type_ids in {
        15: (5, 23, 24),  # static fire, flyby, launch
        30: (2, 7, 8, 9, 12, 13, 15, 16, 17, 25, 26),  # contact, parting, hatches, ceremonies
        60: (10, 14, 18, 20),  # tests in flight, press
        120: (4, 11, 19, 21, 28, 30),  # berthing, eclipses, tests of tanks, hearings
        240: (22,),  # wet dress rehearsal
        390: (3,),  # EVA
    }.items()
    for type_id in type_ids
}
"""By the type's id; an hour for any other."""


def default_duration(type: EventType) -> timedelta:
    """The length that a calendar gives to events of this type whose time of day is known."""
    return DEFAULT_DURATIONS.get(type.id, _USUAL)
