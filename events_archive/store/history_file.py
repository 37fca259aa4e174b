"""``history.jsonl``: what the archive saw change, one `Change` a line, only ever added to."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from typing import Any

from events_archive.errors import CacheError
from events_archive.ll2.json_fields import JsonFields
from events_archive.model.archive_state import CHANGE_TYPES, Change
from events_archive.model.timestamps import parse_utc
from events_archive.store import canonical_json
from events_archive.store.files import fsync_folder, read_bytes, read_lines

HISTORY_FILE = "history.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The changes that can be read, oldest first, and a sentence for each line that cannot."""

    changes: tuple[Change, ...] = ()
    damaged: tuple[str, ...] = ()


def load_history(path: Path) -> History:
    """All changes so far. A torn last line, as a power cut leaves it, is told like any other."""
    changes: list[Change] = []
    damaged: list[str] = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            changes.append(_change_from_json(canonical_json.decode(line)))
        except ValueError:
            damaged.append(f"{path}, line {number}: not an entry of the history")
    changes.sort(key=lambda change: change.observed)
    return History(changes=tuple(changes), damaged=tuple(damaged))


def encode_changes(changes: Iterable[Change]) -> bytes:
    """The changes as the file has them."""
    return b"".join(canonical_json.encode(change_to_json(change)) + b"\n" for change in changes)


def append_lines(path: Path, lines: bytes, *, at: int) -> None:
    """Put ``lines`` behind the first ``at`` bytes of the file, which were all of it before.

    What lies there already may be an earlier try to write the very same lines, cut off or whole,
    so that the same call may be made any number of times. Anything else was added by others and
    stays.

    Raises `CacheError` where it cannot be written.
    """
    there = read_bytes(path)
    if lines.startswith(there[at:].lstrip(b"\n")):
        kept = there[:at]
    else:
        kept, lines = there, b"" if lines in there else lines
    if kept and not kept.endswith(b"\n"):
        lines = b"\n" + lines
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(len(kept))
            file.seek(len(kept))
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        fsync_folder(path.parent)
    except OSError as error:
        raise CacheError(f"{path} cannot be written: {error.strerror or error}") from error


def change_to_json(change: Change) -> dict[str, Any]:
    """A change as its line of the file has it."""
    return {
        "observed": f"{change.observed.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "id": change.event_id,
        "kind": change.change_type,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "live": change.is_live,
    }


_when = lru_cache(maxsize=16)(parse_utc)
"""The changes that were seen at one contact stand beside each other and have one stamp."""


def _change_from_json(value: Any) -> Change:
    fields = JsonFields(value)
    event_id, kind = fields.integer("id"), fields.single_line("kind")
    stamp = fields.raw("observed")
    observed = _when(stamp) if isinstance(stamp, str) else None
    if observed is None or event_id is None or kind not in CHANGE_TYPES:
        raise ValueError("not an entry")
    return Change(
        observed=observed,
        event_id=event_id,
        change_type=kind,
        field=fields.single_line("field"),
        old=fields.raw("old"),
        new=fields.raw("new"),
        is_live=fields.raw("live") is True,
    )
