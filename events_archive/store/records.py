"""``events.jsonl``: the records as LL2 sent them, in JSON Lines.

A member that LL2 leaves out keeps its last known value (`ll2.merge`); nothing else is changed.

One record a line, sorted by id and with sorted keys, so that a line's digest is the record's.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from events_archive.model.event import MAX_ID
from events_archive.model.timestamps import EARLIEST, parse_utc
from events_archive.store import canonical_json
from events_archive.store.files import is_conflict_marker, read_lines

EVENTS_FILE = "events.jsonl"

_LEFT_OUT = "it is left out until the next full refresh"

IDENTITY = frozenset({"id", "last_updated"})
"""The members that are kept of a record of which no others can be read."""

Record = dict[str, Any]
"""A JSON object as LL2 sent it."""


class RecordLine(Struct, frozen=True):
    """A record as one line of the file."""

    data: bytes
    """Without the line end."""
    last_updated: datetime = EARLIEST

    @classmethod
    def encode(cls, record: Record) -> "RecordLine":
        """Return the line of ``record``."""
        return cls(canonical_json.encode(record), last_updated(record))

    @property
    def digest(self) -> str:
        """SHA-256 of `data` in hexadecimal."""
        return sha256(self.data).hexdigest()

    def decode(self) -> Record:
        """Return a new copy of the record."""
        return canonical_json.decode_as(self.data, dict)


class Records(Struct, frozen=True, kw_only=True):
    """The records of the cache."""

    lines: Mapping[int, RecordLine] = field(default_factory=dict)
    """By event id, in ascending order."""
    damaged: tuple[str, ...] = ()
    """A sentence with file and line for each line that cannot be read."""

    def get(self, event_id: int) -> Record | None:
        """Return a new copy of the record of an event, None if there is none."""
        return self.lines[event_id].decode() if event_id in self.lines else None

    def merged(self, lines: Mapping[int, RecordLine]) -> "Records":
        """Return these records with ``lines`` added, or in the place of those with their ids.

        `damaged` is empty in the result.
        """
        return Records(lines=dict(sorted({**self.lines, **lines}.items())))

    @property
    def data(self) -> bytes:
        """The content of ``events.jsonl``."""
        return b"".join([line.data + b"\n" for line in self.lines.values()])


def id_of_record(record: object) -> int | None:
    """Return the event id of a record; None for one without a usable id, which is not stored."""
    value = record.get("id") if isinstance(record, dict) else None
    return value if type(value) is int and 0 < value <= MAX_ID else None


def last_updated(record: Record) -> datetime:
    """Return the ``last_updated`` of a record in UTC, `EARLIEST` where it has none."""
    return parse_utc(record.get("last_updated")) or EARLIEST


def is_older(record: Record, other: Record | None) -> bool:
    """Whether ``record`` is an earlier state than ``other`` of the same event."""
    return other is not None and last_updated(record) < last_updated(other)


def load_records(path: Path) -> Records:
    """Return all records that can be read from ``path``; none when there is no file.

    Of two lines with one id, the one updated later is used, at the same time the second.

    Raises `CacheError` when the file exists and cannot be read.
    """
    lines: dict[int, RecordLine] = {}
    damaged: list[str] = []
    markers: list[str] = []
    repeated = 0
    for number, data in read_lines(path):
        try:
            event_id, line = _read_line(data)
        except ValueError:
            if is_conflict_marker(data):
                markers.append(str(number))
            else:
                damaged.append(f"{path}, line {number}: not a whole JSON object; {_LEFT_OUT}")
            continue
        if event_id is None:
            damaged.append(f"{path}, line {number}: no record with a usable id; {_LEFT_OUT}")
            continue
        repeated += event_id in lines
        if event_id not in lines or line.last_updated >= lines[event_id].last_updated:
            lines[event_id] = line
    if markers:
        damaged.append(
            f"{path}, lines {', '.join(markers)}: conflict markers, which a merge left; of each "
            "event the later state is used"
        )
    if repeated:
        damaged.append(
            f"{path}: {repeated} events stand in it more than once; of each the later state is used"
        )
    return Records(lines=dict(sorted(lines.items())), damaged=tuple(damaged))


def _read_line(data: bytes) -> tuple[int | None, RecordLine]:
    """Return a line and the id of its record; raises `ValueError` if it is damaged."""
    record = canonical_json.decode_as(data, dict)
    return id_of_record(record), RecordLine(data, last_updated(record))
