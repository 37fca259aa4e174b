"""Changes of events: the entries of the history, and how two states of an event are compared."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, to_builtins

from events_archive.model.event import Event, EventId
from events_archive.model.event_date import EventDate
from events_archive.model.slips import describe_move
from events_archive.model.timestamps import AwareDatetime, parse_utc

CHANGE_TYPES = ("added", "moved", "renamed", "changed", "withdrawn", "returned")
"""What can happen to an event; ``moved`` is a change of its date."""

_FIELDS = {
    "agencies": "The agencies",
    "astronauts": "The crew",
    "credit": "The credit of the picture",
    "description": "The description",
    "expeditions": "The expeditions",
    "image": "The picture",
    "launches": "The launches",
    "licence": "The licence of the picture",
    "links": "The links",
    "location": "The place",
    "programs": "The programmes",
    "slug": "The address",
    "stations": "The stations",
    "stream_length": "The length of the webcast",
    "type": "The type",
    "updates": "The notes",
    "videos": "The webcasts",
}
"""The subject of a sentence about a change, by field."""

RELATIONS = ("agencies", "programs", "launches", "stations", "expeditions", "astronauts")
"""The fields that only "detailed" records have."""

PARTS_OF_IMAGE = ("credit", "licence")
"""The fields that are not compared if there is another image."""

_QUOTED = ("credit", "licence", "location", "type")
"""The fields whose values fit into a sentence."""

Differences = Iterator[tuple[str, str, Any, Any]]
"""Change type, field, old value, new value."""


class Change(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"event_id": "id", "change_type": "kind", "is_live": "live"},
):
    """One change of an event: one line of ``history.jsonl``."""

    observed: AwareDatetime
    event_id: EventId
    change_type: Annotated[str, Meta(pattern=f"^({'|'.join(CHANGE_TYPES)})\\Z")]
    """One of `CHANGE_TYPES`."""
    field: str = ""
    """The attribute that differs (a date is called ``moment``); "" if the whole event came or
    went."""
    old: Any = None
    """A JSON value: a string, a list of strings, or ``{"date": ..., "precision": ...}``. None if
    there was no value."""
    new: Any = None
    is_live: bool = False
    """Whether the event changed shortly before `observed`; False if it can be a long time ago."""

    @property
    def old_date(self) -> EventDate:
        """The previous date of a moved event."""
        return _event_date_from_json(self.old)

    @property
    def new_date(self) -> EventDate:
        """The new date of a moved event."""
        return _event_date_from_json(self.new)

    @property
    def move(self) -> tuple[str, str]:
        """How the date of a moved event changed, see `describe_move`."""
        return describe_move(self.old_date, self.new_date)

    @property
    def text(self) -> str:
        """The change in one sentence."""
        match self.change_type:
            case "added":
                return "First seen by this archive."
            case "moved":
                return f"{' '.join(self.move)}."
            case "renamed":
                return f"Renamed from “{self.old}” to “{self.new}”."
            case "withdrawn":
                return "No longer listed by the source."
            case "returned":
                return "Listed by the source again."
        return _difference_in_words(self.field, self.old, self.new)

    @property
    def is_published(self) -> bool:
        """Whether pages and feeds list it; a slug is no statement about an event."""
        return self.field != "slug"


def _difference_in_words(field: str, old: Any, new: Any) -> str:
    if field == "updates" and isinstance(old, list) and isinstance(new, list):
        removed = sum(note not in new for note in old)
        added = sum(note not in old for note in new)
        if bool(removed) == bool(added):
            return "The notes changed."
        number = "A note was" if removed + added == 1 else f"{removed + added} notes were"
        return f"{number} {'removed' if removed else 'added'}."
    has_values = field in _QUOTED and isinstance(old, str) and isinstance(new, str)
    values = f" from “{old}” to “{new}”" if has_values and old and new else ""
    return f"{_FIELDS.get(field, field.capitalize())} changed{values}."


def count_changes(changes: Iterable[Change]) -> dict[str, int]:
    """Return the number of events by the word of a commit message ("new", "moved", ...).

    There are no zeros. An event that moved twice counts once.
    """
    seen = {(change.change_type, change.event_id) for change in changes}
    totals = {name: sum(name == other for other, _ in seen) for name in CHANGE_TYPES}
    return {"new" if name == "added" else name: n for name, n in totals.items() if n}


def summarize(changes: Iterable[Change]) -> str:
    """Return ``2 new, 3 moved, 1 withdrawn``, or ``no changes``."""
    counts = count_changes(changes)
    return ", ".join(f"{n} {label}" for label, n in counts.items()) or "no changes"


def diff_events(old: Event, new: Event, *, relations: bool) -> Differences:
    """Yield what differs between two states of an event: change type, field, old, new.

    Everything that is shown of an event is compared, and its slug. ``relations`` says whether
    agencies, programmes etc. are compared; it must be False if one of the two records was fetched
    in a mode that leaves them out.
    """
    before, after = shown_values(old), shown_values(new)
    if before["moment"] != after["moment"]:
        yield ("moved", "moment", _event_date_to_json(old.date), _event_date_to_json(new.date))
    if old.name != new.name:
        yield ("renamed", "name", old.name, new.name)
    if old.slug != new.slug:
        # LL2 derives it from the name. It also changes when another event takes or frees it.
        yield ("renamed" if old.name != new.name else "changed", "slug", old.slug, new.slug)
    yield from _other_differences(before, after)
    if relations:
        yield from _other_differences(_shown_relations(old), _shown_relations(new))


def _other_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differences:
    is_same_image = before.get("image") == after.get("image")
    for name, old in before.items():
        new = after[name]
        is_part = name in PARTS_OF_IMAGE and not is_same_image
        if old != new and not is_part and name not in ("moment", "name"):
            yield ("changed", name, *_recorded(name, old, new))


def _recorded(name: str, old: Any, new: Any) -> tuple[Any, Any]:
    """Return two different values as the history has them: what identifies parts, if that differs.

    Values of two changes are equal only if the states are, see `store.history_file`.
    """
    if not isinstance(old, list):
        return old, new
    short_old, short_new = [part[0] for part in old], [part[0] for part in new]
    if short_old != short_new:
        old, new = short_old, short_new
    if name in ("image", "licence"):
        return (old[0] if old else None), (new[0] if new else None)
    return old, new


_SHOWN: Mapping[str, Callable[[Event], Any]] = {
    "name": lambda event: event.name,
    "moment": lambda event: _shown_date(event.date),
    "type": lambda event: event.type.name,
    "description": lambda event: event.description,
    "location": lambda event: event.location,
    "image": lambda event: [[event.image.key, event.image.caption]] if event.image else [],
    "credit": lambda event: event.image.credit if event.image else "",
    "licence": lambda event: (
        [[event.image.licence.name, event.image.licence.url]]
        if event.image and event.image.licence
        else []
    ),
    "links": lambda event: [[link.url, link.title, link.description] for link in event.links],
    "videos": lambda event: [
        [video.url, video.title, video.publisher, video.type] for video in event.videos
    ],
    "updates": lambda event: [
        [to_builtins(note.created), note.comment, note.url, note.author] for note in event.updates
    ],
    "stream_length": lambda event: to_builtins(event.stream_length),
}
"""What is shown of an event, as JSON values; of a part of it, what identifies it comes first."""

RECIPE = "1"
"""The version of how `shown_digest` is made. It has to be another one when the code gives other
values for equal records, so that no event counts as changed because of that."""


def shown_values(event: Event) -> dict[str, Any]:
    """Return what is shown of an event but for its relations, by field.

    Timestamps, the state of a stream and the host of an image are not shown.
    """
    return {name: value(event) for name, value in _SHOWN.items()}


def shown_digest(event: Event) -> str:
    """Return a digest of what is shown of an event but for its relations, and of `RECIPE`."""
    values = list(shown_values(event).values())
    try:
        data = msgspec.json.encode(values)
    except UnicodeEncodeError:
        # Half of a surrogate pair, which UTF-8 has no form for.
        data = json.dumps(values).encode()
    return f"{RECIPE}:{blake2b(data, digest_size=8).hexdigest()}"


def _shown_relations(event: Event) -> dict[str, Any]:
    return {
        "agencies": [[one.name, one.abbreviation, one.type] for one in event.agencies],
        "programs": [[one.name] for one in event.programs],
        "launches": [[one.name, one.date.display, one.status] for one in event.launches],
        "stations": [
            [one.name, one.orbit, to_builtins(one.founded), to_builtins(one.deorbited)]
            for one in event.stations
        ],
        "expeditions": [
            [one.name, one.station, to_builtins(one.start), to_builtins(one.end)]
            for one in event.expeditions
        ],
        "astronauts": [[one.name, one.agency] for one in event.astronauts],
    }


def _shown_date(value: EventDate) -> Any:
    """Return a date as readers and calendars see it: a month has no day."""
    return [value.display, value.has_time, to_builtins(value.interval)]


def _event_date_to_json(value: EventDate) -> dict[str, Any]:
    return {
        "date": value.utc.isoformat().replace("+00:00", "Z") if value.utc else None,
        "precision": value.precision_id,
    }


def _event_date_from_json(value: Any) -> EventDate:
    """Return the date that a line of the history holds, an unknown one for any other value."""
    value = value if isinstance(value, dict) else {}
    precision = value.get("precision")
    return EventDate(
        utc=parse_utc(value.get("date")),
        precision_id=precision if isinstance(precision, int) else None,
    )
