"""From the records of the cache to what can be asked of them and told of them.

The second place that knows LL2's field names: questions are asked, and answers given, in LL2's own
words, and of the values as LL2 sent them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from events_archive.model.event import Event
from events_archive.model.questions.entries import Entry, Holdings, Telling
from events_archive.source import strict_json
from events_archive.source.fields import Fields
from events_archive.source.parsing import Record

DETAILED_ONLY = (
    "agencies", "launches", "expeditions", "spacestations", "program", "astronauts",
)  # fmt: skip
"""What only the detailed mode tells."""

NOT_LISTED = ("updates", "last_updated")
"""What the list mode does not tell."""

_DEPENDS_ON_WHO_ANSWERS = ("url", "response_mode")


def hold(
    records: Mapping[int, Record], events: Iterable[Event], withdrawn: Iterable[int]
) -> Holdings:
    """What the archive holds of ``events``; those with an id in ``withdrawn`` are in no answer."""
    events = sorted(events, key=lambda event: event.id)
    gone = set(withdrawn)
    return Holdings(
        entries=tuple(
            entry_of(records[event.id], event) for event in events if event.id not in gone
        ),
        tellings={event.id: telling_of(records[event.id], event) for event in events},
    )


def entry_of(record: Record, event: Event) -> Entry:
    """What can be asked of the event, from its record."""
    fields = Fields(record)
    return Entry(
        id=event.id,
        name=event.name,
        slug=event.slug,
        date=event.moment.date,
        last_updated=event.last_updated,
        type=event.type.id,
        place=event.location,
        agencies=tuple(_ids(fields, "agencies")),
        programs=tuple(_ids(fields, "program")),
        expeditions=tuple(_ids(fields, "expeditions")),
        stations=tuple(_ids(fields, "spacestations")),
        launches=tuple(launch.line("id").lower() for launch in fields.children("launches")),
        videos=tuple(_urls(fields)),
        text="\n".join(_texts(event)),
    )


def telling_of(record: Record, event: Event) -> Telling:
    """The record as JSON, divided by the level of detail that tells it."""
    listed: dict[str, Any] = {}
    normal: dict[str, Any] = {}
    detailed: dict[str, Any] = {}
    for name, value in record.items():
        if name in _DEPENDS_ON_WHO_ANSWERS:
            continue
        level = detailed if name in DETAILED_ONLY else normal if name in NOT_LISTED else listed
        level[name] = value
    return Telling(
        source_url=event.source_url,
        listed=_members(listed),
        normal=_members(normal),
        detailed=_members(detailed),
    )


def _members(values: dict[str, Any]) -> str:
    """A JSON object's members, without the braces around them."""
    return strict_json.encode(values).decode()[1:-1]


def _ids(fields: Fields, relation: str) -> Iterator[int]:
    ids = (child.integer("id") for child in fields.children(relation))
    return (number for number in ids if number is not None)


def _urls(fields: Fields) -> Iterator[str]:
    urls = (video.raw("url") for video in fields.children("vid_urls"))
    return (url for url in urls if isinstance(url, str))


def _texts(event: Event) -> Iterator[str]:
    """Every text in which words are looked for, each on lines of its own."""
    yield from (event.name, event.type.name, event.location, event.description)
    for agency in event.agencies:
        yield f"{agency.name} {agency.abbreviation}"
    for related in (
        event.programs, event.launches, event.stations, event.expeditions, event.astronauts,
    ):  # fmt: skip
        yield from (member.name for member in related)
