"""The query index: a row of values for each event, and its record as the API returns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from events_archive.query.parameters import MODES
from events_archive.store.canonical_json import join_members, split_members

_FIRST_MODES = {
    **dict.fromkeys(
        ("agencies", "launches", "expeditions", "spacestations", "program", "astronauts"),
        "detailed",
    ),
    **dict.fromkeys(("updates", "last_updated"), "normal"),
}
"""The first of the API's modes in which a member appears; "list" for all others."""

_SERVER_MEMBERS = ("url", "response_mode")
"""Members that depend on the server and on the query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRow:
    """The values of one event that filters and orderings compare."""

    id: int
    name: str
    slug: str
    date: datetime | None
    """In UTC, to the second, whatever its precision, as the API's filters compare it."""
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
    """All texts of the event, which the parameter ``q`` searches."""

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

    @cached_property
    def by_mode(self) -> dict[str, bytes]:
        """The members that each of `MODES` adds to the one before it, separated by commas."""
        by_mode: dict[str, dict[str, bytes]] = {mode: {} for mode in MODES}
        for name, value in split_members(self.data).items():
            if name not in _SERVER_MEMBERS:
                by_mode[_FIRST_MODES.get(name, "list")][name] = value
        return {mode: join_members(members) for mode, members in by_mode.items()}

    def json(self, mode: str, url: str, more: bytes = b"") -> bytes:
        """Return the record in ``mode`` as an object whose ``url`` is the given one.

        The mode is "normal" if "detailed" is asked for and the record has no details. ``more`` are
        members to append, each preceded by a comma. ``url`` must need no escapes.
        """
        if mode == "detailed" and not self.by_mode["detailed"]:
            mode = "normal"
        parts = (self.by_mode[name] for name in MODES[: MODES.index(mode) + 1])
        head = f'{{"response_mode":"{mode}","url":"{url}",'.encode()
        return b"".join((head, b",".join(filter(None, parts)), more, b"}"))


@dataclass(frozen=True, kw_only=True)
class QueryIndex:
    """All rows and records."""

    rows: tuple[QueryRow, ...] = ()
    """By id; only events that LL2 still has, since the API returns no others."""
    api_records: Mapping[int, ApiRecord] = field(default_factory=dict)
    """By event id, withdrawn events included."""
