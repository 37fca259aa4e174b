"""Reads a JSON object that may lack, null or mistype anything, without asking twice.

Each method gives our idea of the value, or the value that means absence (``""``, ``()``, None).
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from events_archive.ll2.sanitize import clean_line, clean_text, clean_url
from events_archive.model.timestamps import parse_utc

_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)


def parse_duration(value: object) -> timedelta | None:
    """An ISO 8601 duration of weeks to seconds, also negative; None for anything else."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    parts = {
        name: float(part) for name, part in found.groupdict().items() if part and name != "sign"
    }
    try:
        return timedelta(**parts) * (-1 if found["sign"] == "-" else 1)
    except OverflowError:
        return None


class JsonFields:
    """One JSON object."""

    __slots__ = ("_values",)

    def __init__(self, value: object) -> None:
        self._values: dict[str, Any] = value if isinstance(value, dict) else {}

    def raw(self, key: str) -> object:
        """The value as it is, None where there is none."""
        return self._values.get(key)

    def multi_line(self, key: str) -> str:
        """Text of several lines."""
        value = self._values.get(key)
        return clean_text(value) if isinstance(value, str) else ""

    def single_line(self, key: str) -> str:
        """Text on one line."""
        value = self._values.get(key)
        return clean_line(value) if isinstance(value, str) else ""

    def url(self, key: str) -> str:
        """An http(s) URL."""
        value = self._values.get(key)
        return clean_url(value) if isinstance(value, str) else ""

    def with_filter(self, key: str, clean: Callable[[str], str]) -> str:
        """Text as ``clean`` leaves it."""
        value = self._values.get(key)
        return clean(value) if isinstance(value, str) else ""

    def integer(self, key: str) -> int | None:
        """A whole number; JSON's ``true`` is none."""
        value = self._values.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def date_time(self, key: str) -> datetime | None:
        """A date-time in UTC."""
        return parse_utc(self.raw(key))

    def day(self, key: str) -> date | None:
        """A calendar day."""
        when = self.date_time(key)
        return when.date() if when else None

    def child(self, key: str) -> "JsonFields":
        """The object there, an empty one where there is none."""
        return JsonFields(self.raw(key))

    def children(self, key: str) -> "Iterator[JsonFields]":
        """The objects of the list there; what is not an object is left out."""
        return objects(self.raw(key))

    def name_of(self, key: str) -> str:
        """The name of what is there: LL2 2.3 sends an object where 2.2 sent the bare name."""
        return self.single_line(key) or self.child(key).single_line("name")


def objects(value: object) -> Iterator[JsonFields]:
    """The objects of a list, or the one that stands in its place; nothing else of it."""
    members = value if isinstance(value, list) else [value]
    return iter([JsonFields(member) for member in members if isinstance(member, dict)])
