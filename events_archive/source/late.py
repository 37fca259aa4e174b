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
    def of(cls, known: Mapping[str, Any], details: Callable[[], Mapping[str, Any]]) -> Event:
        """The event of which ``known`` are the attributes at hand; ``details()`` are the others."""
        event = object.__new__(cls)
        event.__dict__.update(known, _details=details)
        return event

    def __getattr__(self, name: str) -> Any:
        """One of the details; all of them are at hand from then on."""
        if name not in DETAILS:
            raise AttributeError(name)
        self.__dict__.update(self.__dict__["_details"]())
        # What it was read from takes more room than the details.
        self.__dict__["_details"] = dict
        return self.__dict__[name]
