"""The loop of ``build.py serve``: build, serve, and build again on every change."""

import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.preview.server import PreviewServer
from events_archive.preview.status import StatusBroadcaster
from events_archive.preview.watcher import watch_changes
from events_archive.settings import Settings


def serve(
    settings: Settings,
    console: Console,
    *,
    project: Path,
    port: int,
    prefix: str | None,
    rebuild: Callable[[], None],
) -> None:
    """Serve the site until Ctrl-C.

    ``rebuild`` builds the site with the settings as they are at that time. What it raises is shown
    in the open pages. ``prefix`` is the path of the site's root; None means that of its base URL.

    Raises `UsageError` when the port is not available.
    """
    broadcaster = StatusBroadcaster()
    prefix = prefix or urlsplit(settings.base_url).path or "/"
    server = PreviewServer(
        folder=settings.output, prefix=prefix, port=port, broadcaster=broadcaster
    )
    server.start()
    try:
        build(broadcaster, rebuild, console)
        console.print(f"Serving {settings.output} at {server.url} (Ctrl-C ends it)")
        for _ in watch_changes(settings, project, stopped=lambda: broadcaster.is_closed):
            build(broadcaster, rebuild, console)
    except KeyboardInterrupt:
        console.print("The preview has ended.")
    finally:
        server.stop()


def build(broadcaster: StatusBroadcaster, rebuild: Callable[[], None], console: Console) -> None:
    """Call ``rebuild``, and broadcast whether it succeeded or what it raised."""
    try:
        rebuild()
    except ArchiveError as error:
        console.warn(str(error))
        broadcaster.build_failed(str(error))
    except Exception:
        # Probably a mistake in the code that is being edited: the preview goes on.
        console.warn(traceback.format_exc())
        broadcaster.build_failed(traceback.format_exc())
    else:
        broadcaster.build_succeeded()
