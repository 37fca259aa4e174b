"""Parse records of LL2 into events. Only this package and ``query/`` know LL2's field names.

The schema is https://ll.thespacedevs.com/2.3.0/schema/; fields of versions 2.0 to 2.2 are parsed
too. A record without a valid id, name, slug, type or date is an error. Any other value that is
missing, null or of a wrong type counts as absent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec.structs import replace

from events_archive.errors import ArchiveError
from events_archive.model.changes import shown_digest
from events_archive.model.event import (
    Agency,
    Astronaut,
    Event,
    EventType,
    Expedition,
    Image,
    Launch,
    Licence,
    Link,
    Program,
    SpaceStation,
    Update,
    Video,
)
from events_archive.model.event_date import EventDate
from events_archive.model.timestamps import FIRST_YEAR, LAST_YEAR
from events_archive.source.bounds import reason_for_plain_text
from events_archive.source.json_fields import JsonFields, parse_duration
from events_archive.source.text import clean_summary, clean_title
from events_archive.store import canonical_json
from events_archive.store.records import IDENTITY, Record, id_of_record

_T = TypeVar("_T")

_DEFAULT_PRIORITY = 10
_MAX_CACHED = 20_000
"""Characters of a list in JSON; longer ones are hardly those of several events."""
_DATES = f"a date-time of the years {FIRST_YEAR} to {LAST_YEAR}, or null"


class InvalidRecordError(ArchiveError):
    """A record without a valid identity or date. The message names the event and the fields."""

    def __init__(self, record_id: object, issues: Sequence[str]) -> None:
        self.record_id = record_id
        self.issues = tuple(issues)
        super().__init__(f"event {abbreviated(record_id)} cannot be read: {'; '.join(issues)}")

    def __reduce__(self) -> tuple[object, ...]:
        """Return what is pickled; by default that is the message alone."""
        return type(self), (self.record_id, self.issues)


def parse_event(record: Record, digest: str = "", notes: list[str] | None = None) -> Event:
    """Return the event of one record; ``digest`` is that of the record's line in the cache.

    ``notes`` gets a sentence for each value that is beyond a bound.

    Raises `InvalidRecordError` if its id, name, slug, type or date is invalid.
    """
    notes = [] if notes is None else notes
    fields = JsonFields(record, notes)
    record_id, type_id = id_of_record(record), id_of_record(record.get("type"))
    name, type_name = fields.single_line("name"), fields.child("type").single_line("name")
    slug, date = fields.raw("slug"), _event_date(fields, "date", "date_precision")
    issues = [
        f"its {key} is {abbreviated(fields.raw(key))} and not {wanted}"
        for key, is_valid, wanted in (
            ("id", record_id is not None, "a positive whole number"),
            ("name", name, "a text"),
            ("slug", isinstance(slug, str), "a text"),
            ("type", type_id is not None and type_name, "an object with an id and a name"),
            ("date", date.utc or fields.raw("date") is None, _DATES),
        )
        if not is_valid
    ]
    if issues and record.keys() <= IDENTITY:
        issues = ["nothing but its identity was read, since it is too long or cannot be decoded"]
    if issues or record_id is None or type_id is None:
        raise InvalidRecordError(fields.raw("id"), issues)
    duration = parse_duration(fields.raw("duration"))
    event = Event(
        id=record_id,
        name=name,
        slug=fields.single_line("slug"),
        type=EventType(id=type_id, name=type_name),
        date=date,
        description=fields.multi_line("description"),
        location=fields.single_line("location"),
        image=_image(fields.child("image")),
        links=_by_priority(Link(**_link_values(link)) for link in fields.children("info_urls")),
        videos=_by_priority(
            Video(
                **_link_values(video),
                publisher=video.single_line("publisher"),
                start=video.date_time("start_time"),
                end=video.date_time("end_time"),
            )
            for video in fields.children("vid_urls")
        ),
        updates=_updates(fields.children("updates")),
        # LL2 also has durations of zero and less.
        stream_length=duration if duration and duration.total_seconds() > 0 else None,
        last_updated=fields.date_time("last_updated"),
        source_url=_without_format(fields.url("url")),
        agencies=_related(fields, "agencies"),
        programs=_related(fields, "program"),
        launches=_related(fields, "launches"),
        stations=_related(fields, "spacestations"),
        expeditions=_related(fields, "expeditions"),
        astronauts=_related(fields, "astronauts"),
        digest=digest,
    )
    for text in (event.description, *(update.comment for update in event.updates)):
        if reason := reason_for_plain_text(text):
            notes.append(f"a text {reason}: it is shown without its markup")
    return replace(event, shown=shown_digest(event))


def abbreviated(value: object) -> str:
    """Return an untrusted value for a message: short, and safe for a terminal."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _without_format(url: str) -> str:
    """Return ``url`` without the parameter ``format``, which LL2 repeats in every URL it sends."""
    # Nearly all URLs have this query or none.
    url = url.removesuffix("?format=json")
    if "?" not in url:
        return url
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "format"]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _event_date(fields: JsonFields, date_key: str, precision_key: str) -> EventDate:
    precision_id = fields.child(precision_key).integer("id")
    return EventDate(utc=fields.date_time(date_key), precision_id=precision_id)


