"""Sites rendered in memory, without a build."""

from collections.abc import Callable
from pathlib import Path

from events_archive.images.thumbnails import Thumbnail, Thumbnails
from events_archive.model.event import Image
from events_archive.pages.plan import plan_site
from events_archive.render.assets import read_assets
from events_archive.render.context import RenderContext
from events_archive.render.renderer import Renderer
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site

PROJECT = Path(__file__).parents[2]
BASE_URL = "https://example.org/archive/"


def no_thumbnails() -> Thumbnails:
    return Thumbnails(folder=Path("nowhere"), by_key={})


def make_thumbnails(folder: Path, *images: Image, size: int = 1234) -> Thumbnails:
    """Return a thumbnail of each image, 320 pixels wide and ``size`` bytes long."""
    by_key = {}
    for image in images:
        thumbnail = Thumbnail(name=f"{image.id}-0123456789", sizes=((320, 200),))
        (folder / thumbnail.src.rpartition("/")[2]).write_bytes(b"x" * size)
        by_key[image.key] = thumbnail
    return Thumbnails(folder=folder, by_key=by_key)


def make_context(site: Site, thumbnails: Thumbnails | None = None) -> RenderContext:
    """Return the context of a site, without thumbnails if none are given."""
    return RenderContext(
        site=site,
        assets=read_assets(PROJECT / "static"),
        thumbnails=thumbnails or no_thumbnails(),
    )


def is_feed_or_calendar(page: Page) -> bool:
    """Whether ``page`` is a feed or a calendar."""
    return page.writer is Writer.CALENDAR or page.template.startswith("feeds/")


def render_site(
    site: Site,
    is_included: Callable[[Page], bool] = is_feed_or_calendar,
    thumbnails: Thumbnails | None = None,
) -> dict[str, bytes]:
    """Return the rendered pages of a site by path, of those that are included."""
    renderer = Renderer(
        context=make_context(site, thumbnails),
        templates=PROJECT / "templates",
    )
    return {page.path: renderer.content(page) for page in plan_site(site) if is_included(page)}
