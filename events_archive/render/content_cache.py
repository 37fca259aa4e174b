"""Writes ``content_cache.zip``: what the archive is made from, and can be restored from.

Unpacked, it is the folder ``content_cache/`` with those of its files that are data. Beside them,
`PICTURES_FILE` says which of the published thumbnails belong to which image.
"""

import zipfile
from io import BytesIO

from events_archive.pages.stored_data import StoredData
from events_archive.render.context import RenderContext
from events_archive.store.canonical_json import encode_lines

FOLDER = "content_cache"
PICTURES_FILE = "pictures.json"
_LEVEL = 6
"""Of compression. Level 9 saves 2 % of the bytes and takes twice as long."""


def content_cache_zip(context: RenderContext, stored: StoredData) -> bytes:
    """Return the ZIP; equal data give equal bytes with one version of zlib."""
    pictures = {
        key: [thumbnail.name, " ".join(f"{width}x{height}" for width, height in thumbnail.sizes)]
        for key, thumbnail in sorted(context.thumbnails.by_key.items())
    }
    files = {**stored.files, PICTURES_FILE: encode_lines(pictures) + b"\n"}
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in sorted(files.items()):
            # The first day that a ZIP can hold: the data have no single one.
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, on Windows too: the mode below depends on it.
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=_LEVEL)
    return file.getvalue()
