"""The query index: of each event the values to filter by, and its record as the API returns it.

Filters compare values as LL2 sent them, so this module knows the names of LL2's fields.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from msgspec import Struct, field

from events_archive.model.event import Event
from events_archive.model.places import place_of
from events_archive.query.parameters import MODES
from events_archive.source.json_fields import JsonFields
from events_archive.store.canonical_json import join_members, split_members
from events_archive.store.records import RecordLine, Records

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


class QueryRow(Struct, frozen=True, kw_only=True):
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

    @property
    def places(self) -> tuple[str, ...]:
        """The place as LL2 writes it, and as the archive names it."""
        place = place_of(self.place)
        return (self.place, place.name) if place else (self.place,)

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


class ApiRecord(Struct, frozen=True, kw_only=True, dict=True):
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


class QueryIndex(Struct, frozen=True, kw_only=True, dict=True):
    """All rows and records, which are read from the cache's lines when they are first needed."""

    events: tuple[Event, ...] = ()
    """By id, withdrawn events included."""
    lines: Mapping[int, RecordLine] = field(default_factory=dict)
    """The records of the events by id."""
    withdrawn: frozenset[int] = frozenset()
    """The ids of events without a row, since the API no longer returns them."""

    @cached_property
    def rows(self) -> tuple[QueryRow, ...]:
        """A row for each event that LL2 still has, by id."""
        events = (event for event in self.events if event.id not in self.withdrawn)
        return tuple(_row(event, self.lines[event.id]) for event in events)

    @cached_property
    def api_records(self) -> dict[int, ApiRecord]:
        """The records by event id, those of withdrawn events included."""
        return {
            event.id: ApiRecord(data=self.lines[event.id].data, source_url=event.source_url)
            for event in self.events
        }


def build_query_index(
    records: Records, events: Iterable[Event], withdrawn: Iterable[int]
) -> QueryIndex:
    """Return the index of ``events``; those with an id in ``withdrawn`` have no row."""
    return QueryIndex(
        events=tuple(sorted(events, key=lambda event: event.id)),
        lines=records.lines,
        withdrawn=frozenset(withdrawn),
    )


def _row(event: Event, line: RecordLine) -> QueryRow:
    record = JsonFields(line.decode())
    video_urls = (video.raw("url") for video in record.children("vid_urls"))
    return QueryRow(
        id=event.id,
        name=event.name,
        slug=event.slug,
        date=event.date.utc,
        last_updated=event.last_updated,
        type=event.type.id,
        place=event.location,
        agencies=_ids(record, "agencies"),
        programs=_ids(record, "program"),
        expeditions=_ids(record, "expeditions"),
        stations=_ids(record, "spacestations"),
        launches=tuple(launch.single_line("id").lower() for launch in record.children("launches")),
        videos=tuple(url for url in video_urls if isinstance(url, str)),
    )


def _ids(record: JsonFields, field: str) -> tuple[int, ...]:
    ids = (child.integer("id") for child in record.children(field))
    return tuple(number for number in ids if number is not None)
