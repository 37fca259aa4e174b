"""``build.py check``: look for errors in the built site before it is published."""

from contextlib import nullcontext
from datetime import UTC, datetime

from events_archive.check.run import check
from events_archive.commands.options import Options
from events_archive.console import Console
from events_archive.output.writer import site_files
from events_archive.store.lock import locked


def run(options: Options, console: Console) -> None:
    """Report everything that is wrong with the site; with ``--external``, dead links too."""
    settings, external = options.settings, options.command_options["external"]
    files = site_files(settings.output)
    with locked(settings.cache) if external else nullcontext():
        check(settings, console, files=files, now=datetime.now(UTC), external=external)
