"""The whole site as a ZIP: unpacked anywhere, it opens from disk. One site gives the same bytes."""

import io
import zipfile
from html import escape
from pathlib import Path
from typing import BinaryIO

from events_archive.export.bundle import ExportBundle
from events_archive.site import urls
from events_archive.store.files import replacing

_INSIDE = "archive"
"""The folder of the site, beside the start page, so that nobody has to find it among the rest."""
_START = "Start here.html"
_PACKED = (".webp", ".png", ".gz", ".zip")
"""What is compressed already."""


def zip_bytes(edition: ExportBundle) -> bytes:
    """The archive as bytes, for a build that offers it on the site."""
    buffer = io.BytesIO()
    _pack(edition, buffer)
    return buffer.getvalue()


def write_zip(edition: ExportBundle, path: Path) -> None:
    """Write the archive to ``path``, whole or not at all. Raises OSError where it cannot."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        _pack(edition, file)


def _pack(edition: ExportBundle, file: BinaryIO) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        _add(archive, edition, _START, start_page(edition).encode())
        for address, source in edition.offline_files:
            _add(archive, edition, f"{_INSIDE}/{address}", source.read_bytes())


def _add(archive: zipfile.ZipFile, edition: ExportBundle, name: str, content: bytes) -> None:
    """Add a file with nothing in its entry that depends on this machine or this hour."""
    day = edition.day
    entry = zipfile.ZipInfo(f"{edition.name}/{name}", (day.year, day.month, day.day, 0, 0, 0))
    entry.create_system = 3  # Unix, wherever it is built: or the mode below would be lost.
    entry.external_attr = 0o100644 << 16
    stored = name.endswith(_PACKED)
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=9)


def start_page(edition: ExportBundle) -> str:
    """The page beside the site's folder, which leads into it."""
    home = f"{_INSIDE}/{urls.HOME}"
    title = escape(edition.title)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}, {edition.day.isoformat()}</title>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n"
        f"<p>{edition.count} events as they were known on {edition.day.isoformat()}. "
        "Everything is in the folder beside this page; no network is needed.</p>\n"
        f'<p><a href="{home}">Open the archive</a></p>\n</body>\n</html>\n'
    )
