"""Turns one record as LL2 sends it into an `Event`: the only place that knows LL2's field names.

The schema is https://ll.thespacedevs.com/2.3.0/schema/; the shapes of 2.0 to 2.2 are read as far
as they go. Strict where identity or time would be wrong, tolerant in everything else: a missing,
null or mistyped detail costs that detail and no more.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from events_archive.errors import ArchiveError
from events_archive.ll2.json_fields import (
    JsonFields,
    objects,
    parse_duration,
)
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

_Member = TypeVar("_Member", Agency, Program, Launch, SpaceStation, Expedition, Astronaut)
_AnyLink = TypeVar("_AnyLink", bound=Link)

_DEFAULT_PRIORITY = 10
_MAX_ID = 2**53 - 1
"""The largest integer that JSON carries safely (RFC 8259 section 6)."""

_REQUIRED = {
    "id": "a positive whole number",
    "name": "a text",
    "slug": "a text",
    "type": "an object with an id and a name",
    "date": f"a date-time of the years {FIRST_YEAR} to {LAST_YEAR}, or null",
}
"""What makes an event of a record."""


class InvalidRecordError(ArchiveError):
    """A record that cannot become an event. Names the event and every field that is wrong."""

    def __init__(self, record_id: object, issues: Iterable[str]) -> None:
        self.record_id = record_id
        self.issues = tuple(issues)
        super().__init__(
            f"event {_abbreviated(record_id)} cannot be read: {'; '.join(self.issues)}"
        )


def parse_event(record: Mapping[str, Any], digest: str = "") -> Event:
    """Return the event of one record; ``digest`` is that of the record's line in the cache.

    Raises `InvalidRecordError` when the id, name, slug, type or date has no meaning.
    """
    shared = {name: parse(record.get(name)) for name, parse in _SHARED.items()}
    return _event(JsonFields(record), shared, digest)


class EventParser:
    """Parses lines of ``events.jsonl``; what many records share is parsed once."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, bytes], Any] = {}
        """Parsed values by the member's name and JSON text."""

    def parse(self, line: RecordLine) -> Event:
        """Return the event of ``line``.

        Raises `InvalidRecordError` as `parse_event` does, or where the line cannot be decoded.
        """
        members: dict[str, bytes] = {}
        try:
            members = canonical_json.split_members(line.data)
            shared = {name: self._shared(name, members.pop(name, b"null")) for name in _SHARED}
            fields = {name: canonical_json.decode(text) for name, text in members.items()}
        except ValueError as error:
            raise InvalidRecordError(members.get("id", b"?").decode(), [str(error)]) from error
        try:
            return _event(JsonFields(fields), shared, line.digest)
        except InvalidRecordError:
            # Its message quotes values of the record, shared ones too, which `fields` lacks.
            return parse_event(line.decode(), line.digest)

    def _shared(self, name: str, text: bytes) -> Any:
        key = (name, text)
        if key not in self._parsed:
            self._parsed[key] = _SHARED[name](canonical_json.decode(text))
        return self._parsed[key]


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
        links=_by_priority([_link(link) for link in fields.children("info_urls")]),
        videos=_by_priority([_video(video) for video in fields.children("vid_urls")]),
        updates=_updates(fields),
        # Nothing was streamed for no time or less than none.
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


def response_mode(record: Mapping[str, Any]) -> str:
    """Which of LL2's modes the record comes from; only "detailed" has relations."""
    return JsonFields(record).single_line("response_mode")


