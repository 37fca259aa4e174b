"""``build.py fetch``: refresh the cache and its images, build nothing."""

from events_archive.commands.archive import cache_lock, load_archive
from events_archive.commands.options import Options
from events_archive.console import Console


def run(options: Options, console: Console) -> None:
    """Refresh the cache if it is old."""
    with cache_lock(options.settings):
        load_archive(options.settings, console)
