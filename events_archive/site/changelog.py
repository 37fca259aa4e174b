"""What happened to an event, in sentences for people: pages and ``build.py diff`` tell it alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from events_archive.model.changes import Change, ChangeSummary

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
class ChangelogEntry:
    """One line of an event's history."""

    observed: datetime
    text: str
    is_live: bool
    """False for what was noticed only later: it may have happened any time before."""


def changelog(changes: Sequence[Change]) -> tuple[ChangelogEntry, ...]:
    """Return an event's history, oldest first; empty if it was only ever added."""
    told = [change for change in changes if change.field != "slug"]
    if all(change.change_type == "added" for change in told):
        return ()
    return tuple(
        ChangelogEntry(
            observed=change.observed,
            text=describe_change(change),
            is_live=change.is_live,
        )
        for change in told
    )


def describe_change(change: Change) -> str:
    """What a change was, in one sentence."""
    match change.change_type:
        case "added":
            return "First seen by this archive."
        case "moved":
            return f"Moved from {change.old_date.display} to {change.new_date.display}."
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


def describe_changes(changes: tuple[Change, ...], names: Mapping[int, str]) -> Iterator[str]:
    """The changes for a terminal: for each look at the source their number, then one a line."""
    if not changes:
        yield "Nothing has changed."
    for observed, group in groupby(changes, key=lambda change: change.observed):
        seen = tuple(group)
        yield f"{observed:%Y-%m-%d %H:%M} UTC: {ChangeSummary.from_changes(seen).text}"
        for change in seen:
            name = names.get(change.event_id, "an event that cannot be read at present")
            yield f"  {change.change_type:<9} {name} [{change.event_id}]: {describe_change(change)}"
