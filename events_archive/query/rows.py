"""What queries see of an event: its values as LL2 sent them, and its record as the API has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from events_archive.store.canonical_json import join_members, split_members

_LEVELS = {
    **dict.fromkeys(
        ("agencies", "launches", "expeditions", "spacestations", "program", "astronauts"),
        "detailed",
    ),
    **dict.fromkeys(("updates", "last_updated"), "normal"),
    # They depend on the server that answers.
    "url": "",
    "response_mode": "",
}
"""The first of the API's modes in which a member appears; "list" for all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRow:
    """One event with the values that filters and orderings compare."""

    id: int
    name: str
    slug: str
    date: datetime | None
    """In UTC, to the second, whatever its precision: the API's filters look at nothing else."""
    last_updated: datetime | None
    type: int
    place: str
    """``location``, or ``""``."""
    agencies: tuple[int, ...] = ()
    programs: tuple[int, ...] = ()
    expeditions: tuple[int, ...] = ()
    stations: tuple[int, ...] = ()
    launches: tuple[str, ...] = ()
    """UUIDs in lower case."""
    videos: tuple[str, ...] = ()
    """URLs of webcasts."""
    text: str = ""
    """All words of the event, for a search beyond the name."""

    @property
    def year(self) -> int | None:
        """The year of `date`."""
        return self.date.year if self.date else None

    @property
    def month(self) -> int | None:
        """The month of `date`, 1 to 12."""
        return self.date.month if self.date else None

    @property
    def day(self) -> int | None:
        """The day of the month of `date`."""
        return self.date.day if self.date else None


@dataclass(frozen=True, kw_only=True)
class ApiRecord:
    """The record of an event as the API returns it, in UTF-8 JSON."""

    data: bytes
    """The record's line in the cache."""
    source_url: str
    """The record's own URL at the API."""

    def members(self, mode: str) -> tuple[str, bytes]:
        """Return the mode that is available and the members of the object in that mode.

        That is "normal" where "detailed" was asked for and the archive has no details. The members
        are all but ``url`` and ``response_mode``, which depend on the server.
        """
        if mode == "list":
            return mode, self.by_level["list"]
        parts = [self.by_level["list"], self.by_level["normal"]]
        if mode == "detailed" and self.by_level["detailed"]:
            parts.append(self.by_level["detailed"])
        else:
            mode = "normal"
        return mode, b",".join(filter(None, parts))

    @cached_property
    def by_level(self) -> dict[str, bytes]:
        """The members that each mode adds to the one before it: "list", "normal", "detailed"."""
        levels: dict[str, dict[str, bytes]] = {"list": {}, "normal": {}, "detailed": {}}
        for name, text in split_members(self.data).items():
            if level := _LEVELS.get(name, "list"):
                levels[level][name] = text
        return {level: join_members(members) for level, members in levels.items()}

    def json(self, mode: str, url: str, more: bytes = b"") -> bytes:
        """Return the record in ``mode`` as an object whose ``url`` is the given one.

        ``more`` are members to append, each preceded by a comma. ``url`` must need no escapes.
        """
        available, members = self.members(mode)
        head = f'{{"response_mode":"{available}","url":"{url}",'.encode()
        return b"".join((head, members, more, b"}"))


@dataclass(frozen=True, kw_only=True)
class QueryIndex:
    """What queries are evaluated against."""

    rows: tuple[QueryRow, ...] = ()
    """By id; only events that LL2 still has, since the API returns no others."""
    api_records: Mapping[int, ApiRecord] = field(default_factory=dict)
    """By event id, withdrawn events included."""
