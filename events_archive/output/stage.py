"""Makes every file of a site in the staging folder; nothing is moved into place yet.

Pages are fingerprinted. One whose file of the last build is current is not rendered; of all others
the ids are collected for the audit.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from events_archive.console import Console
from events_archive.images.thumbnails import Thumbnails, make_thumbnails
from events_archive.output.derived_files import stage_derived_files
from events_archive.output.failing_events import without_failing_events
from events_archive.output.fingerprints import Fingerprints, site_fingerprint
from events_archive.output.id_audit import IdAudit
from events_archive.output.manifest import load_manifest
from events_archive.output.writer import DamagedFileError, OutputDir, StagedFile
from events_archive.pages.plan import plan_site
from events_archive.render.assets import read_assets
from events_archive.render.context import RenderContext
from events_archive.render.renderer import Renderer
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site
from events_archive.store.published_ids_file import PUBLISHED_IDS_FILE, load_published_ids
from events_archive.workers import process_all

_CHUNK_SIZE = 10
"""The number of files that one process takes at a time."""

_STAGED = msgspec.msgpack.Decoder(dict[str, StagedFile])
"""Files by path, in MessagePack: pickling thousands of them takes four times as long."""

Task = Page | tuple[str, Path, str]
"""A page to render, or an image to copy: (path, file of the cache, checksum)."""


class StagedSite(Struct, frozen=True, kw_only=True):
    """A site of which every file is made, and nothing is in place yet."""

    site: Site
    """Without the events whose pages cannot be made."""
    thumbnails: Thumbnails
    audit: IdAudit
    pages: tuple[Page, ...]
    output: OutputDir
    fingerprint: str
    """See `site_fingerprint`."""


def stage_site(site: Site, console: Console) -> StagedSite:
    """Make the thumbnails, and every file of the site that is not current.

    Raises ArchiveError where a page cannot be rendered or written.
    """
    settings = site.settings
    with console.timed("thumbnails"):
        thumbnails = make_thumbnails(
            site.catalogue.images,
            originals=settings.cache / "originals",
            folder=settings.cache / "thumbnails",
            jobs=settings.jobs,
            console=console,
            excluded_licences=settings.excluded_licences,
        )
    with console.timed("render"):
        try:
            return _stage_files(site, thumbnails)
        except DamagedFileError:
            thumbnails.remove_damaged()
            return stage_site(site, console)
        except Exception as error:
            site = without_failing_events(site, thumbnails, console, error)
            return _stage_files(site, thumbnails)


def _stage_files(site: Site, thumbnails: Thumbnails) -> StagedSite:
    """Stage every file of the site; those that are current stay where they are."""
    settings = site.settings
    assets = read_assets(settings.static)
    renderer = Renderer(
        context=RenderContext(site=site, assets=assets, thumbnails=thumbnails),
        templates=settings.templates,
    )
    audit = IdAudit(published=load_published_ids(settings.cache / PUBLISHED_IDS_FILE))
    fingerprint = site_fingerprint(site, assets)
    previous = load_manifest(settings.cache, settings.output)
    # With other code, templates or settings, or other ids, no file of the last build is current.
    is_usable = (previous.site_fingerprint, previous.id_patterns) == (fingerprint, audit.published)
    output = OutputDir(settings.output, previous if is_usable else None, base_url=site.base_url)
    pages = plan_site(site)
    stager = _Stager(
        renderer=renderer,
        fingerprints=Fingerprints(site, thumbnails),
        output=output,
        audit=audit,
    )
    ordinary = (page for page in pages if page.writer is not Writer.DERIVED)
    stager.stage_all([*thumbnails.files(), *ordinary], settings.jobs)
    for path, content in assets.files():
        output.stage(path, content)
    stage_derived_files(renderer, output, audit.all_patterns)
    return StagedSite(
        site=site,
        thumbnails=thumbnails,
        audit=audit,
        pages=pages,
        output=output,
        fingerprint=fingerprint,
    )


class _Stager(Struct, frozen=True, kw_only=True):
    """Stages pages and images, and collects the ids in the pages for the audit."""

    renderer: Renderer
    fingerprints: Fingerprints
    output: OutputDir
    audit: IdAudit

    def stage_all(self, tasks: Sequence[Task], jobs: int) -> None:
        """Stage all ``tasks``; with more than one of ``jobs``, a worker process helps."""
        chunks = [tasks[at : at + _CHUNK_SIZE] for at in range(0, len(tasks), _CHUNK_SIZE)]
        if jobs > 1:
            self.renderer.context.site.warm_up()
            results = process_all(self._stage_chunk, chunks)
        else:
            results = list(map(self._stage_chunk, chunks))
        for staged, audit in results:
            self.output.staged |= _STAGED.decode(staged)
            self.audit.merge(audit)

    def _stage_chunk(self, tasks: Sequence[Task]) -> tuple[bytes, IdAudit]:
        """Stage some files; return them as `_STAGED` decodes them, and the ids in them."""
        staged: dict[str, StagedFile] = {}
        audit = IdAudit(published=self.audit.published)
        for task in tasks:
            if isinstance(task, Page):
                staged[task.path] = self._stage_page(task, audit)
            else:
                path, source, checksum = task
                staged[path] = self.output.stage_file(path, source, checksum)
        return msgspec.msgpack.encode(staged), audit

    def _stage_page(self, page: Page, audit: IdAudit) -> StagedFile:
        """Stage a page, which is only rendered if the file in place is not current."""
        fingerprint, previous = self.fingerprints.page(page), self.output.previous_build
        if staged := self.output.reuse(page.path, fingerprint):
            if page.path in previous.size_warnings:
                audit.size_warnings[page.path] = previous.size_warnings[page.path]
            return staged
        content = self.renderer.content(page)
        audit.collect(page, content)
        return self.output.stage(page.path, content, fingerprint)
