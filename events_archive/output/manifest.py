"""What a build leaves behind for the next one to know: of each file, what it was made from.

It lies in ``content_cache/builds/``, one file for each output folder, and is no more than a help:
where it is missing or damaged, everything is made again, and comes out the same.
"""

import marshal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from events_archive.output.up_to_date import FileStat

FOLDER = "builds"

_FORMAT = 2
_MARSHAL = 2
"""The last of marshal's formats that takes no note of each value in case it comes again: few do."""


class FileEntry(NamedTuple):
    """A file of the output as the last build left it."""

    key: bytes
    """A digest of all that it was made from; empty where that is not known."""
    size: int
    digest: str
    """Of its content, where that was wanted; else ``""``."""
    stamp: FileStat


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildManifest:
    """What the last build into a folder left there."""

    state: bytes = b""
    """A digest of what every page depends on, code and templates among it."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """The patterns of published ids, as that build proved them."""
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    """By address."""
    warnings: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    """By address, what there was to say of a file; and whether it is no more than a remark."""


def load_manifest(cache: Path, output: Path) -> BuildManifest:
    """What the last build into ``output`` left; nothing where that is not known."""
    try:
        value: Any = marshal.loads(_file(cache, output).read_bytes())
        if value[0] != _FORMAT:
            return BuildManifest()
        _, state, ids, files, warnings = value
        names, *columns = files
        made = map(FileEntry._make, zip(*columns, strict=True))
        known = dict(zip(names, made, strict=True))
        return BuildManifest(state=state, ids=ids, files=known, warnings=warnings)
    except (OSError, ValueError, EOFError, TypeError, AttributeError, IndexError):
        return BuildManifest()


def save_manifest(cache: Path, output: Path, left: BuildManifest) -> None:
    """Remember it; where that cannot be, the next build makes everything again."""
    # In columns: a copy of tens of thousands of rows would be the most that a build ever holds.
    columns = ([getattr(file, name) for file in left.files.values()] for name in FileEntry._fields)
    files = (list(left.files), *columns)
    value = (_FORMAT, left.state, dict(left.ids), files, dict(left.warnings))
    data = marshal.dumps(value, _MARSHAL)
    file = _file(cache, output)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(data)
        part.replace(file)


def _file(cache: Path, output: Path) -> Path:
    name = sha256(str(output.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return cache / FOLDER / f"{name}.bin"
