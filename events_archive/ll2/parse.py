"""Parse one record of LL2 into an `Event`. Only this package and ``query/`` know LL2's field names.

The schema is https://ll.thespacedevs.com/2.3.0/schema/; fields of versions 2.0 to 2.2 are parsed
too. A record without a valid id, name, slug, type or date is an error. Any other value that is
missing, null or of a wrong type counts as absent.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from events_archive.errors import ArchiveError
from events_archive.ll2.json_fields import JsonFields, objects, parse_duration
from events_archive.ll2.sanitize import clean_summary, clean_title, without_format
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
from events_archive.store import canonical_json
from events_archive.store.records import RecordLine

_Related = TypeVar("_Related", Agency, Program, Launch, SpaceStation, Expedition, Astronaut)
_AnyLink = TypeVar("_AnyLink", bound=Link)

_DEFAULT_PRIORITY = 10
_MAX_ID = 2**53 - 1  # the largest integer that JSON carries safely (RFC 8259, section 6)

_REQUIRED = {
    "id": "a positive whole number",
    "name": "a text",
    "slug": "a text",
    "type": "an object with an id and a name",
    "date": f"a date-time of the years {FIRST_YEAR} to {LAST_YEAR}, or null",
}
"""The fields without which a record is refused, and what they must be."""


class InvalidRecordError(ArchiveError):
    """A record without a valid identity or date. The message names the event and the fields."""

    def __init__(self, record_id: object, issues: Sequence[str]) -> None:
        self.record_id = record_id
        self.issues = tuple(issues)
        super().__init__(f"event {_abbreviated(record_id)} cannot be read: {'; '.join(issues)}")


def parse_event(record: Mapping[str, Any], digest: str = "") -> Event:
    """Return the event of one record; ``digest`` is that of the record's line in the cache.

    Raises `InvalidRecordError` if its id, name, slug, type or date is invalid.
    """
    shared = {name: parse(record.get(name)) for name, parse in _SHARED.items()}
    return _event(JsonFields(record), shared, digest)


class EventParser:
    """Parses lines of ``events.jsonl``; members that many records share are parsed once."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, bytes], Any] = {}  # by the member's name and JSON text

    def parse(self, line: RecordLine) -> Event:
        """Return the event of ``line``.

        Raises `InvalidRecordError` as `parse_event` does, or if the line cannot be decoded.
        """
        members: dict[str, bytes] = {}
        try:
            members = canonical_json.split_members(line.data)
            shared = {name: self._shared(name, members.pop(name, b"null")) for name in _SHARED}
            fields = {name: canonical_json.decode_as(text, Any) for name, text in members.items()}
        except ValueError as error:
            raise InvalidRecordError(members.get("id", b"?").decode(), [str(error)]) from error
        try:
            return _event(JsonFields(fields), shared, line.digest)
        except InvalidRecordError:
            # The message quotes values, also of shared members, which `fields` does not have.
            return parse_event(line.decode(), line.digest)

    def _shared(self, name: str, text: bytes) -> Any:
        if (key := (name, text)) not in self._parsed:
            self._parsed[key] = _SHARED[name](canonical_json.decode_as(text, Any))
        return self._parsed[key]


def response_mode(record: Mapping[str, Any]) -> str:
    """Return LL2's level of detail of a record; only "detailed" records have relations."""
    return JsonFields(record).single_line("response_mode")


def _event(fields: JsonFields, shared: Mapping[str, Any], digest: str) -> Event:
    record_id, name = fields.integer("id"), fields.single_line("name")
    date, event_type = _event_date(fields, "date", "date_precision"), shared["type"]
    is_valid = {
        "id": _is_id(record_id),
        "name": bool(name),
        "slug": isinstance(fields.raw("slug"), str),
        "type": _is_id(event_type.id) and bool(event_type.name),
        "date": date.utc is not None or fields.raw("date") is None,
    }
    if record_id is None or not all(is_valid.values()):
        raise InvalidRecordError(fields.raw("id"), _issues(fields, is_valid))
    duration = parse_duration(fields.raw("duration"))
    return Event(
        id=record_id,
        name=name,
        slug=fields.single_line("slug"),
        type=event_type,
        date=date,
        description=fields.multi_line("description"),
        location=fields.single_line("location"),
        image=shared["image"],
        links=_by_priority([Link(**_link_values(link)) for link in fields.children("info_urls")]),
        videos=_by_priority([_video(video) for video in fields.children("vid_urls")]),
        updates=_updates(fields),
        # LL2 also has durations of zero and less.
        stream_length=duration if duration and duration.total_seconds() > 0 else None,
        last_updated=fields.date_time("last_updated"),
        source_url=without_format(fields.url("url")),
        agencies=shared["agencies"],
        programs=shared["program"],
        launches=shared["launches"],
        stations=shared["spacestations"],
        expeditions=shared["expeditions"],
        astronauts=shared["astronauts"],
        digest=digest,
    )


