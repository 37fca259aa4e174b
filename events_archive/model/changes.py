"""Changes of events: the entries of the history, and how two states of an event are compared."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

from events_archive.model.event import Event
from events_archive.model.event_date import EventDate
from events_archive.model.timestamps import AwareDatetime, parse_utc

CHANGE_TYPES = ("added", "moved", "renamed", "changed", "withdrawn", "returned")
"""What can happen to an event; ``moved`` is a change of its date."""

_FIELDS = {
    "agencies": "The agencies",
    "astronauts": "The crew",
    "description": "The description",
    "expeditions": "The expeditions",
    "image": "The picture",
    "launches": "The launches",
    "links": "The links",
    "location": "The place",
    "programs": "The programmes",
    "slug": "The address",
    "stations": "The stations",
    "type": "The type",
    "videos": "The webcasts",
}
"""The subject of a sentence about a change, by field."""

_RELATIONS = ("agencies", "programs", "launches", "stations", "expeditions", "astronauts")


class Change(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"event_id": "id", "change_type": "kind", "is_live": "live"},
):
    """One change of an event: one line of ``history.jsonl``."""

    observed: AwareDatetime
    event_id: int
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
    def text(self) -> str:
        """The change in one sentence."""
        match self.change_type:
            case "added":
                return "First seen by this archive."
            case "moved":
                return f"Moved from {self.old_date.display} to {self.new_date.display}."
            case "renamed":
                return f"Renamed from “{self.old}” to “{self.new}”."
            case "withdrawn":
                return "No longer listed by the source."
            case "returned":
                return "Listed by the source again."
        field = _FIELDS.get(self.field, self.field.capitalize())
        # The values of other fields do not fit into a sentence.
        has_values = self.field in ("location", "type") and self.old and self.new
        values = f" from “{self.old}” to “{self.new}”" if has_values else ""
        return f"{field} changed{values}."


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


def diff_events(old: Event, new: Event, *, relations: bool) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield what differs between two states of an event: change type, field, old, new.

    Timestamps, the state of a stream, the host of an image and updates (which have dates of their
    own) are not compared. ``relations`` says whether agencies, programmes etc. are compared; it
    must be False if one of the two records was fetched in a mode that leaves them out.
    """
    if old.date != new.date:
        yield ("moved", "moment", _event_date_to_json(old.date), _event_date_to_json(new.date))
    if old.name != new.name:
        yield ("renamed", "name", old.name, new.name)
    if old.slug != new.slug:
        # LL2 derives it from the name. It also changes when another event takes or frees it.
        yield ("renamed" if old.name != new.name else "changed", "slug", old.slug, new.slug)
    old_values, new_values = _compared(old, relations), _compared(new, relations)
    for name, value in old_values.items():
        if value != new_values[name]:
            yield ("changed", name, value, new_values[name])


def _compared(event: Event, relations: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        "type": event.type.name,
        "description": event.description,
        "location": event.location,
        "image": event.image.key if event.image else None,
        "links": [link.url for link in event.links],
        "videos": [video.url for video in event.videos],
    }
    if relations:
        values |= {name: [member.name for member in getattr(event, name)] for name in _RELATIONS}
    return values


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
