"""``build.py diff``: list the changes that the archive has recorded."""

from dataclasses import replace

from events_archive.commands.archive import cache_lock, load_archive
from events_archive.commands.options import Options
from events_archive.console import Console
from events_archive.site.changelog import describe_changes
from events_archive.store.history_file import change_to_json


def run(options: Options, console: Console) -> None:
    """Print the changes since a day, or those of the last refresh that found any."""
    settings = replace(options.settings, offline=True)
    with cache_lock(settings):
        archive = load_archive(settings, console)
    changes = archive.history.changes_since(options.command_options["since"])
    names = {event.id: event.name for event in archive.catalogue.all_events}
    console.add_fact("changes", [change_to_json(change) for change in changes])
    console.print_lines(describe_changes(changes, names))
