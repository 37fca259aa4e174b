"""The folder of the thumbnails, and its manifest.

The name of a thumbnail contains a digest of its original, so that browsers may cache it forever.
The manifest tells which thumbnails are up to date without any image being decoded.
"""

import json
import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta, Struct

from events_archive.model.event import Image
from events_archive.store.canonical_json import decode_as, encode
from events_archive.store.files import replacing
from events_archive.store.opener import read_file

WIDTHS = (320, 640, 1280)
"""The widths of thumbnails in pixels, as in the page's ``srcset``. No image is enlarged."""
QUALITY = 80
METHOD = 2
"""The effort of libwebp, 0 to 6. Compared with 2, 4 takes 1.5 times as long and saves 3 % of the
bytes (`benchmarks/thumbnails.py`)."""
SETTINGS_KEY = f"2: WebP {WIDTHS} quality {QUALITY} method {METHOD}"
"""Part of every digest, so that thumbnails made in another way have other names."""

MANIFEST = "manifest.jsonl"
"""Two lines: a header with the SHA-256 of the second line, and the records by `Image.key`."""
_FIELDS = ("size", "mtime_ns", "digest", "sizes", "octets", "broken", "remark", "checksums")
"""The names of the fields of `ThumbnailRecord` in the header; with others the file is ignored.
Earlier versions did not have the last."""


class ThumbnailRecord(msgspec.Struct, array_like=True, frozen=True):
    """What is known of the thumbnails of one original."""

    size: int
    """Of the original, in bytes; while it and `mtime_ns` are the same, so is the original."""
    mtime_ns: int
    digest: Annotated[str, Meta(pattern=r"^[0-9a-f]{10}\Z")]
    """The first ten hexadecimal digits of the SHA-256 of `SETTINGS_KEY` and the original."""
    dimensions: Annotated[str, Meta(pattern=r"^(\d{1,5}x\d{1,5}( |\Z))*\Z")] = ""
    """Width and height of each thumbnail in pixels, narrowest first, such as "320x213 640x426"."""
    file_sizes: tuple[int, ...] = ()
    """Of each thumbnail, in bytes."""
    error: str = ""
    """Why there are no thumbnails."""
    decoder_warning: str = ""
    """What Pillow has warned of."""
    checksums: tuple[str, ...] = ()
    """Of each thumbnail, as `checksum_of` returns it."""

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Width and height of each thumbnail in pixels, narrowest first; none after an error."""
        pairs = (size.split("x") for size in self.dimensions.split())
        return tuple((int(width), int(height)) for width, height in pairs)

    def names(self, image: Image) -> list[str]:
        """Return the file names of the thumbnails."""
        return [f"{image.id}-{self.digest}-{width}.webp" for width, _ in self.sizes]


class ThumbnailStore(Struct, frozen=True, kw_only=True):
    """What there was when the run began."""

    originals: Path
    """The folder of the originals."""
    folder: Path
    """The folder of the thumbnails."""
    records: Mapping[str, ThumbnailRecord]
    """By `Image.key`."""
    file_sizes: Mapping[str, int]
    """Of the files in `folder`, in bytes, by name."""

    @classmethod
    def load(cls, *, originals: Path, folder: Path) -> "ThumbnailStore":
        """Return the store; an empty one where there is no ``folder``."""
        try:
            with os.scandir(folder) as entries:
                file_sizes = {
                    entry.name: entry.stat(follow_symlinks=False).st_size
                    for entry in entries
                    if entry.is_file(follow_symlinks=False)
                }
        except OSError:
            file_sizes = {}
        records = read_records(folder)
        return cls(originals=originals, folder=folder, records=records, file_sizes=file_sizes)

    def partition(self, images: Iterable[Image]) -> tuple[frozenset[str], list[Image]]:
        """Return the keys of ``images`` whose thumbnails are complete, and the images to build.

        An image without an original is not built.
        """
        images = list(images)
        complete = frozenset(image.key for image in images if self.is_complete(image))
        due = [image for image in images if self._needs_build(image, image.key in complete)]
        return complete, due

    def is_complete(self, image: Image) -> bool:
        """Whether there are thumbnails, each as long as it was written."""
        record = self.records.get(image.key)
        if record is None or not record.dimensions:
            return False
        return tuple(map(self.file_sizes.get, record.names(image))) == record.file_sizes

    def _needs_build(self, image: Image, is_complete: bool) -> bool:
        try:
            status = (self.originals / image.key).lstat()
        except OSError:
            return False
        record = self.records.get(image.key)
        if record is None or (record.size, record.mtime_ns) != (status.st_size, status.st_mtime_ns):
            return True
        return not (record.error or is_complete)

    def write(self, name: str, data: bytes) -> None:
        """Write a file to `folder`. Raises `OSError`."""
        with replacing(self.folder / name) as temporary:
            temporary.write_bytes(data)

    def write_manifest(self, records: Mapping[str, ThumbnailRecord]) -> None:
        """Write the manifest with ``records``, by `Image.key`. Raises `OSError`."""
        body = encode(records) + b"\n"
        self.write(MANIFEST, _header(body, _FIELDS) + b"\n" + body)


def digest_of_file(original: BinaryIO) -> str:
    """Return the `ThumbnailRecord.digest` of the content of an original."""
    digest = sha256(SETTINGS_KEY.encode() + b"\0")
    while piece := original.read(2**20):
        digest.update(piece)
    return digest.hexdigest()[:10]


def checksum_of(thumbnail: bytes) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a thumbnail."""
    return sha256(thumbnail).hexdigest()[:16]


def read_records(folder: Path) -> dict[str, ThumbnailRecord]:
    """Return the records by `Image.key`.

    There are none if the manifest is missing or damaged, or if thumbnails were made in another way.
    """
    try:
        header, _, body = read_file(folder / MANIFEST).partition(b"\n")
        if header in (_header(body, _FIELDS), _header(body, _FIELDS[:-1])):
            return decode_as(body, dict[str, ThumbnailRecord])
    except (OSError, ValueError):
        pass
    return {}


def _header(body: bytes, fields: tuple[str, ...]) -> bytes:
    header = {"recipe": SETTINGS_KEY, "fields": fields, "sha256": sha256(body).hexdigest()}
    return json.dumps(header).encode()
