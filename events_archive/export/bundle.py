"""What an export is made of: the site's files, less those that only a server needs, and its day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from events_archive.site import urls

STEM = "spaceflight-events-archive"

_FOR_SERVERS = frozenset(
    {
        urls.CNAME,
        urls.DOWNLOAD,
        urls.NO_JEKYLL,
        urls.NOT_FOUND,
        urls.ROBOTS,
        urls.SITEMAP,
    }
)
"""A host, its crawlers and its lost visitors need these; from disk nobody asks for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportBundle:
    """One state of the site, on its way into one file."""

    title: str
    day: date
    """The UTC day of the last contact with the source, which is what the site speaks of."""
    count: int
    """How many events it holds."""
    files: tuple[tuple[str, Path], ...]
    """Every file of the site as (address, where it lies now)."""

    @property
    def name(self) -> str:
        """``spaceflight-events-archive-2026-11-23``: without a suffix."""
        return f"{STEM}-{self.day.isoformat()}"

    @property
    def offline_files(self) -> tuple[tuple[str, Path], ...]:
        """The files that are read without a server, sorted by address."""
        return tuple(sorted(pair for pair in self.files if pair[0] not in _FOR_SERVERS))
