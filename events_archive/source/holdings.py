"""From the records of the cache to what can be asked of them and told of them.

The second place that knows LL2's field names: questions are asked, and answers given, in LL2's own
words, and of the values as LL2 sent them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from events_archive.model.event import Event
from events_archive.model.questions.entries import Entry, Holdings, Telling
from events_archive.source import strict_json
from events_archive.source.cache import Line, Records
from events_archive.source.fields import Fields
from events_archive.source.parsing import Record

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


def hold(records: Records, events: Iterable[Event], withdrawn: Iterable[int]) -> Holdings:
    """What the archive holds of ``events``; those with an id in ``withdrawn`` are in no answer."""
    events = sorted(events, key=lambda event: event.id)
    gone = set(withdrawn)
    return _Held(
        tellings=_Tellings({event.id: (records.lines[event.id], event) for event in events}),
        make=lambda: tuple(
            entry_of(records.by_id[event.id], event) for event in events if event.id not in gone
        ),
    )


class _Held(Holdings):
    """Holdings of which the entries are made when somebody asks: that takes every record."""

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


class _Tellings(Mapping[int, Telling]):
    """What is told of each event: put together when somebody wants to hear it."""

    def __init__(self, known: dict[int, tuple[Line, Event] | Telling]) -> None:
        self._known = known

    def __getitem__(self, event_id: int) -> Telling:
        known = self._known[event_id]
        if not isinstance(known, Telling):
            known = self._known[event_id] = telling_of(*known)
        return known

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


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


def telling_of(line: Line, event: Event) -> Telling:
    """The record as JSON, in its own words, divided by the level of detail that tells it."""
    levels: dict[str, list[str]] = {"listed": [], "normal": [], "detailed": []}
    text = line.data.decode()
    for name, (start, end) in strict_json.spans(text)[1].items():
        if level := _LEVELS.get(name, "listed"):
            levels[level].append(text[start:end])
    return Telling(
        source_url=event.source_url,
        listed=",".join(levels["listed"]).encode(),
        normal=",".join(levels["normal"]).encode(),
        detailed=",".join(levels["detailed"]).encode(),
    )


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
