"""The site as a ZIM, the format of Kiwix: one file with its own full-text search."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path, PurePosixPath
from posixpath import join, normpath
from typing import TYPE_CHECKING, Any

from events_archive.errors import ArchiveError
from events_archive.export.bundle import STEM, ExportBundle
from events_archive.site import urls
from events_archive.site.formats import content_type
from events_archive.store.files import replacing

if TYPE_CHECKING:
    from libzim.writer import Item

ILLUSTRATION = 48
"""Pixels of the picture that libraries show, the one size that the format demands."""

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_LEADS = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]*)">')
_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^>]*>\n')
_DISABLED_SCRIPT = b"// Kiwix keeps this edition offline; nothing is left to do.\n"
_LEFT_OUT = frozenset({urls.SERVICE_WORKER, urls.PRECACHE_MANIFEST})


def write_zim(edition: ExportBundle, path: Path, *, description: str, icon: Path) -> None:
    """Write the edition to ``path``; ``icon`` is a PNG of 48 pixels.

    Raises ArchiveError where libzim is not installed, and OSError where it cannot be written.
    """
    try:
        # A binary library that only this edition needs.
        from libzim.writer import Creator  # noqa: PLC0415
    except ImportError as error:
        raise ArchiveError(
            "the Kiwix edition needs libzim, which is not installed: pip install '.[zim]'"
        ) from error
    with replacing(path) as temporary:
        temporary.unlink(missing_ok=True)
        creator = Creator(temporary).config_verbose(False).config_indexing(True, "eng")
        creator.set_mainpath(urls.HOME)
        with _silence_stdout(), creator:
            creator.add_illustration(ILLUSTRATION, icon.read_bytes())
            for name, value in metadata(edition, description).items():
                creator.add_metadata(name, value)
            for address, title, target in redirects(edition):
                creator.add_redirection(address, title, target, {})
            for address, source in edition.offline_files:
                if address not in _LEFT_OUT and not _target(address, source):
                    creator.add_item(_item(address, source))


@contextmanager
def _silence_stdout() -> Iterator[None]:
    """Send elsewhere what the library says of its steps: our report for programs goes there."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def metadata(edition: ExportBundle, description: str) -> dict[str, str]:
    """What a library of Kiwix shows (openZIM, "Metadata"); the description holds 80 letters."""
    return {
        "Name": f"{STEM}_en_all",
        "Title": edition.title[:30],
        "Description": description[:80],
        "Language": "eng",
        "Creator": "The Space Devs (Launch Library 2)",
        "Publisher": edition.title,
        "Date": edition.day.isoformat(),
        "Tags": "_ftindex:yes;_pictures:yes;_videos:no;spaceflight",
        "Flavour": "all",
    }


def redirects(edition: ExportBundle) -> Iterator[tuple[str, str, str]]:
    """Every page that only leads on, as (address, title, target): the format knows redirects."""
    for address, source in edition.offline_files:
        if target := _target(address, source):
            yield address, _title(source.read_text("utf-8")), target


def _target(address: str, source: Path) -> str:
    """Where a page leads on to, as an address; "" for one that stays."""
    # Pages that lead on are short; no other needs to be read twice.
    if not address.endswith(".html") or source.stat().st_size > 4096:
        return ""
    leads = _LEADS.search(source.read_text("utf-8"))
    folder = address.rpartition("/")[0]
    return normpath(join(folder, unescape(leads[1]))) if leads else ""


def _title(html: str) -> str:
    found = _TITLE.search(html)
    return unescape(found[1]) if found else ""


def _item(address: str, source: Path) -> "Item":
    from libzim.writer import Hint, Item, StringProvider  # noqa: PLC0415

    content = source.read_bytes()
    if PurePosixPath(address).match(f"{urls.ASSETS}/offline.*.js"):
        content = _DISABLED_SCRIPT
    is_page = address.endswith(".html")
    if is_page:
        # Kiwix puts its own bar into each page, which a policy of ours would break.
        content = _POLICY.sub(b"", content)
    title = _title(content.decode()) if is_page else ""

    class File(Item):  # type: ignore[misc]
        """One file; the library asks for its parts when it comes to it."""

        def get_path(self) -> str:
            return address

        def get_title(self) -> str:
            return title

        def get_mimetype(self) -> str:
            return content_type(address).partition(";")[0]

        def get_contentprovider(self) -> Any:
            return StringProvider(content)

        def get_hints(self) -> dict[Any, int]:
            return {Hint.FRONT_ARTICLE: is_page, Hint.COMPRESS: not address.endswith(".webp")}

    return File()
