"""Events of which the details are read when somebody asks for them.

Lists and most of the plan do without; what is asked for is read where it is asked, by whichever of
two processes makes the page.
"""

from collections.abc import Callable, Mapping
from typing import Any

from events_archive.model.event import Event

DETAILS = ("description", "links", "videos", "updates", "stream_length", "source_url")
"""What only an event's own page, its records and whole-text searches need."""


class LateEvent(Event):
    """An event that may still lack its details."""

    @classmethod
    def of(
        cls, known: dict[str, Any], read: Callable[[Any], Mapping[str, Any]], unread: Any
    ) -> Event:
        """The event of which ``known`` are the attributes at hand; ``read(unread)`` the others.

        It takes ``known`` over.
        """
        event = object.__new__(cls)
        known["_read"] = read
        known["_unread"] = unread
        object.__setattr__(event, "__dict__", known)
        return event


class _Detail:
    """One of the details: asked for first, it has all of them read.

    Not ``__getattr__``, which would make every other attribute four times as slow to look up.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, event: Event, owner: type) -> Any:
        # From now on Python finds the value first: this has no __set__.
        mine = event.__dict__
        mine.update(mine["_read"](mine["_unread"]))
        # What it was read from takes more room than the details.
        mine["_unread"] = None
        return mine[self._name]


for _name in DETAILS:
    setattr(LateEvent, _name, _Detail(_name))


def unread(event: Event) -> Any:
    """What the details of an event will be read from; None where they are at hand."""
    return event.__dict__.get("_unread")
