"""``build.py serve``: build, show, and build again whenever something changes."""

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

    ``rebuild`` makes the site anew with the settings as they then are; what it raises is shown in
    the open pages. Without a ``prefix`` the site hangs where its base URL says it will be.

    Raises `UsageError` where the port is taken.
    """
    bulletin = StatusBroadcaster()
    place = prefix or urlsplit(settings.base_url).path or "/"
    server = PreviewServer(folder=settings.output, prefix=place, port=port, bulletin=bulletin)
    server.start()
    try:
        build(bulletin, rebuild, console)
        console.print(f"Serving {settings.output} at {server.address} (Ctrl-C ends it)")
        for _ in watch_changes(settings, project, stopped=lambda: bulletin.is_closed):
            build(bulletin, rebuild, console)
    except KeyboardInterrupt:
        console.print("The preview has ended.")
    finally:
        server.stop()


def build(bulletin: StatusBroadcaster, rebuild: Callable[[], None], console: Console) -> None:
    """Build once, whatever happens, and tell the open pages."""
    try:
        rebuild()
    except ArchiveError as error:
        console.warn(str(error))
        bulletin.build_failed(str(error))
    except Exception:
        # A fault of the code under work: the maintainer is there to see it, and goes on editing.
        console.warn(traceback.format_exc())
        bulletin.build_failed(traceback.format_exc())
    else:
        bulletin.build_succeeded()
