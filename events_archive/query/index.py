"""From records and events to the index that queries are evaluated against.

Queries compare values as LL2 sent them, so that this module, like the parser, knows LL2's names of
fields.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from events_archive.ll2.json_fields import objects
from events_archive.model.event import Event
from events_archive.query.rows import ApiRecord, QueryIndex, QueryRow
from events_archive.store.canonical_json import decode, split_members
from events_archive.store.records import RecordLine, Records


def build_query_index(
    records: Records, events: Iterable[Event], withdrawn: Iterable[int]
) -> QueryIndex:
    """Return the index of ``events``; those with an id in ``withdrawn`` have no row."""
    events = sorted(events, key=lambda event: event.id)
    excluded, reader = frozenset(withdrawn), _RowReader()
    return QueryIndex(
        rows=tuple(
            reader.row(event, records.lines[event.id])
            for event in events
            if event.id not in excluded
        ),
        api_records={
            event.id: ApiRecord(data=records.lines[event.id].data, source_url=event.source_url)
            for event in events
        },
    )


class _RowReader:
    """Makes rows; what many records share is decoded once."""

    def __init__(self) -> None:
        self._read: dict[tuple[bytes, Callable[[object], tuple[Any, ...]]], tuple[Any, ...]] = {}

    def row(self, event: Event, line: RecordLine) -> QueryRow:
        members = split_members(line.data)

        def shared(name: str, read: Callable[[object], tuple[Any, ...]]) -> tuple[Any, ...]:
            key = (members.get(name, b"null"), read)
            if key not in self._read:
                self._read[key] = read(decode(key[0]))
            return self._read[key]

        return QueryRow(
            id=event.id,
            name=event.name,
            slug=event.slug,
            date=event.date.utc,
            last_updated=event.last_updated,
            type=event.type.id,
            place=event.location,
            agencies=shared("agencies", _ids),
            programs=shared("program", _ids),
            expeditions=shared("expeditions", _ids),
            stations=shared("spacestations", _ids),
            launches=shared("launches", _uuids),
            videos=_urls(decode(members.get("vid_urls", b"null"))),
            text="\n".join(_texts(event)),
        )


def _texts(event: Event) -> Iterator[str]:
    """Yield every text that is searched, each on lines of its own."""
    yield from (event.name, event.type.name, event.location, event.description)
    yield from (f"{agency.name} {agency.abbreviation}" for agency in event.agencies)
    for related in (
        event.programs, event.launches, event.stations, event.expeditions, event.astronauts,
    ):  # fmt: skip
        yield from (member.name for member in related)


def _ids(values: object) -> tuple[int, ...]:
    ids = (child.integer("id") for child in objects(values))
    return tuple(number for number in ids if number is not None)


def _uuids(values: object) -> tuple[str, ...]:
    return tuple(launch.single_line("id").lower() for launch in objects(values))


def _urls(values: object) -> tuple[str, ...]:
    urls = (video.raw("url") for video in objects(values))
    return tuple(url for url in urls if isinstance(url, str))
