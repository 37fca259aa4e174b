"""The site as a ZIM, the format of Kiwix: one file with its own full-text search."""

import errno
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path, PurePosixPath
from posixpath import join, normpath
from tempfile import TemporaryDirectory
from typing import Any

from libzim.writer import Creator, Hint, Item, StringProvider

from events_archive.export import BASE_NAME, ExportBundle
from events_archive.site import urls
from events_archive.site.formats import content_type
from events_archive.store.files import TEMPORARY
from events_archive.store.opener import read_file

DESCRIPTION = "Spaceflight after the launch: dockings, spacewalks, landings, flybys"
"""At most 80 characters."""
ILLUSTRATION = 48
"""Width and height of the icon in pixels, the one size that the format requires."""

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_REDIRECT = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]*)">')
_MAX_REDIRECT_SIZE = 4096
"""Bytes; larger pages are not searched for a redirect."""
_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^>]*>\n')
_DISABLED_SCRIPT = b"// Kiwix has stored the site: this script has nothing to do.\n"
_LEFT_OUT = frozenset({urls.SERVICE_WORKER, urls.PRECACHE_MANIFEST})


def write_zim(bundle: ExportBundle, path: Path, *, icon: Path) -> None:
    """Replace the file at ``path`` with the ZIM; ``icon`` is a PNG of `ILLUSTRATION` pixels.

    Raises `OSError` when it cannot be written.
    """
    _require_space(path, sum(file.stat().st_size for _, file in bundle.offline_files))
    # Where libzim fails, it leaves an index and other files beside the one that it writes.
    with TemporaryDirectory(prefix=path.name, suffix=TEMPORARY, dir=path.parent) as folder:
        try:
            _write(bundle, Path(folder) / "site.zim", icon)
        except RuntimeError as error:
            raise OSError(errno.EIO, f"libzim failed ({error}); is the disk full?") from error
        (Path(folder) / "site.zim").replace(path)


def _require_space(path: Path, size: int) -> None:
    """Raise `OSError` if ``size`` bytes do not fit, since libzim aborts or hangs on a full disk.

    A ZIM with the files it is made from takes less than the site, as texts are compressed.
    """
    if shutil.disk_usage(path.parent).free < size:
        raise OSError(errno.ENOSPC, f"{size / 1e6:.0f} MB must be free there to pack the site")
    if hasattr(os, "posix_fallocate"):
        # Finds out about quotas as well.
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, size)
            file.truncate(0)


def _write(bundle: ExportBundle, path: Path, icon: Path) -> None:
    creator = Creator(path).config_verbose(False).config_indexing(True, "eng")
    creator.set_mainpath(urls.HOME)
    with _silence_stdout(), creator:
        creator.add_illustration(ILLUSTRATION, icon.read_bytes())
        for name, value in metadata(bundle).items():
            creator.add_metadata(name, value)
        for site_path, source in bundle.offline_files:
            if target := _redirect_target(site_path, source):
                title = _title(read_file(source).decode())
                creator.add_redirection(site_path, title, target, {})
            elif site_path not in _LEFT_OUT:
                creator.add_item(_SiteFile(site_path, source))


@contextmanager
def _silence_stdout() -> Iterator[None]:
    """Discard what libzim prints on standard output, where ``--json`` prints its report."""
    sys.stdout.flush()
    stdout, devnull = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    try:
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
        os.close(devnull)


def metadata(bundle: ExportBundle) -> dict[str, str]:
    """Return what a library of ZIM files shows (openZIM wiki, "Metadata")."""
    return {
        "Name": f"{BASE_NAME}_en_all",
        "Title": bundle.site.title[:30],
        "Description": DESCRIPTION,
        "Language": "eng",
        "Creator": "The Space Devs (Launch Library 2)",
        "Publisher": bundle.site.title,
        "Date": bundle.day.isoformat(),
        "Tags": "_ftindex:yes;_pictures:yes;_videos:no;spaceflight",
        "Flavour": "all",
    }


def _redirect_target(path: str, source: Path) -> str:
    """Return the path that a page redirects to; "" for any other file."""
    if not path.endswith(".html") or source.stat().st_size > _MAX_REDIRECT_SIZE:
        return ""
    match = _REDIRECT.search(read_file(source).decode())
    folder = path.rpartition("/")[0]
    return normpath(join(folder, unescape(match[1]))) if match else ""


def _title(html: str) -> str:
    match = _TITLE.search(html)
    return unescape(match[1]) if match else ""


class _SiteFile(Item):  # type: ignore[misc]
    """One file of the site."""

    def __init__(self, path: str, source: Path) -> None:
        super().__init__()
        self.path, self.is_page, self.content = path, path.endswith(".html"), read_file(source)
        if PurePosixPath(path).match(f"{urls.ASSETS}/offline.*.js"):
            self.content = _DISABLED_SCRIPT
        if self.is_page:
            # The policy would block the bar that Kiwix adds to each page.
            self.content = _POLICY.sub(b"", self.content)

    def get_path(self) -> str:
        return self.path

    def get_title(self) -> str:
        return _title(self.content.decode()) if self.is_page else ""

    def get_mimetype(self) -> str:
        return content_type(self.path).partition(";")[0]

    def get_contentprovider(self) -> Any:
        return StringProvider(self.content)

    def get_hints(self) -> dict[Any, int]:
        return {Hint.FRONT_ARTICLE: self.is_page, Hint.COMPRESS: not self.path.endswith(".webp")}
