"""What can be asked of an event, and what the API told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event as questions see it: the values of its record, not what we make of them."""

    id: int
    name: str
    slug: str
    date: datetime | None
    """In UTC, to the second, whatever of it is meant: the API's filters look at nothing else."""
    last_updated: datetime | None
    type: int
    place: str
    """``location``, or ``""``."""
    # Made by factories, the class has no values of these names: who makes entries may have their
    # values made when they are asked for.
    agencies: tuple[int, ...] = field(default_factory=tuple)
    programs: tuple[int, ...] = field(default_factory=tuple)
    expeditions: tuple[int, ...] = field(default_factory=tuple)
    stations: tuple[int, ...] = field(default_factory=tuple)
    launches: tuple[str, ...] = field(default_factory=tuple)
    """UUIDs in lower case."""
    videos: tuple[str, ...] = field(default_factory=tuple)
    """Addresses of webcasts."""
    text: str = field(default_factory=str)
    """All words of the event, for a search that goes beyond the name."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One record in JSON, in UTF-8: the members of the object that each level of detail adds.

    All but ``url`` and ``response_mode``, which depend on who answers.
    """

    source_url: str
    """The record's own address at the API."""
    listed: bytes
    normal: bytes
    detailed: bytes
    """Empty where the archive never asked for more than the normal mode."""

    def members(self, mode: str) -> tuple[str, bytes]:
        """The mode that can be told ("normal" where there are no details) and its members."""
        if mode == "list":
            return "list", self.listed
        parts = [self.listed, self.normal]
        if mode == "detailed" and self.detailed:
            parts.append(self.detailed)
        else:
            mode = "normal"
        return mode, b",".join(filter(None, parts))

    def json(self, mode: str, url: str, more: bytes = b"") -> bytes:
        """The record as the API answers it in ``mode``, with its address being ``url``.

        ``more`` are members to add, each behind a comma. ``url`` must need no escapes.
        """
        told, members = self.members(mode)
        head = f'{{"response_mode":"{told}","url":"{url}",'.encode()
        return b"".join((head, members, more, b"}"))


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What the archive can be asked for, and what it can tell in the API's own words."""

    entries: tuple[Entry, ...] = ()
    """By id; only of events that the API still has, since it would answer with no others."""
    tellings: Mapping[int, Telling] = field(default_factory=dict)
    """By event id, withdrawn events included."""
