"""``history.jsonl``: the changes that the archive observed, one a line, only ever appended to."""

from collections.abc import Iterable
from pathlib import Path

from events_archive.model.changes import Change
from events_archive.store.canonical_json import decode_as, encode
from events_archive.store.files import read_bytes, read_lines, write_atomically

HISTORY_FILE = "history.jsonl"


def load_history(path: Path) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Return all changes that can be read, oldest first, and a sentence for each damaged line.

    Raises `CacheError` when the file exists and cannot be read.
    """
    changes: list[Change] = []
    damaged: list[str] = []
    for number, data in read_lines(path):
        try:
            changes.append(decode_as(data, Change))
        except ValueError:
            damaged.append(f"{path}, line {number}: not an entry of the history")
    changes.sort(key=lambda change: change.observed)
    return tuple(changes), tuple(damaged)


def encode_changes(changes: Iterable[Change]) -> bytes:
    """Return the lines of ``changes``."""
    return b"".join(encode(change) + b"\n" for change in changes)


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
