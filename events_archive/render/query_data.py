"""What the script of the explore page loads: its table, and the events in columns.

Each file is a classic script that puts one value under a name of its own into ``archiveParts``.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.event import Event, EventType
from events_archive.model.event_date import EventDate
from events_archive.model.interval import format_day
from events_archive.query.parameters import (
    API_EVENTS,
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MESSAGES,
    MODES,
    ORDERINGS,
    PARAMETERS,
)
from events_archive.query.rows import QueryRow
from events_archive.render.api_mirror import to_json
from events_archive.site import categories
from events_archive.site.categories import default_duration
from events_archive.site.data_pages import IDS_PER_RECORD_FILE, QueryDataFile
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site


@dataclass(frozen=True, kw_only=True)
class QueryDataWriter:
    """Makes the scripts of data."""

    site: Site
    thumbnails: Thumbnails

    @property
    def writers(self) -> dict[Writer, Callable[[Page], bytes]]:
        """The functions that write its files."""
        return {
            Writer.QUERY_TABLE: self._table,
            Writer.QUERY_EVENTS: lambda page: self._part(page, self._events),
            Writer.QUERY_WORDS: lambda page: self._part(page, self._words),
            Writer.QUERY_RECORDS: self._records,
        }

    @cached_property
    def _by_id(self) -> dict[int, Event]:
        return {event.id: event for event in self.site.catalogue.events}

    def _table(self, page: Page) -> bytes:
        """The parameters, the names of what ids stand for, and which parts there are."""
        events = self.site.catalogue.events
        return _script(
            "table",
            {
                "parameters": [_row(asdict(parameter)) for parameter in PARAMETERS],
                "messages": MESSAGES,
                "modes": MODES,
                "orderings": ORDERINGS,
                "limits": [DEFAULT_LIMIT, MAX_LIMIT],
                "types": {type.id: self._type(type) for type in self.site.types_by_name()},
                "agencies": {a.id: a.name for event in events for a in event.agencies},
                "programs": {p.id: p.name for event in events for p in event.programs},
                "years": list(self.site.catalogue.by_year),
                "parts": page.context["parts"],
                "recordsSpan": IDS_PER_RECORD_FILE,
                "title": self.site.title,
                "base": self.site.base_url,
                "api": API_EVENTS,
            },
        )

    def _type(self, type: EventType) -> list[str | int]:
        """Its name, the stem of its pages, its family, and how long calendars show its events."""
        stem = self.site.urls.type_slugs[type.id]
        seconds = int(default_duration(type).total_seconds())
        return [type.name, stem, categories.category_of(type).key, seconds]

    def _part(self, page: Page, columns: Callable[[tuple[QueryRow, ...]], dict[str, Any]]) -> bytes:
        part = page.context["part"]
        assert isinstance(part, QueryDataFile)
        return _script(part.name, columns(self._rows(part)))

    def _rows(self, part: QueryDataFile) -> tuple[QueryRow, ...]:
        return tuple(self._rows_by_id[event.id] for event in part.events)

    @cached_property
    def _rows_by_id(self) -> dict[int, QueryRow]:
        return {row.id: row for row in self.site.query_index.rows}

    def _events(self, entries: tuple[QueryRow, ...]) -> dict[str, Any]:
        events = [self._by_id[entry.id] for entry in entries]
        stems = self.site.urls.event_slugs
        places = _Numbered()
        pictures = _Numbered()
        return {
            "id": [entry.id for entry in entries],
            "name": [entry.name for entry in entries],
            "slug": [entry.slug for entry in entries],
            # Nearly always the slug again: then nothing.
            "stem": [0 if stems[e.id] == e.slug else stems[e.id] for e in entries],
            "date": [_seconds(entry.date) for entry in entries],
            "said": [_display_and_dates(event.date) for event in events],
            "last_updated": [_seconds(entry.last_updated) for entry in entries],
            "type": [entry.type for entry in entries],
            "place": [places.number(entry.place) for entry in entries],
            "picture": [pictures.number(self._picture(event)) for event in events],
            "agencies": [entry.agencies for entry in entries],
            "programs": [entry.programs for entry in entries],
            "places": places.values,
            "pictures": pictures.values,
        }

    def _picture(self, event: Event) -> str:
        copies = self.thumbnails.of(event.image)
        return copies.file(copies.sizes[0][0]) if copies else ""

    def _words(self, entries: tuple[QueryRow, ...]) -> dict[str, Any]:
        return {
            "text": [entry.text for entry in entries],
            "videos": [entry.videos for entry in entries],
            "expeditions": [entry.expeditions for entry in entries],
            "stations": [entry.stations for entry in entries],
            "launches": [entry.launches for entry in entries],
        }

    def _records(self, page: Page) -> bytes:
        part = page.context["part"]
        assert isinstance(part, QueryDataFile)
        tellings = self.site.query_index.api_records
        rows = []
        for event in part.events:
            told = tellings[event.id]
            level = told.by_mode
            detailed = b"{%b}" % level["detailed"] if level["detailed"] else b"0"
            head = f'"{event.id}":["{told.source_url}",'.encode()
            rows.append(b"%b{%b},{%b},%b]" % (head, level["list"], level["normal"], detailed))
        return _assigned(part.name, b"{%b}" % b",\n".join(rows))


class _Numbered:
    """Gives each text a number and keeps it once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def values(self) -> list[str]:
        """The texts, each at its number."""
        return list(self._numbers)

    def number(self, text: str) -> int:
        """The number of ``text``, a new one where it was not met before."""
        return self._numbers.setdefault(text, len(self._numbers))


def _row(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter without what the script has no use for."""
    unused = ("help", "choices")
    # The script knows a parameter's type as "kind".
    renamed = {"type": "kind"}
    return {
        renamed.get(name, name): value
        for name, value in parameter.items()
        if value and name not in unused
    }


def _script(name: str, value: Any) -> bytes:
    return _assigned(name, to_json(value).encode("utf-8", "replace"))


def _assigned(name: str, value: bytes) -> bytes:
    return b'(self.archiveParts=self.archiveParts||{})["%b"]=%b;\n' % (name.encode(), value)


def _seconds(moment: datetime | None) -> float | None:
    """POSIX time in seconds; nothing is lost, and whole seconds are whole numbers."""
    if moment is None:
        return None
    stamp = moment.timestamp()
    return int(stamp) if stamp.is_integer() else stamp


def _display_and_dates(moment: EventDate) -> Any:
    """What the script cannot tell from the date: its words, and when a calendar shows it.

    0 for a date known to the minute. Else [words], [words, start in POSIX seconds], or
    [words, first day, day after the last] where no clock time is known.
    """
    if moment.utc is None or moment.interval is None:
        return [moment.display]
    span = moment.interval
    if not moment.has_time:
        return [moment.display, f"{span.first_day:%Y%m%d}", f"{span.end_date_exclusive:%Y%m%d}"]
    if moment.display == f"{format_day(moment.utc)}, {moment.utc:%H:%M} UTC":
        return 0
    return [moment.display, int(span.start.timestamp())]
