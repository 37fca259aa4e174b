"""``history.jsonl``: the changes that the archive observed, one a line, only ever appended to."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from events_archive.model.changes import PARTS_OF_IMAGE, Change
from events_archive.model.timestamps import FIRST_YEAR, LAST_YEAR
from events_archive.store.canonical_json import decode, decode_as, encode
from events_archive.store.files import (
    is_conflict_marker,
    read_bytes,
    read_lines,
    write_atomically,
)

HISTORY_FILE = "history.jsonl"


def load_history(path: Path) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Return all changes that can be read, oldest first, and a sentence for each damaged line.

    What two clones of the archive saw stands in a merged file twice, and counts once: a change to
    what is known already is none.

    Raises `CacheError` when the file exists and cannot be read.
    """
    changes: list[Change] = []
    damaged: list[str] = []
    markers: list[str] = []
    for number, data in read_lines(path):
        try:
            changes.append(_decode(data))
        except ValueError:
            if is_conflict_marker(data):
                markers.append(str(number))
            else:
                damaged.append(
                    f"{path}, line {number}: not an entry of the history; it is left out"
                )
    if markers:
        damaged.append(
            f"{path}, lines {', '.join(markers)}: conflict markers, which a merge left; they are "
            "removed, and the entries of both sides stay"
        )
    changes.sort(key=lambda change: change.observed)
    return tuple(_without_repetitions(changes)), tuple(damaged)


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


def repair_history(path: Path) -> None:
    """Remove conflict markers from the file; every other line stays. Raises `CacheError`."""
    lines = read_bytes(path).split(b"\n")
    write_atomically(path, b"\n".join(line for line in lines if not is_conflict_marker(line)))


def _decode(line: bytes) -> Change:
    """Return the change in a line. Raises ValueError if there is none, or in no possible year."""
    if b"\\ud" in line or b"\\uD" in line:
        # Nothing can show half a surrogate pair.
        line = encode(decode(line), errors="replace")
    change = decode_as(line, Change)
    if not FIRST_YEAR <= change.observed.year <= LAST_YEAR:
        raise ValueError(f"{change.observed} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
    return change


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
