"""The site as a ZIP that opens from disk wherever it is unpacked. Equal sites give equal bytes."""

import zipfile
from datetime import date
from html import escape
from pathlib import Path
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


def write_zip(bundle: ExportBundle, file: Path | BinaryIO) -> None:
    """Write the ZIP to a path or an open file. Raises `OSError` when it cannot."""
    with zipfile.ZipFile(file, "w") as archive:
        _add(archive, bundle, _START_PAGE, start_page(bundle).encode())
        for path, source in bundle.offline_files:
            _add(archive, bundle, f"{_SITE_FOLDER}/{path}", read_file(source))


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
        f"<p>{len(bundle.site.catalogue.all_events)} events as they were known on {day}. "
        "Everything is in the folder beside this page; no network is needed.</p>\n"
        f'<p><a href="{home}">Open the archive</a></p>\n</body>\n</html>\n'
    )
