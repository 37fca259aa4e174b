"""``build.py build``: refresh the cache if it is old, then build the site."""

import gc
from dataclasses import replace

from events_archive.commands.archive import cache_lock, load_archive, make_site
from events_archive.commands.options import Options
from events_archive.commands.publish import build_messages, publish
from events_archive.console import Console
from events_archive.output.build import BuildResult
from events_archive.output.manifest import InputSnapshot, save_manifest
from events_archive.settings import Settings
from events_archive.site.site import Site


def run(options: Options, console: Console) -> None:
    """Build the site, and note its inputs if the next run has nothing to do while they stay."""
    settings = options.settings
    with cache_lock(settings):
        # Before anything is read, so that an edit during the build shows in the next run.
        inputs = InputSnapshot.take(list(options.arguments), settings, options.project)
        build_site(settings, console, inputs)


def build_site(settings: Settings, console: Console, inputs: InputSnapshot | None = None) -> Site:
    """Load the archive, publish its site and return it.

    With ``inputs``, the same run is skipped until they change, if it would have nothing to do.
    """
    archive = load_archive(settings, console)
    # All that is loaded lives until the build ends: the collector need not look through it.
    gc.freeze()
    site = make_site(settings, archive)
    result = publish(settings, site, console)
    if result:
        snapshot = None
        if inputs and can_skip_next_run(settings, site, result, console):
            messages = next_run_messages(settings, site, result, console)
            snapshot = inputs.finish(settings, site.history.state, messages)
        manifest = replace(result.manifest, snapshot=snapshot)
        save_manifest(settings.cache, settings.output, manifest)
    return site


def can_skip_next_run(
    settings: Settings, site: Site, result: BuildResult, console: Console
) -> bool:
    """Whether the next run, if nothing changes, has nothing to do and prints the same."""
    if settings.verbose or settings.json or settings.full:
        return False
    if settings.strict and console.warnings:
        return False
    if settings.offline:
        return True
    images = site.catalogue.images_excluding(settings.excluded_licences)
    has_images = not settings.pictures or all(map(result.thumbnails.of, images))
    return has_images and console.warnings == result.audit.warnings


def next_run_messages(settings: Settings, site: Site, result: BuildResult, console: Console) -> str:
    """Return what the next run prints if it has nothing to do."""
    warnings = [f"warning: {warning}" for warning in console.warnings]
    news = "no changes; no file written"
    messages = [] if console.quiet else build_messages(settings, site, result, news)
    return "".join(f"{line}\n" for line in (*warnings, *messages))
