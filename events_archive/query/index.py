"""From the records of the cache to what can be asked of them and told of them.

The second place that knows LL2's field names: questions are asked, and answers given, in LL2's own
words, and of the values as LL2 sent them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from events_archive.ll2.json_fields import Fields, objects
from events_archive.ll2.memo import Readings
from events_archive.ll2.parse import SHARED, Record, source_url
from events_archive.model.event import Agency, Event
from events_archive.query.rows import Entry, Holdings, Telling
from events_archive.store import canonical_json
from events_archive.store.records import Line, Records

DETAILED_ONLY = (
    "agencies", "launches", "expeditions", "spacestations", "program", "astronauts",
)  # fmt: skip
"""What only the detailed mode tells."""

NOT_LISTED = ("updates", "last_updated")
"""What the list mode does not tell."""

_LEVELS = {
    **dict.fromkeys(DETAILED_ONLY, "detailed"),
    **dict.fromkeys(NOT_LISTED, "normal"),
    # What depends on who answers.
    "url": "",
    "response_mode": "",
}


_READ_WHEN_ASKED = (
    "agencies", "programs", "expeditions", "stations", "launches", "videos", "text",
)  # fmt: skip
"""What of an entry is not known before its record is read."""


def hold(records: Records, events: Iterable[Event], withdrawn: Iterable[int]) -> Holdings:
    """What the archive holds of ``events``; those with an id in ``withdrawn`` are in no answer."""
    events = sorted(events, key=lambda event: event.id)
    gone, reader = set(withdrawn), _RecordReader()
    return _Held(
        tellings=_Tellings({event.id: records.lines[event.id] for event in events}, reader),
        make=lambda: tuple(
            _entry(event, partial(reader.details, records.lines[event.id], event))
            for event in events
            if event.id not in gone
        ),
    )


class _Held(Holdings):
    """Holdings of which the entries are made when somebody asks."""

    def __init__(
        self, *, tellings: Mapping[int, Telling], make: Callable[[], tuple[Entry, ...]]
    ) -> None:
        # Holdings is frozen: this is how its own constructor does it.
        object.__setattr__(self, "tellings", tellings)
        object.__setattr__(self, "_make", make)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """By id; only of events that the API still has."""
        made: tuple[Entry, ...] = self.__dict__["_make"]()
        return made


class _Asked(Entry):
    """An entry of which the record is read when somebody asks for what only that tells."""

    def __getattr__(self, name: str) -> Any:
        """One of those values; all of them are at hand from then on."""
        if name not in _READ_WHEN_ASKED:
            raise AttributeError(name)
        self.__dict__.update(self.__dict__["_details"]())
        return self.__dict__[name]


def _entry(event: Event, details: Callable[[], dict[str, Any]]) -> Entry:
    """What can be asked of the event."""
    entry = object.__new__(_Asked)
    entry.__dict__.update(
        id=event.id,
        name=event.name,
        slug=event.slug,
        date=event.moment.date,
        last_updated=event.last_updated,
        type=event.type.id,
        place=event.location,
        _details=details,
    )
    return entry


class _Tellings(Mapping[int, Telling]):
    """What is told of each event: put together when somebody wants to hear it."""

    def __init__(self, known: dict[int, Line | Telling], reader: "_RecordReader") -> None:
        self._known = known
        self._reader = reader

    def __getitem__(self, event_id: int) -> Telling:
        known = self._known[event_id]
        if not isinstance(known, Telling):
            known = self._known[event_id] = self._reader.telling(known)
        return known

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class _RecordReader:
    """Reads records for their own words and values; what they share, once."""

    def __init__(self) -> None:
        self._decoder = canonical_json.Decoder(SHARED)
        self._readings = Readings()

    def telling(self, line: Line) -> Telling:
        """The record as JSON, in its own words, divided by the level of detail that tells it."""
        levels: dict[str, list[str]] = {"listed": [], "normal": [], "detailed": []}
        text = line.data.decode()
        record, places = self._decoder.spans(text)
        for name, (start, end) in places.items():
            if level := _LEVELS.get(name, "listed"):
                levels[level].append(text[start:end])
        return Telling(
            source_url=source_url(record),
            listed=",".join(levels["listed"]).encode(),
            normal=",".join(levels["normal"]).encode(),
            detailed=",".join(levels["detailed"]).encode(),
        )

    def details(self, line: Line, event: Event) -> dict[str, Any]:
        """What an entry has of the record."""
        record, once = self._decoder.members(line.data.decode()), self._readings.of
        return {
            "agencies": once(record.get("agencies"), _ids),
            "programs": once(record.get("program"), _ids),
            "expeditions": once(record.get("expeditions"), _ids),
            "stations": once(record.get("spacestations"), _ids),
            "launches": once(record.get("launches"), _uuids),
            "videos": _urls(record.get("vid_urls")),
            "text": "\n".join(self._texts(record, event)),
        }

    def _texts(self, record: Record, event: Event) -> Iterator[str]:
        """Every text in which words are looked for, each on lines of its own."""
        once = self._readings.of
        # The event's own description is the same; but it may have to be read for it.
        yield from (event.name, event.type.name, event.location)
        yield Fields(record).text("description")
        yield from once(event.agencies, _names_of_agencies)
        for related in (
            event.programs, event.launches, event.stations, event.expeditions, event.astronauts,
        ):  # fmt: skip
            yield from once(related, _names)


def _ids(values: object) -> tuple[int, ...]:
    ids = (child.integer("id") for child in objects(values))
    return tuple(number for number in ids if number is not None)


def _uuids(values: object) -> tuple[str, ...]:
    return tuple(launch.line("id").lower() for launch in objects(values))


def _urls(values: object) -> tuple[str, ...]:
    urls = (video.raw("url") for video in objects(values))
    return tuple(url for url in urls if isinstance(url, str))


def _names_of_agencies(agencies: tuple[Agency, ...]) -> tuple[str, ...]:
    return tuple(f"{agency.name} {agency.abbreviation}" for agency in agencies)


def _names(related: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(member.name for member in related)
