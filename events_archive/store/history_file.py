"""``history.jsonl``: the changes that the archive observed, one a line, only ever appended to."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from events_archive.model.changes import CHANGE_TYPES, PARTS_OF_IMAGE, Change
from events_archive.model.timestamps import FIRST_YEAR, LAST_YEAR
from events_archive.store.canonical_json import decode, decode_as, encode
from events_archive.store.files import conflict_marker, read_text, write_atomically
from events_archive.store.json_lines import (
    JsonLine,
    NewerVersionError,
    UnusableLineError,
    read_json_lines,
)

HISTORY_FILE = "history.jsonl"


def load_history(path: Path) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Return all changes that can be read, oldest first, and a sentence for each damaged line.

    What two clones of the archive saw stands in a merged file twice, and counts once: a change to
    what is known already is none.

    Raises `CacheError` when the file exists and cannot be read.
    """
    lines, damaged = _read(path)
    changes = sorted((line.value for line in lines), key=_order)
    return tuple(_without_repetitions(changes)), tuple(damaged)


def repaired_history(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """Return every change that can be read, once, oldest first, and the sentences about the rest.

    Raises `CacheError` when the file exists and cannot be read, or a newer version of the program
    has written it.
    """
    lines, damaged = _read(path, is_written_again=True)
    lines.sort(key=lambda line: _order(line.value))
    entries = dict.fromkeys(_canonical(line) for line in lines)
    return b"".join(entry + b"\n" for entry in entries), tuple(damaged)


def _read(
    path: Path, *, is_written_again: bool = False
) -> tuple[list[JsonLine[Change]], list[str]]:
    return read_json_lines(
        path,
        _decode,
        "the entries of both sides stay",
        consequence="it is left out",
        is_written_again=is_written_again,
    )


def _canonical(line: JsonLine[Change]) -> bytes:
    """Return a line as the archive writes it; members that it does not know stay."""
    try:
        return encode(decode(line.data))
    except ValueError:
        # What does not concern it need not be valid for `_decode`.
        return encode(line.value)


def _order(change: Change) -> tuple[datetime, int]:
    """Return what orders the entries of the file, in which a refresh writes events by id."""
    return change.observed, change.event_id


def _without_repetitions(changes: Iterable[Change]) -> Iterator[Change]:
    known: dict[tuple[int, str], object] = {}
    for change in changes:
        # Of an event as a whole it counts whether it is there.
        value = change.new if change.field else change.change_type != "withdrawn"
        key = (change.event_id, change.field)
        if key not in known or known[key] != value:
            known[key] = value
            for part in PARTS_OF_IMAGE if change.field == "image" else ():
                known.pop((change.event_id, part), None)
            yield change


def remove_conflict_markers(path: Path) -> None:
    """Remove conflict markers from the file; every other line stays. Raises `CacheError`."""
    lines = read_text(path).split(b"\n")
    write_atomically(path, b"\n".join(line for line in lines if not conflict_marker(line)))


def _decode(line: bytes) -> Change:
    """Return the change in a line.

    Raises `UnusableLineError` if there is none, or in no possible year.
    """
    try:
        if b"\\ud" in line or b"\\uD" in line:
            # Nothing can show half a surrogate pair.
            line = encode(decode(line), errors="replace")
        change = decode_as(line, Change)
    except ValueError:
        if kind := _unknown_kind(line):
            raise NewerVersionError(kind) from None
        raise UnusableLineError("not an entry of the history") from None
    if not FIRST_YEAR <= change.observed.year <= LAST_YEAR:
        raise UnusableLineError("not an entry of the history")
    return change


def _unknown_kind(line: bytes) -> str:
    """Return the kind of a change that is valid but for its kind; "" for any other line."""
    with suppress(KeyError, TypeError, ValueError):
        members = decode_as(line, dict)
        kind = members["kind"]
        decode_as(encode({**members, "kind": CHANGE_TYPES[0]}), Change)
        return kind if isinstance(kind, str) and re.fullmatch("[a-z]{3,20}", kind) else ""
    return ""


def encode_changes(changes: Iterable[Change]) -> bytes:
    """Return the lines of ``changes``."""
    return b"".join(encode(change) + b"\n" for change in changes)


def append_lines(path: Path, lines: bytes, *, offset: int) -> None:
    """Write ``lines`` to the end of the file, whose text (`read_text`) had ``offset`` bytes.

    What follows after ``offset`` may be the same lines, written by an interrupted call, in part or
    whole: they are not written twice. Anything else that follows is retained.

    Raises `CacheError` when the file cannot be read or written.
    """
    content = read_text(path)
    if lines.startswith(content[offset:].lstrip(b"\n")):
        content = content[:offset]
    elif lines in content:
        lines = b""
    if content and not content.endswith(b"\n"):
        lines = b"\n" + lines
    write_atomically(path, content + lines)