def _image(fields: JsonFields) -> Image | None:
    """Return the image; None without an id, as in API 2.2, where an image is only a URL."""
    image_id, url = fields.identifier(), fields.url("image_url")
    if image_id is None or not url:
        return None
    return Image(
        id=image_id,
        name=fields.single_line("name"),
        url=url,
        credit=fields.single_line("credit"),
        licence=_licence(fields.child("license")),
    )


def _licence(fields: JsonFields) -> Licence | None:
    licence_id = fields.identifier()
    if licence_id is None:
        return None
    return Licence(id=licence_id, name=fields.single_line("name"), url=fields.url("link"))


def _link_values(fields: JsonFields) -> dict[str, Any]:
    priority = fields.integer("priority")
    return {
        "url": fields.url("url"),
        "title": fields.with_filter("title", clean_title),
        "description": fields.with_filter("description", clean_summary),
        "source": fields.single_line("source"),
        "type": fields.name_of("type"),
        "priority": _DEFAULT_PRIORITY if priority is None else priority,
    }


def _by_priority(links: Iterable[_T]) -> tuple[_T, ...]:
    """Return the links that have a URL, each URL once, by priority and then in LL2's order."""
    return _unique(sorted(links, key=attrgetter("priority")), "url")


def _updates(objects: Iterable[JsonFields]) -> tuple[Update, ...]:
    """Return the updates that have a comment or a URL, oldest first; undated ones come first."""
    updates = [
        Update(
            id=fields.integer("id") or 0,
            comment=fields.multi_line("comment"),
            url=fields.url("info_url"),
            author=fields.single_line("created_by"),
            created=fields.date_time("created_on"),
        )
        for fields in objects
    ]
    updates.sort(key=lambda one: (one.created.timestamp() if one.created else 0.0, one.id))
    return tuple(update for update in updates if update.comment or update.url)


def _related(fields: JsonFields, key: str) -> tuple[Any, ...]:
    """Return the members of the list at ``key`` that have an id and a name, each once."""
    value = fields.raw(key)
    if not value:
        return ()
    text = canonical_json.compact_json(value)
    parse = _parse_related if len(text) <= _MAX_CACHED else _parse_related.__wrapped__
    members, notes = parse(key, text)
    fields.notes += notes
    return members


@lru_cache(maxsize=4096)  # Many events have the same agencies, programmes and stations.
def _parse_related(key: str, text: str) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """Return the members, and a note on each value that is beyond a bound."""
    fields = JsonFields({key: canonical_json.decode(text.encode(errors="backslashreplace"))})
    members = map(_PARSERS[key], fields.children(key))
    return _unique([one for one in members if one.name], "id"), tuple(fields.notes)


def _unique(values: Iterable[_T], key: str) -> tuple[_T, ...]:
    """Return the first value with each value of the attribute ``key`` but 0 and ""."""
    first: dict[object, _T] = {}
    for value in values:
        if identity := getattr(value, key):
            first.setdefault(identity, value)
    return tuple(first.values())


_PARSERS: Mapping[str, Callable[[JsonFields], Any]] = {
    "agencies": lambda fields: Agency(
        id=fields.identifier() or 0, name=fields.single_line("name"),
        abbreviation=fields.single_line("abbrev"), type=fields.name_of("type"),
    ),
    "program": lambda fields: Program(
        id=fields.identifier() or 0, name=fields.single_line("name"),
        description=fields.multi_line("description"),
        url=fields.url("info_url") or fields.url("wiki_url"),
    ),
    "launches": lambda fields: Launch(
        id=fields.single_line("id"), name=fields.single_line("name"),
        status=fields.name_of("status"), date=_event_date(fields, "net", "net_precision"),
    ),
    "spacestations": lambda fields: SpaceStation(
        id=fields.identifier() or 0, name=fields.single_line("name"),
        status=fields.name_of("status"), type=fields.name_of("type"),
        description=fields.multi_line("description"), founded=fields.day("founded"),
        deorbited=fields.day("deorbited"), orbit=fields.single_line("orbit"),
    ),
    "expeditions": lambda fields: Expedition(
        id=fields.identifier() or 0, name=fields.single_line("name"),
        start=fields.date_time("start"), end=fields.date_time("end"),
        station=fields.name_of("spacestation"),
    ),
    "astronauts": lambda fields: Astronaut(
        id=fields.identifier() or 0, name=fields.single_line("name"),
        status=fields.name_of("status"), agency=fields.name_of("agency"),
    ),
}  # fmt: skip
"""The parsers of related objects by LL2's name of the list."""
