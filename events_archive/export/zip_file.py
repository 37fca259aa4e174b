"""The site as a ZIP for reading, which opens from disk wherever it is unpacked.

Data and feeds are left out: links to them lead to the published site. Equal sites give equal bytes.
"""

import re
import zipfile
from collections.abc import Container
from datetime import date
from html import escape, unescape
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import BinaryIO

from events_archive.export import ExportBundle
from events_archive.site import urls
from events_archive.store.opener import read_file

_FIRST_DAY, _LAST_DAY = date(1980, 1, 1), date(2107, 12, 31)
"""The dates that a ZIP can hold; others are stored as the nearest."""
_SITE_FOLDER = "archive"
"""The site's folder, beside the start page, so that the start page is easy to find."""
_START_PAGE = "Start here.html"
_COMPRESSED_SUFFIXES = (".webp", ".png", ".gz", ".zip")
"""Files that are stored, since their formats are compressed already."""
_LINK = re.compile(r' href="([^":#?]+)(?:[#?][^"]*)?"')
"""A relative link to another file."""


def write_zip(bundle: ExportBundle, file: Path | BinaryIO) -> None:
    """Write the ZIP to a path or an open file. Raises `OSError` when it cannot."""
    with zipfile.ZipFile(file, "w") as archive:
        _add(archive, bundle, _START_PAGE, start_page(bundle).encode())
        paths = frozenset(path for path, _ in bundle.reading_files)
        for path, source in bundle.reading_files:
            content = read_file(source)
            if path.endswith(".html"):
                html = link_to_published(content.decode(), path, paths, bundle.site.base_url)
                content = html.encode()
            _add(archive, bundle, f"{_SITE_FOLDER}/{path}", content)


def link_to_published(html: str, path: str, paths: Container[str], base_url: str) -> str:
    """Return a page at ``path`` whose links to files that are not in ``paths`` are absolute.

    Without a base URL they are links no more, only text.
    """
    folder = dirname(path)

    def replaced(link: re.Match[str]) -> str:
        target = normpath(join(folder, unescape(link[1])))
        if target in paths:
            return link[0]
        return f' href="{escape(base_url + target)}"' if base_url else ""

    return _LINK.sub(replaced, html)


def _add(archive: zipfile.ZipFile, bundle: ExportBundle, name: str, content: bytes) -> None:
    """Add a file; its entry depends on neither the machine nor the time of day."""
    day = min(max(bundle.day, _FIRST_DAY), _LAST_DAY)
    entry = zipfile.ZipInfo(f"{bundle.name}/{name}", (day.year, day.month, day.day, 0, 0, 0))
    entry.create_system = 3  # Unix, on Windows too: the mode below depends on it.
    entry.external_attr = 0o100644 << 16
    is_stored = name.endswith(_COMPRESSED_SUFFIXES)
    entry.compress_type = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=9)


def start_page(bundle: ExportBundle) -> str:
    """Return the HTML of the page beside the site's folder, which links into it."""
    home = f"{_SITE_FOLDER}/{urls.HOME}"
    title, day = escape(bundle.site.title), bundle.day.isoformat()
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}, {day}</title>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n"
        f"<p>{len(bundle.site.catalogue.all_events)} events as they were known on {day}, to read "
        "and search without a network. The pages are in the folder beside this one.</p>\n"
        f'<p><a href="{home}">Open the archive</a></p>\n</body>\n</html>\n'
    )
