"""What lists need to know of an event, kept ready: most runs show the details of few events.

``content_cache/builds/events.bin`` holds an extract for each line of ``events.jsonl``, by the
line's digest. It is no more than a help: what is not in it is read from the record, and so are the
details of an event whenever somebody asks for them.
"""

import marshal
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from events_archive.ll2.lazy_event import LateEvent
from events_archive.ll2.memo import Readings
from events_archive.model.event import (
    Agency,
    Astronaut,
    Event,
    EventType,
    Expedition,
    Image,
    Launch,
    Licence,
    Program,
    SpaceStation,
)
from events_archive.model.event_date import Moment
from events_archive.output.code_fingerprint import code_state

Extract = tuple[Any, ...]
"""What lists need of an event, in tuples, texts and numbers; the first is the event's id."""

_Made = TypeVar(
    "_Made", EventType, Image, Licence, Agency, Program, Launch, SpaceStation, Expedition, Astronaut
)

EXTRACTS_FILE = Path("builds/events.bin")


def extract_of(event: Event, readings: Readings) -> Extract:
    """The extract of a whole event; what it shares with others is the same in theirs."""
    plain = readings.of
    return (
        event.id,
        _text(event.last_updated),
        event.name,
        event.slug,
        event.location,
        plain(event.type, _plain),
        (_text(event.moment.date), event.moment.precision_id),
        plain(event.image, _plain),
        _text(event.first_noted),
        plain(event.agencies, _plain),
        plain(event.programs, _plain),
        plain(event.launches, _plain),
        plain(event.stations, _plain),
        plain(event.expeditions, _plain),
        plain(event.astronauts, _plain),
    )


def event_of(
    extract: Extract,
    digest: str,
    readings: Readings,
    read: Callable[[Any], Mapping[str, Any]],
    unread: Any,
) -> Event:
    """The event of an extract; ``read(unread)`` are the details, when somebody asks for them."""
    (
        event_id, updated, name, slug, location, type_, moment, image, noted,
        agencies, programs, launches, stations, expeditions, astronauts,
    ) = extract  # fmt: skip
    made = readings.of
    known = {
        "id": event_id,
        "last_updated": _when(updated),
        "name": name,
        "slug": slug,
        "location": location,
        "type": made(type_, _event_type),
        "moment": _moment(moment),
        "image": made(image, _image),
        "first_noted": _when(noted),
        "agencies": made(agencies, _agencies),
        "programs": made(programs, _programs),
        "launches": made(launches, _launches),
        "stations": made(stations, _stations),
        "expeditions": made(expeditions, _expeditions),
        "astronauts": made(astronauts, _astronauts),
        "digest": digest,
    }
    return LateEvent.of(known, read, unread)


def load_extracts(cache: Path) -> Mapping[str, Extract]:
    """The extracts by the digests of their lines; none where they are not this code's."""
    try:
        state, extracts = marshal.loads((cache / EXTRACTS_FILE).read_bytes())
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return dict(extracts) if state == code_state() else {}


def save_extracts(cache: Path, extracts: Iterable[tuple[str, Extract]]) -> None:
    """Keep them for the next run; where that cannot be, it reads the records again."""
    file = cache / EXTRACTS_FILE
    part = file.with_suffix(".part")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(marshal.dumps((code_state(), dict(extracts))))
        part.replace(file)


def _plain(value: Any) -> Any:
    """A value of the model in tuples, texts and numbers."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return tuple([_plain(member) for member in value])
    if hasattr(value, "__dataclass_fields__"):
        return tuple([_plain(getattr(value, name)) for name in value.__dataclass_fields__])
    return value


_kept: dict[tuple[type, Any], Any] = {}
"""What thousands of events share, such as agencies, is made once."""


def _made(kind: type[_Made], values: Any) -> _Made:
    made: _Made | None = _kept.get((kind, values))
    if made is None:
        names = [field.name for field in fields(kind)]
        given = {
            name: _MEANINGS[kind, name](value) if (kind, name) in _MEANINGS else value
            for name, value in zip(names, values, strict=True)
        }
        made = _kept[kind, values] = kind(**given)
    return made


def _event_type(values: Any) -> EventType:
    return _made(EventType, values)


def _image(values: Any) -> Image | None:
    return _made(Image, values) if values else None


def _each(kind: type[_Made]) -> Callable[[Any], tuple[_Made, ...]]:
    """What makes values of ``kind`` of a tuple of theirs."""

    def made(members: Any) -> tuple[_Made, ...]:
        return tuple([_made(kind, values) for values in members])

    return made


_agencies, _programs, _launches = _each(Agency), _each(Program), _each(Launch)
_stations, _expeditions, _astronauts = _each(SpaceStation), _each(Expedition), _each(Astronaut)


def _moment(values: Any) -> Moment:
    return Moment(date=_when(values[0]), precision_id=values[1])


def _text(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_MEANINGS: dict[tuple[type, str], Callable[[Any], Any]] = {
    (Expedition, "start"): _when,
    (Expedition, "end"): _when,
    (Image, "licence"): lambda values: _made(Licence, values) if values else None,
    (Launch, "moment"): _moment,
    (SpaceStation, "founded"): _day,
    (SpaceStation, "deorbited"): _day,
}
"""Values that are more than texts and numbers."""
