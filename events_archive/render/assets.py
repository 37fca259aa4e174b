"""The stylesheet, scripts and images of the site, under names with a digest of their bytes."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from events_archive.errors import ArchiveError
from events_archive.site import urls


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of ``static/``."""

    url: str
    """``assets/style.0123456789.css``, which browsers can cache for ever."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """All files of ``static/``."""

    by_name: Mapping[str, Asset]
    """By the name of the file, which templates use."""

    def url(self, name: str) -> str:
        """Return the URL of ``style.css``; raises ArchiveError if there is no such file."""
        if name not in self.by_name:
            raise ArchiveError(f"a template asks for {name}, which is not in the static folder")
        return self.by_name[name].url

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Return all assets as (URL, content)."""
        return ((asset.url, asset.content) for asset in self.by_name.values())


def read_assets(folder: Path) -> Assets:
    """Return the files of ``folder`` but hidden ones; raises ArchiveError if there is no folder."""
    if not folder.is_dir():
        raise ArchiveError(f"no folder {folder}: run from the archive's own folder, or clone again")
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
    return Assets(by_name={path.name: _asset(path.name, path.read_bytes()) for path in paths})


def _asset(name: str, content: bytes) -> Asset:
    stem, _, suffix = name.rpartition(".")
    digest = hashlib.sha256(content).hexdigest()[:10]
    return Asset(url=f"{urls.ASSETS}/{stem}.{digest}.{suffix}", content=content)
