"""``history.jsonl``: the changes that the archive observed, one a line, only ever appended to."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec

from events_archive.model.changes import CHANGE_TYPES, Change
from events_archive.model.timestamps import format_utc
from events_archive.store.canonical_json import AwareDatetime, decode_as, encode
from events_archive.store.files import read_bytes, read_lines, write_atomically

HISTORY_FILE = "history.jsonl"

_ChangeType = Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(CHANGE_TYPES)})\\Z")]


class _Line(
    msgspec.Struct,
    kw_only=True,
    rename={"event_id": "id", "change_type": "kind", "is_live": "live"},
):
    """A line of the file, with the fields of `Change`."""

    observed: AwareDatetime
    event_id: int
    change_type: _ChangeType
    field: str = ""
    old: Any = None
    new: Any = None
    is_live: bool = False


def load_history(path: Path) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Return all changes that can be read, oldest first, and a sentence for each damaged line.

    Raises `CacheError` when the file exists and cannot be read.
    """
    changes: list[Change] = []
    damaged: list[str] = []
    for number, data in read_lines(path):
        try:
            changes.append(Change(**msgspec.structs.asdict(decode_as(data, _Line))))
        except ValueError:
            damaged.append(f"{path}, line {number}: not an entry of the history")
    changes.sort(key=lambda change: change.observed)
    return tuple(changes), tuple(damaged)


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
    write_atomically(path, content + lines)
