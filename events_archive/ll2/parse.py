"""Turns one record as LL2 sends it into an `Event`: the only place that knows LL2's field names.

The schema is https://ll.thespacedevs.com/2.3.0/schema/; the shapes of 2.0 to 2.2 are read as far
as they go. Strict where identity or time would be wrong, tolerant in everything else: a missing,
null or mistyped detail costs that detail and no more.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

from events_archive.errors import ArchiveError
from events_archive.ll2.json_fields import FIRST_YEAR, LAST_YEAR, Fields, objects, parse_duration
from events_archive.ll2.lazy_event import LateEvent
from events_archive.ll2.memo import Readings
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
from events_archive.model.event_date import Moment

Record = dict[str, Any]
"""A JSON object exactly as LL2 sent it."""

SHARED = frozenset(
    {
        "agencies", "astronauts", "date_precision", "expeditions", "image", "launches", "program",
        "spacestations", "type",
    }
)  # fmt: skip
"""Members of which thousands of records hold the very same."""

_Member = TypeVar("_Member", Agency, Program, Launch, SpaceStation, Expedition, Astronaut)
_AnyLink = TypeVar("_AnyLink", bound=Link)

_USUAL_PRIORITY = 10
_LARGEST_ID = 2**53 - 1
"""The largest integer that JSON carries safely (RFC 8259 section 6)."""

_WANTED = {
    "id": "a positive whole number",
    "name": "a text",
    "slug": "a text",
    "type": "an object with an id and a name",
    "date": f"a date-time of the years {FIRST_YEAR} to {LAST_YEAR}, or null",
}
"""What makes an event of a record."""


class UnreadableRecord(ArchiveError):  # noqa: N818 - the record is, the program is not
    """A record that cannot become an event. Names the event and every field that is wrong."""

    def __init__(self, record_id: object, issues: Iterable[str]) -> None:
        self.record_id = record_id
        self.issues = tuple(issues)
        super().__init__(f"event {_shown(record_id)} cannot be read: {'; '.join(self.issues)}")


def parse_event(record: Record, digest: str = "", readings: Readings | None = None) -> Event:
    """The event of one record; ``digest`` is that of the record's line in the cache.

    Raises `UnreadableRecord` when the id, name, slug, type or date has no meaning.
    """
    return Event(**_headline(record, digest, readings or Readings()), **details_of(record))


def parse_headline(record: Record, digest: str, readings: Readings) -> Event:
    """The same event, which reads what lists do without from the record when it is asked for.

    Raises `UnreadableRecord` as `parse_event` does.
    """
    known = _headline(record, digest, readings)
    known["first_noted"] = _first_noted(Fields(record))
    kept = {name: record[name] for name in _DETAILED if name in record}
    return LateEvent.of(known, details_of, kept)


def _headline(record: Record, digest: str, readings: Readings) -> dict[str, Any]:
    fields, once = Fields(record), readings.of
    record_id, name = fields.integer("id"), fields.line("name")
    moment = _moment(fields, "date", "date_precision")
    kind = once(fields.raw("type"), _event_type)
    is_right = {
        "id": _is_id(record_id),
        "name": bool(name),
        "slug": isinstance(fields.raw("slug"), str),
        "type": _is_id(kind.id) and bool(kind.name),
        "date": moment.date is not None or fields.raw("date") is None,
    }
    if not all(is_right.values()):
        raise UnreadableRecord(fields.raw("id"), _issues(fields, is_right))
    return {
        "id": record_id,
        "name": name,
        "slug": fields.line("slug"),
        "type": kind,
        "moment": moment,
        "location": fields.line("location"),
        "image": once(fields.raw("image"), _image),
        "last_updated": fields.when("last_updated"),
        "agencies": once(fields.raw("agencies"), _agencies),
        "programs": once(fields.raw("program"), _programs),
        "launches": once(fields.raw("launches"), _launches),
        "stations": once(fields.raw("spacestations"), _stations),
        "expeditions": once(fields.raw("expeditions"), _expeditions),
        "astronauts": once(fields.raw("astronauts"), _astronauts),
        "digest": digest,
    }


_DETAILED = ("description", "duration", "info_urls", "updates", "url", "vid_urls")
"""The members of a record that the details are read from."""


def details_of(record: Record) -> dict[str, Any]:
    """What lists do without: `late.DETAILS`."""
    fields = Fields(record)
    duration = parse_duration(fields.raw("duration"))
    return {
        "description": fields.text("description"),
        "links": _by_priority([_link(link) for link in fields.children("info_urls")]),
        "videos": _by_priority([_video(video) for video in fields.children("vid_urls")]),
        "updates": _updates(fields),
        # Nothing was streamed for no time or less than none.
        "stream_length": duration if duration and duration.total_seconds() > 0 else None,
        "source_url": source_url(record),
    }


def source_url(record: Record) -> str:
    """The address of the record at the API."""
    return without_format(Fields(record).url("url"))


def level_of_detail(record: Record) -> str:
    """Which of LL2's modes the record comes from; only "detailed" has relations."""
    return Fields(record).line("response_mode")


