"""Writes the data files of the query page: its table of parameters, and the events in columns.

Each file is a classic script that sets one key of the global object ``archiveParts``.
"""

from collections import defaultdict
from datetime import datetime
from itertools import count
from typing import Any

from msgspec.structs import asdict

from events_archive.model.event import Event, EventType
from events_archive.model.event_date import EventDate
from events_archive.model.interval import format_day
from events_archive.model.timestamps import FIRST_DATE
from events_archive.pages.data_pages import IDS_PER_RECORD_FILE
from events_archive.query.index import QueryRow
from events_archive.query.parameters import (
    API_EVENTS,
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_QUERY_LENGTH,
    MESSAGES,
    MODES,
    ORDERINGS,
    PARAMETERS,
    Parameter,
)
from events_archive.render.api_mirror import to_json
from events_archive.render.calendars import CREDIT, MAX_BYTES, MAX_EVENTS, PRODUCT
from events_archive.render.context import RenderContext
from events_archive.site.calendars import CalendarEntry
from events_archive.site.categories import category_of, default_duration
from events_archive.site.page import Page


def query_table(context: RenderContext, page: Page) -> bytes:
    """Return the parameters, the names of what ids stand for, and the names of all files."""
    site = context.site
    events = site.catalogue.events
    types = [term.value for term in site.taxonomies.terms["types"]]
    table = {
        "parameters": [_parameter(parameter) for parameter in PARAMETERS],
        "messages": MESSAGES,
        "modes": MODES,
        "orderings": ORDERINGS,
        "limits": [DEFAULT_LIMIT, MAX_LIMIT, MAX_QUERY_LENGTH],
        "types": {type.id: _query_type(context, type) for type in types},
        "agencies": {a.id: a.name for event in events for a in event.agencies},
        "programs": {p.id: p.name for event in events for p in event.programs},
        "years": list(site.catalogue.by_year),
        "parts": page.context["parts"],
        "recordsSpan": IDS_PER_RECORD_FILE,
        "firstDate": int(FIRST_DATE.timestamp()),
        "calendar": {"product": PRODUCT, "credit": CREDIT, "limits": [MAX_EVENTS, MAX_BYTES]},
        "title": site.title,
        "base": site.base_url,
        "api": API_EVENTS,
    }
    return script("table", to_json(table))


def _query_type(context: RenderContext, type: EventType) -> list[str | int]:
    """Return name, slug, category, and the duration of events in calendars in seconds."""
    slug = context.site.history.slugs.types.slugs[type.id]
    seconds = int(default_duration(type).total_seconds())
    return [type.name, slug, category_of(type).key, seconds]


def query_events(context: RenderContext, page: Page) -> bytes:
    """Return the columns that every query needs; places and images are numbered."""
    events, rows = page.context["events"], _rows_of(context, page)
    slugs = context.site.history.slugs.events.slugs
    places: dict[tuple[str, ...], int] = defaultdict(count().__next__)
    images: dict[str, int] = defaultdict(count().__next__)
    columns = {
        "id": [row.id for row in rows],
        "name": [row.name for row in rows],
        "slug": [row.slug for row in rows],
        # 0 if the slug of the page is that of the API.
        "stem": [0 if slugs[row.id] == row.slug else slugs[row.id] for row in rows],
        "date": [_posix_time(row.date) for row in rows],
        "date_text": [_display(event.date) for event in events],
        "last_updated": [_posix_time(row.last_updated) for row in rows],
        "modified": [int(entry.last_modified.timestamp()) for entry in page.context["entries"]],
        "revision": [_revision(entry) for entry in page.context["entries"]],
        "tentative": [int(entry.status == "TENTATIVE") for entry in page.context["entries"]],
        "type": [row.type for row in rows],
        "place": [places[row.places] for row in rows],
        "picture": [images[_image(context, event)] for event in events],
        "agencies": [row.agencies for row in rows],
        "programs": [row.programs for row in rows],
        "places": [names[0] for names in places],
        # 0 if the archive's name is that of the API.
        "place_names": [0 if names[0] == names[-1] else names[-1] for names in places],
        "pictures": list(images),
    }
    return script(page.context["name"], to_json(columns))


def _revision(entry: CalendarEntry) -> int:
    """Return SEQUENCE less the seconds from `FIRST_DATE` to the last change: nearly always 0."""
    return entry.sequence - int((entry.last_modified - FIRST_DATE).total_seconds())


def _image(context: RenderContext, event: Event) -> str:
    thumbnail = context.thumbnails.of(event.image)
    return thumbnail.file(thumbnail.sizes[0][0]) if thumbnail else ""


def query_records(context: RenderContext, page: Page) -> bytes:
    """Return the API's records by id, as URL and the members that each mode adds."""
    records: list[bytes] = []
    for event in page.context["events"]:
        record = context.site.query_index.api_records[event.id]
        members = record.by_mode
        detailed = b"{%b}" % members["detailed"] if members["detailed"] else b"0"
        head = f'"{event.id}":["{record.source_url}",'.encode()
        records.append(b"%b{%b},{%b},%b]" % (head, members["list"], members["normal"], detailed))
    return script(page.context["name"], b"{%b}" % b",\n".join(records))


def query_words(context: RenderContext, page: Page) -> bytes:
    """Return the columns that only some queries need."""
    rows = _rows_of(context, page)
    names = ("videos", "expeditions", "stations", "launches")
    columns = {name: [getattr(row, name) for row in rows] for name in names}
    columns["text"] = page.context["texts"]
    return script(page.context["name"], to_json(columns))


def _rows_of(context: RenderContext, page: Page) -> list[QueryRow]:
    rows = context.cached(
        "query rows by id", lambda: {row.id: row for row in context.site.query_index.rows}
    )
    return [rows[event.id] for event in page.context["events"]]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    """Return the fields of a parameter that the script uses, by the names that it knows."""
    fields = {
        "kind" if name == "type" else name: value
        for name, value in asdict(parameter).items()
        if name not in ("help", "choices")
    }
    return {name: value for name, value in fields.items() if value}


def script(name: str, value: bytes) -> bytes:
    """Return a script with a JSON text, which is nearly always one of JavaScript's.

    In an object of JavaScript, a member ``__proto__`` is no member, and must not occur twice. Any
    of its letters may be escaped.
    """
    if b"__proto__" in value or b"\\u00" in value:
        value = b"JSON.parse(%b)" % to_json(value.decode("utf-8", "replace"))
    return b'(self.archiveParts=self.archiveParts||{})["%b"]=%b;\n' % (name.encode(), value)


def _posix_time(value: datetime | None) -> float | None:
    """Return seconds, as an integer if there is no fraction."""
    if value is None:
        return None
    seconds = value.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _display(date: EventDate) -> Any:
    """Return what the script cannot derive from the date: its display, and its days in calendars.

    0 for a date with the precision of a minute. Else [display], [display, start in POSIX seconds],
    or [display, first day, day after the last] if the time of day is not known.
    """
    interval = date.interval
    if date.utc is None or interval is None:
        return [date.display]
    if not date.has_time:
        first, after = interval.first_day, interval.end_date_exclusive
        return [date.display, f"{first:%Y%m%d}", f"{after:%Y%m%d}"]
    if date.display == f"{format_day(date.utc)}, {date.utc:%H:%M} UTC":
        return 0
    return [date.display, int(interval.start.timestamp())]
