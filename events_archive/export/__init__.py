"""``build.py export``: the built site as one ZIP or ZIM file."""

from datetime import date
from pathlib import Path

from msgspec import Struct

from events_archive.site import urls
from events_archive.site.formats import is_precached
from events_archive.site.site import Site

BASE_NAME = "spaceflight-events-archive"

_SERVER_FILES = frozenset(
    {urls.CNAME, urls.DOWNLOAD, urls.NO_JEKYLL, urls.NOT_FOUND, urls.ROBOTS, urls.SITEMAP}
)
"""Paths of files for hosts, crawlers and error pages, which have no use on disk."""


_FOR_RESTORING = frozenset({urls.BUILD_INFO, urls.CONTENT_CACHE})
"""Paths of files from which ``build.py restore`` makes the cache again."""


class ExportBundle(Struct, frozen=True, kw_only=True):
    """A site, to be packed into one file."""

    site: Site
    files: tuple[tuple[str, Path], ...]
    """Every file of the site: its path in the site, and where it is on disk."""

    @property
    def day(self) -> date:
        """The UTC day of the last refresh."""
        return self.site.catalogue.today

    @property
    def name(self) -> str:
        """The file name without suffix, such as ``spaceflight-events-archive-2026-11-23``."""
        return f"{BASE_NAME}-{self.day.isoformat()}"

    @property
    def offline_files(self) -> tuple[tuple[str, Path], ...]:
        """Those of `files` that are of use without a server, sorted by path."""
        return tuple(sorted(pair for pair in self.files if pair[0] not in _SERVER_FILES))

    @property
    def reading_files(self) -> tuple[tuple[str, Path], ...]:
        """Those of `offline_files` that people read.

        Data and feeds for programs are left out, but for what the archive can be restored from. So
        is the page that offers the ZIP, since it states its size.
        """
        return tuple(
            (path, file)
            for path, file in self.offline_files
            if (is_precached(path) and path != urls.OFFLINE) or path in _FOR_RESTORING
        )