def _shown(value: object) -> str:
    """A stranger's value for a message: short, and without characters a terminal obeys."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _issues(fields: Fields, is_right: Mapping[str, bool]) -> list[str]:
    return [
        f"its {name} is {_shown(fields.raw(name))} and not {wanted}"
        for name, wanted in _WANTED.items()
        if not is_right[name]
    ]


def _is_id(value: int | None) -> bool:
    return value is not None and 0 < value <= _LARGEST_ID


def _event_type(value: object) -> EventType:
    fields = Fields(value)
    return EventType(id=fields.integer("id") or 0, name=fields.line("name"))


def _moment(fields: Fields, date_key: str, precision_key: str) -> Moment:
    return Moment(
        date=fields.when(date_key), precision_id=fields.child(precision_key).integer("id")
    )


def _image(value: object) -> Image | None:
    """None also for the bare address of API 2.2, which has neither an id nor a credit."""
    fields = Fields(value)
    image_id, url = fields.integer("id"), fields.url("image_url")
    if image_id is None or not url:
        return None
    licence = fields.child("license")
    licence_id = licence.integer("id")
    return Image(
        id=image_id,
        name=fields.line("name"),
        url=url,
        credit=fields.line("credit"),
        licence=None
        if licence_id is None
        else Licence(id=licence_id, name=licence.line("name"), url=licence.url("link")),
    )


def _link_values(fields: Fields) -> dict[str, Any]:
    priority = fields.integer("priority")
    return {
        "url": fields.url("url"),
        "title": fields.cleaned("title", clean_title),
        "description": fields.cleaned("description", clean_summary),
        "source": fields.line("source"),
        "type": fields.name("type"),
        "language": fields.child("language").line("code"),
        "image_url": fields.url("feature_image"),
        "priority": _USUAL_PRIORITY if priority is None else priority,
    }


def _link(fields: Fields) -> Link:
    return Link(**_link_values(fields))


def _video(fields: Fields) -> Video:
    return Video(
        **_link_values(fields),
        publisher=fields.line("publisher"),
        start=fields.when("start_time"),
        end=fields.when("end_time"),
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


def _notes(fields: Fields) -> list[tuple[Fields, str, str]]:
    """The updates that say anything, each with its comment and its address."""
    notes = [
        (note, note.text("comment"), note.url("info_url")) for note in fields.children("updates")
    ]
    return [(note, comment, url) for note, comment, url in notes if comment or url]


def _updates(fields: Fields) -> tuple[Update, ...]:
    updates = [
        Update(
            id=note.integer("id") or 0,
            comment=comment,
            url=url,
            author=note.line("created_by"),
            created=note.when("created_on"),
        )
        for note, comment, url in _notes(fields)
    ]
    # A note of unknown date stands first: sorted among the others it would claim a time.
    updates.sort(key=lambda one: (one.created.timestamp() if one.created else 0.0, one.id))
    return tuple(updates)


def _first_noted(fields: Fields) -> datetime | None:
    """`Event.first_noted`, without the updates themselves."""
    whens = [note.when("created_on") for note, _, _ in _notes(fields)]
    return min(filter(None, whens), default=None)


def _each(
    read: Callable[[Fields], _Member | None],
) -> Callable[[object], tuple[_Member, ...]]:
    """What reads the related things that have an id and a name, each once, as they came."""

    def members(values: object) -> tuple[_Member, ...]:
        first: dict[object, _Member] = {}
        for child in objects(values):
            if (member := read(child)) and member.name:
                first.setdefault(member.id, member)
        return tuple(first.values())

    return members


def _agency(fields: Fields) -> Agency | None:
    agency_id = fields.integer("id")
    return None if agency_id is None else Agency(
        id=agency_id, name=fields.line("name"), abbreviation=fields.line("abbrev"),
        type=fields.name("type"),
    )  # fmt: skip


def _program(fields: Fields) -> Program | None:
    program_id = fields.integer("id")
    return None if program_id is None else Program(
        id=program_id, name=fields.line("name"), description=fields.text("description"),
        url=fields.url("info_url") or fields.url("wiki_url"),
    )  # fmt: skip


def _launch(fields: Fields) -> Launch | None:
    launch_id = fields.line("id")
    return None if not launch_id else Launch(
        id=launch_id, name=fields.line("name"), status=fields.name("status"),
        moment=_moment(fields, "net", "net_precision"),
    )  # fmt: skip


def _station(fields: Fields) -> SpaceStation | None:
    station_id = fields.integer("id")
    return None if station_id is None else SpaceStation(
        id=station_id, name=fields.line("name"), status=fields.name("status"),
        type=fields.name("type"), description=fields.text("description"),
        founded=fields.day("founded"), deorbited=fields.day("deorbited"),
        orbit=fields.line("orbit"),
    )  # fmt: skip


def _expedition(fields: Fields) -> Expedition | None:
    expedition_id = fields.integer("id")
    return None if expedition_id is None else Expedition(
        id=expedition_id, name=fields.line("name"), start=fields.when("start"),
        end=fields.when("end"), station=fields.name("spacestation"),
    )  # fmt: skip


def _astronaut(fields: Fields) -> Astronaut | None:
    astronaut_id = fields.integer("id")
    return None if astronaut_id is None else Astronaut(
        id=astronaut_id, name=fields.line("name"), status=fields.name("status"),
        agency=fields.name("agency"),
    )  # fmt: skip


_agencies, _programs, _launches = _each(_agency), _each(_program), _each(_launch)
_stations, _expeditions, _astronauts = _each(_station), _each(_expedition), _each(_astronaut)
