"""The files that programs read: the API's mirror, the downloads, the explore page's scripts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from events_archive.images.thumbnails import Thumbnails
from events_archive.render.api_mirror import ApiMirror
from events_archive.render.downloads import Downloads
from events_archive.render.query_data import QueryDataWriter
from events_archive.site.page import Page
from events_archive.site.site import Site

PageWriter = Callable[[Page], bytes]


@dataclass(frozen=True, kw_only=True)
class DataFiles:
    """Makes all of them."""

    site: Site
    thumbnails: Thumbnails
    cache_dir: Path | None = None
    """A folder for what is worth keeping from one build to the next."""

    @cached_property
    def downloads(self) -> Downloads:
        """The files that hold all events."""
        mirror = ApiMirror(site=self.site, thumbnails=self.thumbnails)
        return Downloads(site=self.site, mirror=mirror, cache_dir=self.cache_dir)

    @cached_property
    def writers(self) -> dict[str, PageWriter]:
        """What makes a page, by its template."""
        explore = QueryDataWriter(site=self.site, thumbnails=self.thumbnails)
        return {
            **self.downloads.mirror.writers,
            **explore.writers,
            **{template: _whole(make) for template, make in self.downloads.writers.items()},
        }


def format_size(size: int) -> str:
    """``5.2 MB``, ``310 kB``: in thousands, as disks are sold."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1e3))} kB"


def _whole(make: Callable[[], bytes]) -> PageWriter:
    return lambda page: make()
