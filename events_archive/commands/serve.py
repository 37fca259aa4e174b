"""``build.py serve``: show the site in a browser, and rebuild it on every edit."""

import gc
import os
import traceback
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from events_archive.commands import Options
from events_archive.commands.build import build_site
from events_archive.console import Console
from events_archive.errors import ArchiveError, BusyError
from events_archive.load_settings import load_settings
from events_archive.preview.server import PreviewServer
from events_archive.preview.watcher import watch_changes
from events_archive.store.lock import lock_cache


def run(options: Options, console: Console) -> None:
    """Serve the site until Ctrl-C; ``--prefix`` is by default the path of its base URL.

    Raises `UsageError` when the host or the port is not available.
    """
    settings, own = options.settings, options.command_options
    prefix = own["prefix"] or urlsplit(settings.base_url).path or "/"
    server = PreviewServer(
        folder=settings.output, prefix=prefix, host=own["host"], port=own["port"]
    )
    server.start()
    try:
        is_blocked = build(server, lambda: rebuild(options), console)
        console.print(f"Serving {settings.output} at {server.url} (Ctrl-C ends it)")
        for has_changed in watch_changes(settings, options.project, console):
            if has_changed or is_blocked:
                is_blocked = build(server, lambda: rebuild(options), console)
    except KeyboardInterrupt:
        console.print("The preview has ended.")
    finally:
        server.stop()


def build(server: PreviewServer, rebuild: Callable[[], None], console: Console) -> bool:
    """Call ``rebuild``, and have open pages show the new site, or why there is none.

    Return whether another run was in the way, after which it should be called again.
    """
    message = ""
    is_blocked = False
    try:
        rebuild()
    except ArchiveError as error:
        message = str(error)
        is_blocked = isinstance(error, BusyError)
        if message != server.status.error:
            console.warn(message)
    except Exception as error:
        # Probably a mistake in the code that is being edited: the preview goes on.
        message = traceback.format_exc()
        console.warn(f"{type(error).__name__}: {error}", with_traceback=True)
    server.build_ended(message)
    return is_blocked


def rebuild(options: Options) -> None:
    """Build the site from the cache, with the settings of ``pyproject.toml`` as they are now."""
    settings = load_settings(options.project, os.environ, options.given)
    settings = replace(settings, offline=True, dry_run=False)
    # A short wait: `run` tries again.
    with lock_cache(settings.cache, timeout=1.0):
        build_site(settings, Console.from_settings(settings))
    # `build.py` has disabled the collector, and the objects of this build are garbage now.
    gc.collect()
