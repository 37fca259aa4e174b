"""What changed, in sentences: on the pages of events and in ``build.py diff``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from events_archive.model.changes import Change, summarize

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

_WITH_VALUES = ("location", "type")
"""The fields whose old and new values are short enough for a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangelogEntry:
    """A change of an event, as its page shows it."""

    observed: datetime
    text: str
    is_live: bool
    """False for a change that may have happened any time before."""


def changelog(changes: Sequence[Change]) -> tuple[ChangelogEntry, ...]:
    """Return the history of an event, oldest first; empty if it was only added."""
    shown = [change for change in changes if change.field != "slug"]
    if all(change.change_type == "added" for change in shown):
        return ()
    return tuple(
        ChangelogEntry(
            observed=change.observed, text=describe_change(change), is_live=change.is_live
        )
        for change in shown
    )


def describe_change(change: Change) -> str:
    """Return the change in one sentence."""
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
            return _describe_field(change)


def _describe_field(change: Change) -> str:
    field = _FIELDS.get(change.field, change.field.capitalize())
    if change.field in _WITH_VALUES and change.old and change.new:
        return f"{field} changed from “{change.old}” to “{change.new}”."
    return f"{field} changed."


def describe_changes(changes: tuple[Change, ...], names: Mapping[int, str]) -> Iterator[str]:
    """Yield lines for a terminal: a summary of each refresh, then one line for each change.

    ``names`` has the names of events by id.
    """
    if not changes:
        yield "Nothing has changed."
    for observed, group in groupby(changes, key=lambda change: change.observed):
        seen = tuple(group)
        yield f"{observed:%Y-%m-%d %H:%M} UTC: {summarize(seen)}"
        for change in seen:
            name = names.get(change.event_id, "an event that cannot be read at present")
            yield f"  {change.change_type:<9} {name} [{change.event_id}]: {describe_change(change)}"
