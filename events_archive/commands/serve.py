"""``build.py serve``: show the site in a browser, and rebuild it on every edit."""

import gc
import os
from dataclasses import replace

from events_archive.commands.build import build_site
from events_archive.commands.options import Options
from events_archive.console import Console
from events_archive.preview.serve import serve
from events_archive.settings import load_settings
from events_archive.store.lock import locked


def run(options: Options, console: Console) -> None:
    """Serve the site until Ctrl-C. Each rebuild reads ``pyproject.toml`` again."""

    def rebuild() -> None:
        settings = load_settings(options.project, os.environ, options.given)
        settings = replace(settings, offline=True, dry_run=False)
        with locked(settings.cache):
            build_site(settings, Console.from_settings(settings))
        # `build_site` froze the objects of this build, which are garbage now.
        gc.unfreeze()
        gc.collect()

    serve(
        options.settings,
        console,
        project=options.project,
        rebuild=rebuild,
        **options.command_options,
    )
