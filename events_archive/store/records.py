"""``events.jsonl``: the records as LL2 sent them, in JSON Lines.

A member that LL2 leaves out keeps its last known value (`ll2.merge`); nothing else is changed.

One record a line, sorted by id and with sorted keys, so that a line's digest is the record's.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from msgspec import Struct, field

from events_archive.model.event import MAX_ID
from events_archive.model.timestamps import EARLIEST, parse_utc
from events_archive.store import canonical_json
from events_archive.store.files import is_conflict_marker, read_lines

EVENTS_FILE = "events.jsonl"

_LEFT_OUT = "it is left out until the next full refresh"

K = TypeVar("K", int, tuple[str, int])
"""What tells records of a file apart, and orders them in it."""

IDENTITY = frozenset({"id", "last_updated"})
"""The members that are kept of a record of which no others can be read."""

Record = dict[str, Any]
"""A JSON object as LL2 sent it."""


class RecordLine(Struct, frozen=True):
    """A record as one line of the file."""

    data: bytes
    """Without the line end."""
    last_updated: datetime = EARLIEST
    """When the record was edited, by the API's clock."""

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


class RecordSet(Struct, Generic[K], frozen=True, kw_only=True):
    """The records of one file."""

    lines: Mapping[K, RecordLine] = field(default_factory=dict)
    """By what tells them apart, in ascending order."""
    damaged: tuple[str, ...] = ()
    """A sentence with file and line for each line that cannot be read."""

    def merged(self, lines: Mapping[K, RecordLine]) -> Self:
        """Return these records with ``lines`` added, or in the place of those with their keys.

        `damaged` is empty in the result.
        """
        return type(self)(lines=dict(sorted({**self.lines, **lines}.items())))

    @property
    def data(self) -> bytes:
        """The content of the file."""
        return b"".join([line.data + b"\n" for line in self.lines.values()])


class Records(RecordSet[int], frozen=True, kw_only=True):
    """The records of events, by event id."""

    def get(self, event_id: int) -> Record | None:
        """Return a new copy of the record of an event, None if there is none."""
        return self.lines[event_id].decode() if event_id in self.lines else None


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
    """Return all records of events that can be read from ``path``; none when there is no file.

    Raises `CacheError` when the file exists and cannot be read.
    """
    lines, damaged = read_record_lines(path, id_of_record, last_updated, "events")
    return Records(lines=lines, damaged=damaged)


def read_record_lines(
    path: Path,
    key_of: Callable[[Record], K | None],
    edited: Callable[[Record], datetime],
    noun: str,
) -> tuple[dict[K, RecordLine], tuple[str, ...]]:
    """Return the lines of ``path`` that can be read, and a sentence for what cannot.

    ``key_of`` tells records apart, and is None for those that are not used; ``edited`` says when
    one was edited. Of two lines with one key, the one edited later is used, at the same time the
    second.

    Raises `CacheError` when the file exists and cannot be read.
    """
    lines: dict[K, RecordLine] = {}
    damaged: list[str] = []
    markers: list[str] = []
    repeated = 0
    for number, data in read_lines(path):
        try:
            record = canonical_json.decode_as(data, dict)
        except ValueError:
            if is_conflict_marker(data):
                markers.append(str(number))
            else:
                damaged.append(f"{path}, line {number}: not a whole JSON object; {_LEFT_OUT}")
            continue
        key, line = key_of(record), RecordLine(data, edited(record))
        if key is None:
            damaged.append(f"{path}, line {number}: no record with a usable id; {_LEFT_OUT}")
            continue
        repeated += key in lines
        if key not in lines or line.last_updated >= lines[key].last_updated:
            lines[key] = line
    if markers:
        damaged.append(
            f"{path}, lines {', '.join(markers)}: conflict markers, which a merge left; of each "
            "record the later state is used"
        )
    if repeated:
        damaged.append(
            f"{path}: {repeated} {noun} stand in it more than once; of each the later state is used"
        )
    return dict(sorted(lines.items())), tuple(damaged)