def _abbreviated(value: object) -> str:
    """A stranger's value for a message: short, and without characters a terminal obeys."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _issues(fields: JsonFields, is_valid: Mapping[str, bool]) -> list[str]:
    return [
        f"its {name} is {_abbreviated(fields.raw(name))} and not {wanted}"
        for name, wanted in _REQUIRED.items()
        if not is_valid[name]
    ]


def _is_id(value: int | None) -> bool:
    return value is not None and 0 < value <= _MAX_ID


def _event_type(value: object) -> EventType:
    fields = JsonFields(value)
    return EventType(id=fields.integer("id") or 0, name=fields.single_line("name"))


def _event_date(fields: JsonFields, date_key: str, precision_key: str) -> EventDate:
    return EventDate(
        utc=fields.date_time(date_key), precision_id=fields.child(precision_key).integer("id")
    )


def _image(value: object) -> Image | None:
    """None also for the bare address of API 2.2, which has neither an id nor a credit."""
    fields = JsonFields(value)
    image_id, url = fields.integer("id"), fields.url("image_url")
    if image_id is None or not url:
        return None
    licence = fields.child("license")
    licence_id = licence.integer("id")
    return Image(
        id=image_id,
        name=fields.single_line("name"),
        url=url,
        credit=fields.single_line("credit"),
        licence=None
        if licence_id is None
        else Licence(id=licence_id, name=licence.single_line("name"), url=licence.url("link")),
    )


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


def _link(fields: JsonFields) -> Link:
    return Link(**_link_values(fields))


def _video(fields: JsonFields) -> Video:
    return Video(
        **_link_values(fields),
        publisher=fields.single_line("publisher"),
        start=fields.date_time("start_time"),
        end=fields.date_time("end_time"),
    )


def _by_priority(links: Sequence[_AnyLink]) -> tuple[_AnyLink, ...]:
    """Most important first, else as they came; each address once; nothing that leads nowhere."""
    if not links:
        return ()
    first: dict[str, _AnyLink] = {}
    for link in sorted(links, key=attrgetter("priority")):
        if link.url:
            first.setdefault(link.url, link)
    return tuple(first.values())


def _non_empty_updates(fields: JsonFields) -> list[tuple[JsonFields, str, str]]:
    """The updates that say anything, each with its comment and its address."""
    notes = [
        (note, note.multi_line("comment"), note.url("info_url"))
        for note in fields.children("updates")
    ]
    return [(note, comment, url) for note, comment, url in notes if comment or url]


def _updates(fields: JsonFields) -> tuple[Update, ...]:
    updates = [
        Update(
            id=note.integer("id") or 0,
            comment=comment,
            url=url,
            author=note.single_line("created_by"),
            created=note.date_time("created_on"),
        )
        for note, comment, url in _non_empty_updates(fields)
    ]
    # A note of unknown date stands first: sorted among the others it would claim a time.
    updates.sort(key=lambda one: (one.created.timestamp() if one.created else 0.0, one.id))
    return tuple(updates)


def _each(
    read: Callable[[JsonFields], _Member | None],
) -> Callable[[object], tuple[_Member, ...]]:
    """What reads the related things that have an id and a name, each once, as they came."""

    def members(values: object) -> tuple[_Member, ...]:
        first: dict[object, _Member] = {}
        for child in objects(values):
            if (member := read(child)) and member.name:
                first.setdefault(member.id, member)
        return tuple(first.values())

    return members


def _agency(fields: JsonFields) -> Agency | None:
    agency_id = fields.integer("id")
    return None if agency_id is None else Agency(
        id=agency_id, name=fields.single_line("name"), abbreviation=fields.single_line("abbrev"),
        type=fields.name_of("type"),
    )  # fmt: skip


def _program(fields: JsonFields) -> Program | None:
    program_id = fields.integer("id")
    return None if program_id is None else Program(
        id=program_id, name=fields.single_line("name"),
        description=fields.multi_line("description"),
        url=fields.url("info_url") or fields.url("wiki_url"),
    )  # fmt: skip


def _launch(fields: JsonFields) -> Launch | None:
    launch_id = fields.single_line("id")
    return None if not launch_id else Launch(
        id=launch_id, name=fields.single_line("name"), status=fields.name_of("status"),
        date=_event_date(fields, "net", "net_precision"),
    )  # fmt: skip


def _station(fields: JsonFields) -> SpaceStation | None:
    station_id = fields.integer("id")
    return None if station_id is None else SpaceStation(
        id=station_id, name=fields.single_line("name"), status=fields.name_of("status"),
        type=fields.name_of("type"), description=fields.multi_line("description"),
        founded=fields.day("founded"), deorbited=fields.day("deorbited"),
        orbit=fields.single_line("orbit"),
    )  # fmt: skip


def _expedition(fields: JsonFields) -> Expedition | None:
    expedition_id = fields.integer("id")
    return None if expedition_id is None else Expedition(
        id=expedition_id, name=fields.single_line("name"), start=fields.date_time("start"),
        end=fields.date_time("end"), station=fields.name_of("spacestation"),
    )  # fmt: skip


def _astronaut(fields: JsonFields) -> Astronaut | None:
    astronaut_id = fields.integer("id")
    return None if astronaut_id is None else Astronaut(
        id=astronaut_id, name=fields.single_line("name"), status=fields.name_of("status"),
        agency=fields.name_of("agency"),
    )  # fmt: skip


_agencies, _programs, _launches = _each(_agency), _each(_program), _each(_launch)
_stations, _expeditions, _astronauts = _each(_station), _each(_expedition), _each(_astronaut)

_SHARED: Mapping[str, Callable[[object], Any]] = {
    "type": _event_type,
    "image": _image,
    "agencies": _agencies,
    "program": _programs,
    "launches": _launches,
    "spacestations": _stations,
    "expeditions": _expeditions,
    "astronauts": _astronauts,
}
"""Members that are the same in many records, and what parses each."""
