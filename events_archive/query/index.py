"""Makes the index that queries are evaluated against.

Filters compare values as LL2 sent them, so this module knows the names of LL2's fields.
"""

from collections.abc import Iterable, Iterator

from events_archive.ll2.json_fields import JsonFields
from events_archive.model.event import Event
from events_archive.query.rows import ApiRecord, QueryIndex, QueryRow
from events_archive.store.records import RecordLine, Records


def build_query_index(
    records: Records, events: Iterable[Event], withdrawn: Iterable[int]
) -> QueryIndex:
    """Return the index of ``events``; those with an id in ``withdrawn`` have no row."""
    events = sorted(events, key=lambda event: event.id)
    excluded = frozenset(withdrawn)
    return QueryIndex(
        rows=tuple(
            _row(event, records.lines[event.id]) for event in events if event.id not in excluded
        ),
        api_records={
            event.id: ApiRecord(data=records.lines[event.id].data, source_url=event.source_url)
            for event in events
        },
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
        text="\n".join(_texts(event)),
    )


def _ids(record: JsonFields, field: str) -> tuple[int, ...]:
    ids = (child.integer("id") for child in record.children(field))
    return tuple(number for number in ids if number is not None)


def _texts(event: Event) -> Iterator[str]:
    """Yield every text that the parameter ``q`` searches."""
    yield from (event.name, event.type.name, event.location, event.description)
    yield from (f"{agency.name} {agency.abbreviation}" for agency in event.agencies)
    for related in (
        event.programs, event.launches, event.stations, event.expeditions, event.astronauts,
    ):  # fmt: skip
        yield from (member.name for member in related)
