"""The files that programs read: the API's mirror, the downloads, the explore page's scripts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from events_archive.images.thumbnails import Thumbnails
from events_archive.render.api_mirror import Mirror
from events_archive.render.downloads import Downloads
from events_archive.render.query_data import Explore
from events_archive.site.page import Page
from events_archive.site.site import Site

Maker = Callable[[Page], bytes]


@dataclass(frozen=True, kw_only=True)
class DataFiles:
    """Makes all of them."""

    site: Site
    thumbnails: Thumbnails
    kept: Path | None = None
    """A folder for what is worth keeping from one build to the next."""

    @cached_property
    def downloads(self) -> Downloads:
        """The files that hold all events."""
        mirror = Mirror(site=self.site, thumbnails=self.thumbnails)
        return Downloads(site=self.site, mirror=mirror, kept=self.kept)

    @cached_property
    def makers(self) -> dict[str, Maker]:
        """What makes a page, by its template."""
        explore = Explore(site=self.site, thumbnails=self.thumbnails)
        return {
            **self.downloads.mirror.makers,
            **explore.makers,
            **{template: _whole(make) for template, make in self.downloads.makers.items()},
        }


def bytes_in_words(size: int) -> str:
    """``5.2 MB``, ``310 kB``: in thousands, as disks are sold."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1e3))} kB"


def _whole(make: Callable[[], bytes]) -> Maker:
    return lambda page: make()
