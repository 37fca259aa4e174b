"""Builds the site into the output folder: plan, render, audit, and only then write."""

from collections.abc import Iterator
from pathlib import Path

from events_archive.console import Console
from events_archive.export.bundle import ExportBundle
from events_archive.images.thumbnails import Thumbnails, make_thumbnails
from events_archive.output.build import BuildResult, SiteBuilder
from events_archive.output.fingerprints import Fingerprints, site_fingerprint
from events_archive.output.id_audit import IdAudit
from events_archive.output.manifest import BuildManifest, load_manifest
from events_archive.output.writer import OutputDir
from events_archive.render.assets import precache_manifest, read_assets, service_worker
from events_archive.render.context import RenderContext
from events_archive.render.renderer import Renderer
from events_archive.settings import Settings
from events_archive.site import urls
from events_archive.site.page import Page, Writer
from events_archive.site.plan import paths_of, plan_site
from events_archive.site.redirects import is_permanent_list
from events_archive.site.site import Site
from events_archive.store.state_files import (
    PUBLISHED_IDS_FILE,
    load_published_ids,
    persist_published_lists,
    save_published_ids,
)


def publish(settings: Settings, site: Site, console: Console) -> BuildResult | None:
    """Write the site into the output folder, or list its paths for a dry run and return None.

    Nothing in the output folder changes before every page is rendered and the ids in feeds and
    calendars are known to be those that were published before.

    Raises ArchiveError where a page cannot be rendered or written, or where ids have changed.
    """
    if settings.dry_run:
        console.print_lines(paths_of(plan_site(site)))
        return None
    with console.timed("thumbnails"):
        thumbnails = make_thumbnails(
            site.catalogue.images,
            originals=settings.cache / "originals",
            folder=settings.cache / "thumbnails",
            jobs=settings.jobs,
            console=console,
            excluded_licences=settings.excluded_licences,
        )
    ids_file = settings.cache / PUBLISHED_IDS_FILE
    audit = IdAudit(published=load_published_ids(ids_file))
    with console.timed("render"):
        pages, output, fingerprint = render_site(settings, site, thumbnails, audit)
    for warning in audit.warnings:
        console.warn(warning)
    with console.timed("write"):
        ids = audit.verify(allow_change=settings.allow_id_change)
        save_published_ids(ids_file, ids)
        lists = (page.path for page in pages if is_permanent_list(page))
        persist_published_lists(settings.cache, site.history.state, lists)
        written = output.commit()
    manifest = BuildManifest(
        site_fingerprint=fingerprint,
        id_patterns=ids,
        size_warnings=audit.size_warnings,
        files=output.entries,
    )
    result = BuildResult(manifest=manifest, written=written, audit=audit, thumbnails=thumbnails)
    report_build(settings, site, result, console)
    return result


def render_site(
    settings: Settings, site: Site, thumbnails: Thumbnails, audit: IdAudit
) -> tuple[tuple[Page, ...], OutputDir, str]:
    """Stage every file of the site that is not current, and collect all ids in ``audit``.

    Returns the plan, the output folder with the staged files, and the fingerprint of the site.
    """
    assets = read_assets(settings.static)
    renderer = Renderer(
        context=RenderContext(site=site, assets=assets, thumbnails=thumbnails),
        templates=settings.templates,
    )
    fingerprint = site_fingerprint(site, assets, settings.templates)
    previous = load_manifest(settings.cache, settings.output)
    # With other code, templates or settings, or other ids, no file of the last build is current.
    is_usable = (previous.site_fingerprint, previous.id_patterns) == (fingerprint, audit.published)
    output = OutputDir(settings.output, previous if is_usable else None)
    builder = SiteBuilder(
        renderer=renderer,
        fingerprints=Fingerprints(site, thumbnails),
        output=output,
        audit=audit,
        jobs=settings.jobs,
    )
    pages = plan_site(site)
    ordinary = (page for page in pages if page.writer is not Writer.DERIVED)
    builder.build(ordinary, thumbnails.files())
    for path, content in assets.files():
        output.stage(path, content)
    write_derived_files(settings, site, output)
    return pages, output, fingerprint


def write_derived_files(settings: Settings, site: Site, output: OutputDir) -> None:
    """Stage the files that are made from all other files of the site."""
    manifest = precache_manifest(
        {path: (file.entry.digest, file.entry.size) for path, file in output.staged.items()}
    )
    output.stage(urls.PRECACHE_MANIFEST, manifest)
    script = settings.templates / urls.SERVICE_WORKER
    output.stage(urls.SERVICE_WORKER, service_worker(script, manifest))
    if settings.offer_download:
        # Most sites do not offer one.
        from events_archive.export.zip_file import zip_bytes  # noqa: PLC0415

        output.stage(urls.DOWNLOAD, zip_bytes(export_bundle(site, output.files())))


def export_bundle(site: Site, files: tuple[tuple[str, Path], ...]) -> ExportBundle:
    """Return the site's ``files``, as (path, source), with what an export says of them."""
    return ExportBundle(
        title=site.title,
        day=site.catalogue.today,
        count=len(site.catalogue.all_events),
        files=files,
    )


def report_build(settings: Settings, site: Site, result: BuildResult, console: Console) -> None:
    """Print what was built, and add it to the JSON report."""
    console.add_fact("written", result.written.counts)
    console.add_fact("size", result.written.size)
    console.add_summary(result.written.text)
    for line in build_messages(settings, site, result, console.summary):
        console.print(line)


def build_messages(settings: Settings, site: Site, result: BuildResult, news: str) -> Iterator[str]:
    """Yield the messages of a build that succeeded; ``news`` is what changed and was written."""
    if result.audit.remark:
        yield f"Note: {result.audit.remark}."
    if not settings.base_url:
        yield (
            "No base_url is set: feeds link relatively, and there is no sitemap and no canonical "
            "link. Set it with --base-url or in pyproject.toml before you publish."
        )
    written = result.written
    yield (
        f"{len(site.catalogue.all_events)} events: {news}. "
        f"{written.total} files ({written.size / 1e6:.1f} MB) in {settings.output}."
    )
