"""What thousands of records share, such as agencies, is made into other values only once."""

from collections.abc import Callable
from typing import Any, TypeVar

_Read = TypeVar("_Read")

_MOST_KNOWN = 4_000
"""How many readings are kept, whatever the records hold."""


class Readings:
    """What was made of values that many records share.

    A value is known by its identity: equal ones that are not the same are each read anew.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, object], tuple[object, Any]] = {}
        """With each value, so that no other can take its place."""

    def of(self, value: object, read: Callable[[Any], _Read]) -> _Read:
        """What ``read`` makes of ``value``."""
        key = (id(value), read)
        if known := self._known.get(key):
            reading: _Read = known[1]
            return reading
        reading = read(value)
        if len(self._known) < _MOST_KNOWN:
            self._known[key] = (value, reading)
        return reading
