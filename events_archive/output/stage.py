"""Makes every file of a site, in the staging folder: nothing is in place yet."""

from msgspec import Struct

from events_archive.console import Console
from events_archive.images.thumbnails import Thumbnails, make_thumbnails
from events_archive.output.build import SiteBuilder
from events_archive.output.derived_files import stage_derived_files
from events_archive.output.failing_events import without_failing_events
from events_archive.output.fingerprints import Fingerprints, site_fingerprint
from events_archive.output.id_audit import IdAudit
from events_archive.output.manifest import load_manifest
from events_archive.output.writer import DamagedFileError, OutputDir
from events_archive.pages.plan import plan_site
from events_archive.render.assets import read_assets
from events_archive.render.context import RenderContext
from events_archive.render.renderer import Renderer
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site
from events_archive.store.state_files import PUBLISHED_IDS_FILE, load_published_ids


class StagedSite(Struct, frozen=True, kw_only=True):
    """A site of which every file is made, and nothing is in place yet."""

    site: Site
    """Without the events whose pages cannot be made."""
    thumbnails: Thumbnails
    audit: IdAudit
    pages: tuple[Page, ...]
    output: OutputDir
    fingerprint: str


def stage_site(site: Site, console: Console) -> StagedSite:
    """Make every file of the site that is not current, in the staging folder.

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
    audit = IdAudit(published=load_published_ids(settings.cache / PUBLISHED_IDS_FILE))
    with console.timed("render"):
        try:
            pages, output, fingerprint = render_site(site, thumbnails, audit)
        except DamagedFileError:
            thumbnails.remove_damaged()
            return stage_site(site, console)
        except Exception as error:
            site = without_failing_events(site, thumbnails, console, error)
            audit = IdAudit(published=audit.published)
            pages, output, fingerprint = render_site(site, thumbnails, audit)
    return StagedSite(
        site=site,
        thumbnails=thumbnails,
        audit=audit,
        pages=pages,
        output=output,
        fingerprint=fingerprint,
    )


def render_site(
    site: Site, thumbnails: Thumbnails, audit: IdAudit
) -> tuple[tuple[Page, ...], OutputDir, str]:
    """Stage every file of the site that is not current, and collect all ids in ``audit``.

    Returns the plan, the output folder with the staged files, and the fingerprint of the site.
    """
    settings = site.settings
    assets = read_assets(settings.static)
    renderer = Renderer(
        context=RenderContext(site=site, assets=assets, thumbnails=thumbnails),
        templates=settings.templates,
    )
    fingerprint = site_fingerprint(site, assets, settings.templates)
    previous = load_manifest(settings.cache, settings.output)
    # With other code, templates or settings, or other ids, no file of the last build is current.
    is_usable = (previous.site_fingerprint, previous.id_patterns) == (fingerprint, audit.published)
    output = OutputDir(settings.output, previous if is_usable else None, base_url=site.base_url)
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
    stage_derived_files(renderer, output, audit.all_patterns)
    return pages, output, fingerprint
