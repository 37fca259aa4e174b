"""``build.py build``: refresh the cache if it is old, then build the site.

The site is planned, rendered and audited, and only then written.
"""

from collections.abc import Iterator

from events_archive.commands import Options
from events_archive.commands.fetch import cache_lock, load_site
from events_archive.console import Console
from events_archive.output.folder import lock_output
from events_archive.output.former_files import stage_former_files
from events_archive.output.manifest import BuildManifest, InputSnapshot, save_manifest
from events_archive.output.stage import StagedSite, stage_site
from events_archive.output.write_summary import WriteSummary
from events_archive.pages.feed_pages import feed_dates
from events_archive.pages.plan import plan_site
from events_archive.pages.redirects import is_permanent_list
from events_archive.settings import Settings
from events_archive.site.site import Site
from events_archive.store.publications_file import PUBLICATIONS_FILE, save_publications
from events_archive.store.published_ids_file import PUBLISHED_IDS_FILE, save_published_ids
from events_archive.store.state_files import persist_published_lists


def run(options: Options, console: Console) -> None:
    """Build the site, and note its inputs if the next run has nothing to do while they stay."""
    settings = options.settings
    with cache_lock(settings):
        # Before anything is read, so that an edit during the build shows in the next run.
        inputs = InputSnapshot.take(list(options.arguments), settings, options.project)
        build_site(settings, console, inputs)


def build_site(settings: Settings, console: Console, inputs: InputSnapshot | None = None) -> Site:
    """Load the archive, publish its site and return it; in a dry run only list its paths.

    With ``inputs``, the same run is skipped until they change, if it would have nothing to do.
    """
    site = load_site(settings, console)
    if settings.dry_run:
        console.print_lines(sorted(page.path for page in plan_site(site)))
    else:
        with lock_output(settings.output):
            site = publish(site, console, inputs)
    return site


def publish(site: Site, console: Console, inputs: InputSnapshot | None) -> Site:
    """Write the site into the output folder, which is locked, and the manifest into the cache.

    Nothing in the output folder changes before every page is rendered and the ids in feeds and
    calendars are known to be those that were published before. Returns the site without the events
    whose pages cannot be made.

    Raises ArchiveError where a page cannot be rendered or written, or where ids have changed.
    """
    staged = stage_site(site, console)
    for warning in staged.audit.warnings:
        console.warn(warning)
    with console.timed("write"):
        written = write_site(staged)
    report_build(staged, written, console)
    site, settings = staged.site, staged.site.settings
    snapshot = None
    if inputs and can_skip_next_run(staged, console):
        messages = next_run_messages(staged, written, console)
        snapshot = inputs.finish(settings, site.history.state, site.articles_refreshed, messages)
    manifest = BuildManifest(
        site_fingerprint=staged.fingerprint,
        id_patterns=staged.audit.all_patterns,
        size_warnings=staged.audit.size_warnings,
        files=staged.output.entries,
        snapshot=snapshot,
    )
    save_manifest(settings.cache, settings.output, manifest)
    return site


def write_site(staged: StagedSite) -> WriteSummary:
    """Save in the cache what is now published, and move the staged files into place.

    Raises ArchiveError where that is impossible, or where ids have changed.
    """
    site, cache = staged.site, staged.site.settings.cache
    ids = staged.audit.verify(allow_change=site.settings.allow_id_change)
    # Before the ids: ids without publications are those of an earlier version.
    publications = site.publications.all(site.catalogue.all_events)
    save_publications(cache / PUBLICATIONS_FILE, publications)
    save_published_ids(cache / PUBLISHED_IDS_FILE, ids)
    lists = (page.path for page in staged.pages if is_permanent_list(page))
    persist_published_lists(cache, site.history.state, lists, feed_dates(staged.pages))
    excluded = staged.thumbnails.excluded_images(site.catalogue.images)
    stage_former_files(staged.output, cache, excluded_images=excluded)
    return staged.output.commit()


def report_build(staged: StagedSite, written: WriteSummary, console: Console) -> None:
    """Print what was built, and add it to the JSON report."""
    console.facts["written"] = written.counts
    console.facts["size"] = written.size
    console.summaries.append(written.text)
    for line in build_messages(staged, written, console.summary):
        console.print(line)


def build_messages(staged: StagedSite, written: WriteSummary, news: str) -> Iterator[str]:
    """Yield the messages of a build that succeeded; ``news`` is what changed and was written."""
    site = staged.site
    if staged.audit.remark:
        yield f"Note: {staged.audit.remark}."
    if not site.base_url:
        yield (
            "No base_url is set: feeds link relatively, and there is no sitemap and no canonical "
            "link. Set it with --base-url or in pyproject.toml before you publish."
        )
    yield (
        f"{len(site.catalogue.all_events)} events: {news}. "
        f"{written.total} files ({written.size / 1e6:.1f} MB) in {site.settings.output}."
    )


def can_skip_next_run(staged: StagedSite, console: Console) -> bool:
    """Whether the next run, if nothing changes, has nothing to do and prints the same."""
    settings = staged.site.settings
    if settings.verbose or settings.json or settings.full:
        return False
    if settings.strict and console.warnings:
        return False
    if settings.offline:
        return True
    images = staged.site.catalogue.images_excluding(settings.excluded_licences)
    has_images = not settings.pictures or all(map(staged.thumbnails.of, images))
    return has_images and console.warnings == staged.audit.warnings


def next_run_messages(staged: StagedSite, written: WriteSummary, console: Console) -> str:
    """Return what the next run prints if it has nothing to do."""
    warnings = [f"warning: {warning}" for warning in console.warnings]
    news = "no changes; no file written"
    messages = [] if console.quiet else build_messages(staged, written, news)
    return "".join(f"{line}\n" for line in (*warnings, *messages))
