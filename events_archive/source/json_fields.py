"""Access to a JSON object of which any member may be missing, null or of a wrong type.

What is longer or greater than the bounds of a record is cut or counts as missing.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from events_archive.model.timestamps import parse_utc
from events_archive.source.bounds import MAX_ID, MAX_LINE, MAX_MEMBERS, MAX_TEXT, MAX_URL
from events_archive.source.links import clean_url
from events_archive.source.text import clean_line, clean_text


class JsonFields:
    """A JSON object; its methods return the value of a key, or an empty one ("", (), None)."""

    __slots__ = ("_values", "notes")

    def __init__(self, value: object, notes: list[str] | None = None) -> None:
        self._values: dict[str, Any] = value if isinstance(value, dict) else {}
        self.notes = [] if notes is None else notes
        """A sentence for each value that was beyond a bound, of children too."""

    def raw(self, key: str) -> object:
        """Return the value as it is."""
        return self._values.get(key)

    def multi_line(self, key: str) -> str:
        """Return clean text that may have several lines."""
        return self.with_filter(key, clean_text, MAX_TEXT)

    def single_line(self, key: str) -> str:
        """Return clean text on one line."""
        return self.with_filter(key, clean_line)

    def url(self, key: str) -> str:
        """Return a clean http(s) URL."""
        return self.with_filter(key, clean_url, MAX_URL, is_cut=False)

    def with_filter(
        self, key: str, clean: Callable[[str], str], limit: int = MAX_LINE, *, is_cut: bool = True
    ) -> str:
        """Return text after ``clean``; what is longer than ``limit`` is cut, or else left out."""
        value = self._values.get(key)
        if not isinstance(value, str):
            return ""
        if len(value) <= limit:
            return clean(value)
        used = f"the first {limit:,} are used" if is_cut else "it is left out"
        self.notes.append(f"its {key} has {len(value):,} characters: {used}")
        return f"{clean(value[:limit])}…" if is_cut else ""

    def integer(self, key: str) -> int | None:
        """Return an integer; ``true`` and ``false`` are none."""
        value = self._values.get(key)
        if type(value) is not int:
            return None
        if -MAX_ID <= value <= MAX_ID:
            return value
        self.notes.append(f"its {key} is a number beyond {MAX_ID:,}: it is left out")
        return None

    def identifier(self, key: str = "id") -> int | None:
        """Return a positive integer."""
        value = self.integer(key)
        return value if value and value > 0 else None

    def date_time(self, key: str) -> datetime | None:
        """Return a date-time in UTC."""
        return parse_utc(self.raw(key))

    def day(self, key: str) -> date | None:
        """Return the day of a date-time in UTC."""
        value = self.date_time(key)
        return value.date() if value else None

    def child(self, key: str) -> "JsonFields":
        """Return the object at ``key``."""
        return JsonFields(self.raw(key), self.notes)

    def children(self, key: str) -> "list[JsonFields]":
        """Return the objects in the list at ``key``, which may also be an object itself."""
        value = self.raw(key)
        members = value if isinstance(value, list) else [value]
        if len(members) > MAX_MEMBERS:
            note = f"its {key} are {len(members):,}: the first {MAX_MEMBERS:,} are used"
            self.notes.append(note)
            members = members[:MAX_MEMBERS]
        return [JsonFields(member, self.notes) for member in members if isinstance(member, dict)]

    def name_of(self, key: str) -> str:
        """Return a name: API 2.3 sends an object with a name where 2.2 sent only the name."""
        return self.single_line(key) or self.child(key).single_line("name")


def parse_duration(value: object) -> timedelta | None:
    """Return an ISO 8601 duration of days to seconds, which may be negative; else None."""
    try:
        return msgspec.convert(value.strip(), timedelta) if isinstance(value, str) else None
    except ValueError:
        return None
