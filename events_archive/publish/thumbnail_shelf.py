"""The shelf on which the copies of the pictures lie, and the list of what is known of them.

A copy's name holds a digest of the original, so that it may be cached for ever, and the manifest
beside the copies tells without decoding anything which of them are still true.
"""

import json
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from events_archive.model.event import Image
from events_archive.publish.thumbnail_drawing import RECIPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the manifest remembers of one original."""

    size: int
    """Of the original, in bytes; with `mtime_ns` a cheap sign that it is still the same."""
    mtime_ns: int
    digest: str
    """The first ten hexadecimal digits of a SHA-256 over `RECIPE` and the original's bytes."""
    copies: tuple[tuple[int, int, int], ...] = ()
    """Width and height in pixels and size in bytes of each, narrowest first; none if broken."""
    broken: str = ""
    """Why there are no copies."""
    remark: str = ""
    """What Pillow found odd about a picture that it could read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The two folders and what the manifest knew about them when the run began."""

    originals: Path
    folder: Path
    known: Mapping[str, Record]

    def copy(self, image: Image, digest: str, width: int) -> Path:
        """Where the copy of ``image`` lies that is ``width`` pixels wide."""
        return self.folder / f"{image.id}-{digest}-{width}.webp"

    def is_current(self, image: Image) -> bool:
        """Whether there is nothing to do: also where there is no original to do it with."""
        try:
            found = (self.originals / image.key).stat()
        except OSError:
            return True
        record = self.known.get(image.key)
        if record is None or (record.size, record.mtime_ns) != (found.st_size, found.st_mtime_ns):
            return False
        return bool(record.broken) or self.has_copies(image, record)

    def has_copies(self, image: Image, record: Record) -> bool:
        """Whether the record's copies are all there and as long as they were written."""
        try:
            return bool(record.copies) and all(
                self.copy(image, record.digest, width).stat().st_size == size
                for width, _, size in record.copies
            )
        except OSError:
            return False


def read_manifest(folder: Path) -> dict[str, Record]:
    """The records of the last run; none when they are lost, damaged or of another recipe."""
    try:
        document = json.loads((folder / "manifest.json").read_bytes())
        if document["recipe"] != RECIPE:
            return {}
        records = {key: _record(fields) for key, fields in document["originals"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    return records


def _record(fields: dict[str, Any]) -> Record:
    """A record from the manifest, which may have been damaged: its digest becomes a file name."""
    if not re.fullmatch(r"[0-9a-f]{10}", fields["digest"]):
        raise ValueError("not a digest")
    return Record(
        size=int(fields["size"]),
        mtime_ns=int(fields["mtime_ns"]),
        digest=fields["digest"],
        copies=tuple((int(w), int(h), int(size)) for w, h, size in fields["copies"]),
        broken=str(fields["broken"]),
        remark=str(fields["remark"]),
    )


def write_manifest(folder: Path, records: Mapping[str, Record]) -> None:
    """Note ``records``, by `Image.key`, for the next run; raises `OSError`."""
    document = {
        "recipe": RECIPE,
        "originals": {key: asdict(record) for key, record in sorted(records.items())},
    }
    write_whole(folder / "manifest.json", json.dumps(document, indent=1).encode() + b"\n")


def write_whole(path: Path, data: bytes) -> None:
    """Write the whole file or leave what was there; raises `OSError`."""
    part = path.with_name(f".{path.name}.{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
