"""``history.jsonl``: the changes that the archive observed, one a line, only ever appended to."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from events_archive.errors import CacheError
from events_archive.model.changes import CHANGE_TYPES, Change
from events_archive.model.timestamps import format_utc
from events_archive.store.canonical_json import AwareDatetime, decode_as, encode
from events_archive.store.files import fsync_folder, read_bytes, read_lines

HISTORY_FILE = "history.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The content of the file."""

    changes: tuple[Change, ...] = ()
    """Oldest first."""
    damaged: tuple[str, ...] = ()
    """A sentence with file and line for each line that cannot be read."""


class _Line(
    msgspec.Struct,
    kw_only=True,
    rename={"event_id": "id", "change_type": "kind", "is_live": "live"},
):
    """A line of the file, with the fields of `Change`."""

    observed: AwareDatetime
    event_id: int
    change_type: str
    field: str = ""
    old: Any = None
    new: Any = None
    is_live: bool = False


def load_history(path: Path) -> History:
    """Return all changes that can be read from ``path``; none when there is no file.

    Raises `CacheError` when the file exists and cannot be read.
    """
    changes: list[Change] = []
    damaged: list[str] = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            changes.append(_decode_change(line))
        except ValueError:
            damaged.append(f"{path}, line {number}: not an entry of the history")
    changes.sort(key=lambda change: change.observed)
    return History(changes=tuple(changes), damaged=tuple(damaged))


def _decode_change(data: bytes) -> Change:
    line = decode_as(data, _Line)
    if line.change_type not in CHANGE_TYPES:
        raise ValueError(f"unknown type of change: {line.change_type}")
    return Change(**msgspec.structs.asdict(line))


def change_to_json(change: Change) -> dict[str, Any]:
    """Return the object that is a change's line of the file."""
    return {
        "observed": format_utc(change.observed),
        "id": change.event_id,
        "kind": change.change_type,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "live": change.is_live,
    }


def encode_changes(changes: Iterable[Change]) -> bytes:
    """Return the lines of ``changes``."""
    return b"".join(encode(change_to_json(change)) + b"\n" for change in changes)


def append_lines(path: Path, lines: bytes, *, offset: int) -> None:
    """Write ``lines`` to the end of the file, whose size was ``offset`` bytes.

    What follows after ``offset`` may be the same lines, written by an interrupted call, in part or
    whole: they are not written twice. Anything else that follows is retained.

    Raises `CacheError` when the file cannot be read or written.
    """
    content = read_bytes(path)
    if lines.startswith(content[offset:].lstrip(b"\n")):
        content = content[:offset]
    elif lines in content:
        lines = b""
    if content and not content.endswith(b"\n"):
        lines = b"\n" + lines
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.truncate(len(content))
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        fsync_folder(path.parent)
    except OSError as error:
        raise CacheError(f"{path} cannot be written: {error.strerror or error}") from error
