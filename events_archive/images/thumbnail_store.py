"""The shelf on which the copies of the pictures lie, and the list of what is known of them.

A copy's name holds a digest of the original, so that it may be cached for ever, and the manifest
beside the copies tells without decoding anything which of them are still true. A run without news
costs one listing, one look at each original and none at the copies themselves.
"""

import json
import os
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from events_archive.images.resize import SETTINGS_KEY
from events_archive.model.event import Image
from events_archive.store.files import replacing

MANIFEST = "manifest.jsonl"
"""Two lines: what the second is and its SHA-256, and the records by `Image.key`."""

_COLUMNS = ("size", "mtime_ns", "digest", "sizes", "octets", "broken", "remark")
"""Names of the fields of `ThumbnailRecord` in the manifest; with others it is not read."""


class ThumbnailRecord(NamedTuple):
    """What the manifest remembers of one original; a tuple, since a run reads a thousand."""

    size: int
    """Of the original, in bytes; with `mtime_ns` a cheap sign that it is still the same."""
    mtime_ns: int
    digest: str
    """The first ten hexadecimal digits of the SHA-256 of `SETTINGS_KEY` and the original."""
    sizes: tuple[tuple[int, int], ...] = ()
    """Width and height of each copy in pixels, narrowest first; none if broken."""
    file_sizes: tuple[int, ...] = ()
    """The length of each copy in bytes."""
    error: str = ""
    """Why there are no copies."""
    decoder_warning: str = ""
    """What Pillow found odd about a picture that it could read."""

    def names(self, image: Image) -> list[str]:
        """The file names of the copies."""
        stem = f"{image.id}-{self.digest}"
        return [f"{stem}-{width}.webp" for width, _ in self.sizes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailStore:
    """The two folders, and what was known about them when the run began."""

    originals: Path
    folder: Path
    records: Mapping[str, ThumbnailRecord]
    """By `Image.key`."""
    lengths: Mapping[str, int]
    """In bytes, of the files in `folder`, by name."""

    @classmethod
    def open(cls, *, originals: Path, folder: Path) -> "ThumbnailStore":
        """The shelf as it stands; empty where there is no folder yet."""
        try:
            with os.scandir(folder) as entries:
                lengths = {entry.name: entry.stat().st_size for entry in entries}
        except OSError:
            lengths = {}
        return cls(
            originals=originals, folder=folder, records=read_manifest(folder), lengths=lengths
        )

    def partition(self, images: Iterable[Image]) -> tuple[frozenset[str], list[Image]]:
        """Which of ``images`` have all their copies, by key, and of which copies are to be made.

        Nothing is to be done where there is no original to do it with.
        """
        whole = frozenset(image.key for image in images if self.is_complete(image))
        return whole, [image for image in images if self._needs_rebuild(image, whole)]

    def is_complete(self, image: Image) -> bool:
        """Whether the copies that are known are all there and as long as they were written."""
        record = self.records.get(image.key)
        if record is None or not record.sizes:
            return False
        found = map(self.lengths.get, record.names(image))
        return tuple(found) == record.file_sizes

    def _needs_rebuild(self, image: Image, whole: Collection[str]) -> bool:
        try:
            found = os.stat(f"{self.originals}/{image.key}")  # noqa: PTH116 - half as fast
        except OSError:
            return False
        record = self.records.get(image.key)
        if record is None or (record.size, record.mtime_ns) != (found.st_size, found.st_mtime_ns):
            return True
        return not (record.error or image.key in whole)


def read_manifest(folder: Path) -> dict[str, ThumbnailRecord]:
    """The records of the last run; none when they are lost, damaged or of another recipe."""
    try:
        head, _, body = (folder / MANIFEST).read_bytes().partition(b"\n")
        if head != _head(body):
            return {}
    except OSError:
        return {}
    # What this program wrote needs no second look at each of its fields.
    return {
        key: ThumbnailRecord(
            size, mtime_ns, digest, _read_sizes(sizes), tuple(octets), broken, remark
        )
        for key, (size, mtime_ns, digest, sizes, octets, broken, remark) in json.loads(body).items()
    }


@lru_cache(maxsize=1024)
def _read_sizes(text: str) -> tuple[tuple[int, int], ...]:
    """The sizes that `_write_sizes` wrote. Text, since lists of lists take far longer to read."""
    pairs = (size.split("x") for size in text.split())
    return tuple((int(width), int(height)) for width, height in pairs)


def _write_sizes(sizes: tuple[tuple[int, int], ...]) -> str:
    return " ".join(f"{width}x{height}" for width, height in sizes)


def write_manifest(folder: Path, records: Mapping[str, ThumbnailRecord]) -> None:
    """Note ``records``, by `Image.key`, for the next run; raises `OSError`."""
    rows = {
        key: (*record[:3], _write_sizes(record.sizes), *record[4:])
        for key, record in sorted(records.items())
    }
    body = json.dumps(rows, separators=(",", ":")).encode() + b"\n"
    write_whole(folder / MANIFEST, _head(body) + b"\n" + body)


def _head(body: bytes) -> bytes:
    facts = {
        "recipe": SETTINGS_KEY,
        "fields": _COLUMNS,
        "sha256": sha256(body).hexdigest(),
    }
    return json.dumps(facts).encode()


def write_whole(path: Path, data: bytes) -> None:
    """Write the whole file or leave what was there; raises `OSError`."""
    # Two images with the same bytes have the same copies.
    with replacing(path, suffix=f".{threading.get_ident()}.part") as temporary:
        temporary.write_bytes(data)
