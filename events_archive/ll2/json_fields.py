"""Access to a JSON object of which any member may be missing, null or of a wrong type."""

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


class JsonFields:
    """A JSON object; its methods return the value of a key, or an empty one ("", (), None)."""

    __slots__ = ("_values",)

    def __init__(self, value: object) -> None:
        self._values: dict[str, Any] = value if isinstance(value, dict) else {}

    def raw(self, key: str) -> object:
        """Return the value as it is."""
        return self._values.get(key)

    def multi_line(self, key: str) -> str:
        """Return clean text that may have several lines."""
        value = self._values.get(key)
        return clean_text(value) if isinstance(value, str) else ""

    def single_line(self, key: str) -> str:
        """Return clean text on one line."""
        value = self._values.get(key)
        return clean_line(value) if isinstance(value, str) else ""

    def url(self, key: str) -> str:
        """Return a clean http(s) URL."""
        value = self._values.get(key)
        return clean_url(value) if isinstance(value, str) else ""

    def with_filter(self, key: str, clean: Callable[[str], str]) -> str:
        """Return text after ``clean``."""
        value = self._values.get(key)
        return clean(value) if isinstance(value, str) else ""

    def integer(self, key: str) -> int | None:
        """Return an integer; ``true`` and ``false`` are none."""
        value = self._values.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def date_time(self, key: str) -> datetime | None:
        """Return a date-time in UTC."""
        return parse_utc(self.raw(key))

    def day(self, key: str) -> date | None:
        """Return the day of a date-time in UTC."""
        value = self.date_time(key)
        return value.date() if value else None

    def child(self, key: str) -> "JsonFields":
        """Return the object at ``key``."""
        return JsonFields(self.raw(key))

    def children(self, key: str) -> "Iterator[JsonFields]":
        """Yield the objects of the list at ``key``."""
        return objects(self.raw(key))

    def name_of(self, key: str) -> str:
        """Return a name: API 2.3 sends an object with a name where 2.2 sent only the name."""
        return self.single_line(key) or self.child(key).single_line("name")


def objects(value: object) -> Iterator[JsonFields]:
    """Yield the objects of a list, or ``value`` if it is an object itself; skip anything else."""
    members = value if isinstance(value, list) else [value]
    return iter([JsonFields(member) for member in members if isinstance(member, dict)])


def parse_duration(value: object) -> timedelta | None:
    """Return an ISO 8601 duration of weeks to seconds, which may be negative; else None."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    parts = {
        name: float(part) for name, part in match.groupdict().items() if part and name != "sign"
    }
    try:
        return timedelta(**parts) * (-1 if match["sign"] == "-" else 1)
    except OverflowError:
        return None