def _issues(fields: JsonFields, is_valid: Mapping[str, bool]) -> list[str]:
    return [
        f"its {name} is {_abbreviated(fields.raw(name))} and not {wanted}"
        for name, wanted in _REQUIRED.items()
        if not is_valid[name]
    ]


def _abbreviated(value: object) -> str:
    """Return an untrusted value for a message: short, and safe for a terminal."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_id(value: int | None) -> bool:
    return value is not None and 0 < value <= _MAX_ID


def _event_type(value: object) -> EventType:
    fields = JsonFields(value)
    return EventType(id=fields.integer("id") or 0, name=fields.single_line("name"))


def _event_date(fields: JsonFields, date_key: str, precision_key: str) -> EventDate:
    precision_id = fields.child(precision_key).integer("id")
    return EventDate(utc=fields.date_time(date_key), precision_id=precision_id)


def _image(value: object) -> Image | None:
    """Return the image; None without an id, as in API 2.2, where an image is only a URL."""
    fields = JsonFields(value)
    image_id, url = fields.integer("id"), fields.url("image_url")
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
    licence_id = fields.integer("id")
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
        "language": fields.child("language").single_line("code"),
        "image_url": fields.url("feature_image"),
        "priority": _DEFAULT_PRIORITY if priority is None else priority,
    }


def _video(fields: JsonFields) -> Video:
    return Video(
        **_link_values(fields),
        publisher=fields.single_line("publisher"),
        start=fields.date_time("start_time"),
        end=fields.date_time("end_time"),
    )


def _by_priority(links: list[_AnyLink]) -> tuple[_AnyLink, ...]:
    """Return the links that have a URL, each URL once, by priority and then in LL2's order."""
    first: dict[str, _AnyLink] = {}
    for link in sorted(links, key=attrgetter("priority")):
        if link.url:
            first.setdefault(link.url, link)
    return tuple(first.values())


def _updates(fields: JsonFields) -> tuple[Update, ...]:
    """Return the updates that have a comment or a URL, oldest first; undated ones come first."""
    updates = [
        Update(
            id=update.integer("id") or 0,
            comment=update.multi_line("comment"),
            url=update.url("info_url"),
            author=update.single_line("created_by"),
            created=update.date_time("created_on"),
        )
        for update in fields.children("updates")
    ]
    with_content = [update for update in updates if update.comment or update.url]
    with_content.sort(key=lambda one: (one.created.timestamp() if one.created else 0.0, one.id))
    return tuple(with_content)


def _each(parse: Callable[[JsonFields], _Related]) -> Callable[[object], tuple[_Related, ...]]:
    """Return a parser of a list, which leaves out what is repeated or has no id or no name."""

    def parse_list(value: object) -> tuple[_Related, ...]:
        first: dict[object, _Related] = {}
        for fields in objects(value):
            related = parse(fields)
            if related.id and related.name:
                first.setdefault(related.id, related)
        return tuple(first.values())

    return parse_list


_SHARED: Mapping[str, Callable[[object], Any]] = {
    "type": _event_type,
    "image": _image,
    "agencies": _each(
        lambda fields: Agency(
            id=fields.integer("id") or 0, name=fields.single_line("name"),
            abbreviation=fields.single_line("abbrev"), type=fields.name_of("type"),
        )
    ),
    "program": _each(
        lambda fields: Program(
            id=fields.integer("id") or 0, name=fields.single_line("name"),
            description=fields.multi_line("description"),
            url=fields.url("info_url") or fields.url("wiki_url"),
        )
    ),
    "launches": _each(
        lambda fields: Launch(
            id=fields.single_line("id"), name=fields.single_line("name"),
            status=fields.name_of("status"), date=_event_date(fields, "net", "net_precision"),
        )
    ),
    "spacestations": _each(
        lambda fields: SpaceStation(
            id=fields.integer("id") or 0, name=fields.single_line("name"),
            status=fields.name_of("status"), type=fields.name_of("type"),
            description=fields.multi_line("description"), founded=fields.day("founded"),
            deorbited=fields.day("deorbited"), orbit=fields.single_line("orbit"),
        )
    ),
    "expeditions": _each(
        lambda fields: Expedition(
            id=fields.integer("id") or 0, name=fields.single_line("name"),
            start=fields.date_time("start"), end=fields.date_time("end"),
            station=fields.name_of("spacestation"),
        )
    ),
    "astronauts": _each(
        lambda fields: Astronaut(
            id=fields.integer("id") or 0, name=fields.single_line("name"),
            status=fields.name_of("status"), agency=fields.name_of("agency"),
        )
    ),
}  # fmt: skip
"""The parsers of the members that are the same in many records."""
