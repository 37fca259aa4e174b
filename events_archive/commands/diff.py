"""``build.py diff``: list the changes that the archive has recorded."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from msgspec import to_builtins

from events_archive.commands import Options
from events_archive.commands.fetch import read_site
from events_archive.console import Console
from events_archive.model.changes import Change, summarize


def run(options: Options, console: Console) -> None:
    """Print the changes since a day, or those of the last refresh that found any."""
    site = read_site(options.settings, console)
    changes = site.history.changes_since(options.command_options["since"])
    names = {event.id: event.name for event in site.catalogue.all_events}
    console.facts["changes"] = to_builtins(changes)
    console.print_lines(describe_changes(changes, names))


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
            if change.change_type == "renamed" and not change.is_published:
                continue  # the line about the name says it
            name = names.get(change.event_id, "an event that cannot be read at present")
            yield f"  {change.change_type:<9} {name} [{change.event_id}]: {change.text}"
