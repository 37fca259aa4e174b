"""``build.py build``: refresh the cache if it is old, then build the site."""

import gc

from events_archive.commands.archive import cache_lock, load_archive, make_site
from events_archive.commands.options import Options
from events_archive.commands.publish import build_messages, publish
from events_archive.console import Console
from events_archive.output.build import BuildResult
from events_archive.output.input_snapshot import InputSnapshot
from events_archive.settings import Settings
from events_archive.site.site import Site


def run(options: Options, console: Console) -> None:
    """Build the site, and note its inputs if the next run has nothing to do while they stay."""
    settings = options.settings
    with cache_lock(settings):
        # Before anything is read, so that an edit during the build shows in the next run.
        inputs = InputSnapshot.take(settings, options.project)
        site, result = build_site(settings, console)
        if result and can_skip_next_run(settings, site, result, console):
            inputs.save(
                list(options.arguments),
                settings,
                site.history.state,
                project=options.project,
                output=result.output.file_stats,
                said=next_run_messages(settings, site, result, console),
            )


def build_site(settings: Settings, console: Console) -> tuple[Site, BuildResult | None]:
    """Load the archive and publish its site; the result of a dry run is None."""
    archive = load_archive(settings, console)
    # All that is loaded lives until the build ends: the collector need not look through it.
    gc.freeze()
    site = make_site(settings, archive)
    return site, publish(settings, site, console)


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
    return has_images and console.warnings == result.proof.warnings


def next_run_messages(settings: Settings, site: Site, result: BuildResult, console: Console) -> str:
    """Return what the next run prints if it has nothing to do."""
    warnings = [f"warning: {warning}" for warning in console.warnings]
    news = "no changes; no file written"
    messages = [] if console.quiet else build_messages(settings, site, result, news)
    return "".join(f"{line}\n" for line in (*warnings, *messages))
