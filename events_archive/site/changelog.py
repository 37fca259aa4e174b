"""What happened to an event, in sentences for people: pages and ``build.py diff`` tell it alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from events_archive.model.archive_state import Change, Remembered, Summary

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
_TOLD_IN_FULL = ("location", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of an event's history."""

    observed: datetime
    sentence: str
    is_live: bool
    """False for what was noticed only later: it may have happened any time before."""


def happenings(remembered: Remembered) -> tuple[Happening, ...]:
    """The event's history, oldest first; nothing for one of which only the beginning is known."""
    told = [change for change in remembered.changes if change.field != "slug"]
    if all(change.kind == "added" for change in told):
        return ()
    return tuple(
        Happening(
            observed=change.observed,
            sentence=sentence(change),
            is_live=change.live,
        )
        for change in told
    )


def sentence(change: Change) -> str:
    """What a change was, in one sentence."""
    match change.kind:
        case "added":
            return "First seen by this archive."
        case "moved":
            return f"Moved from {change.old_moment.words} to {change.new_moment.words}."
        case "renamed":
            return f"Renamed from “{change.old}” to “{change.new}”."
        case "withdrawn":
            return "No longer listed by the source."
        case "returned":
            return "Listed by the source again."
        case _:
            return _field_sentence(change)


def _field_sentence(change: Change) -> str:
    field = _FIELDS.get(change.field, change.field.capitalize())
    if change.field in _TOLD_IN_FULL and change.old and change.new:
        return f"{field} changed from “{change.old}” to “{change.new}”."
    return f"{field} changed."


def told(changes: tuple[Change, ...], names: Mapping[int, str]) -> Iterator[str]:
    """The changes for a terminal: for each look at the source their number, then one a line."""
    if not changes:
        yield "Nothing has changed."
    for observed, group in groupby(changes, key=lambda change: change.observed):
        seen = tuple(group)
        yield f"{observed:%Y-%m-%d %H:%M} UTC: {Summary.of(seen).words}"
        for change in seen:
            name = names.get(change.event_id, "an event that cannot be read at present")
            yield f"  {change.kind:<9} {name} [{change.event_id}]: {sentence(change)}"
