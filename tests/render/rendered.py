"""Sites rendered in memory, without a build."""

from collections.abc import Callable
from pathlib import Path

from events_archive.images.thumbnails import Thumbnail, Thumbnails
from events_archive.model.event import Image
from events_archive.render.assets import read_assets
from events_archive.render.renderer import Renderer
from events_archive.site.page import Page, Writer
from events_archive.site.plan import plan_site
from events_archive.site.site import Site

PROJECT = Path(__file__).parents[2]
BASE_URL = "https://example.org/archive/"


def no_pictures() -> Thumbnails:
    return Thumbnails(folder=Path("nowhere"), by_key={})


def pictures(folder: Path, *images: Image, octets: int = 1234) -> Thumbnails:
    """A copy of each image, 320 pixels wide and of so many bytes."""
    copies = {}
    for image in images:
        copy = Thumbnail(name=f"{image.id}-0123456789", sizes=((320, 200),))
        (folder / copy.src.rpartition("/")[2]).write_bytes(b"x" * octets)
        copies[image.key] = copy
    return Thumbnails(folder=folder, by_key=copies)


def is_followed(page: Page) -> bool:
    """Whether it is a feed or a calendar."""
    return page.writer in (Writer.CALENDAR, Writer.JSON_FEED) or page.template.startswith("feeds/")


def rendered(
    site: Site,
    wanted: Callable[[Page], bool] = is_followed,
    thumbnails: Thumbnails | None = None,
) -> dict[str, bytes]:
    """The files of a site by address, as far as they are wanted."""
    renderer = Renderer(
        site=site,
        templates=PROJECT / "templates",
        assets=read_assets(PROJECT / "static"),
        thumbnails=thumbnails or no_pictures(),
    )
    return {page.path: renderer.content(page) for page in plan_site(site) if wanted(page)}
