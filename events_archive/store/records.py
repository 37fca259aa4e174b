"""``events.jsonl``: the records exactly as LL2 sent them, in JSON Lines.

One record a line, sorted by id and with sorted keys, so that the digest of a line is the digest of
the record.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from events_archive.model.timestamps import parse_utc
from events_archive.store import canonical_json
from events_archive.store.files import read_lines

EVENTS_FILE = "events.jsonl"

NO_TIMESTAMP = datetime.min.replace(tzinfo=UTC)
"""The ``last_updated`` of a record that has none."""

Record = dict[str, Any]
"""A JSON object exactly as LL2 sent it."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record as one line of the file."""

    data: bytes
    """Without the line end."""

    @classmethod
    def encode(cls, record: Record) -> "RecordLine":
        """Return the line of ``record``."""
        return cls(canonical_json.encode(record))

    @property
    def digest(self) -> str:
        """SHA-256 of `data` in hexadecimal."""
        return digest(self.data)

    def decode(self) -> Record:
        """Return a new copy of the record."""
        record: Record = canonical_json.decode(self.data)
        return record


class _DecodedRecords(Mapping[int, Record]):
    """Records by id, decoded on access, since all of them at once would take much memory."""

    def __init__(self, lines: Mapping[int, RecordLine]) -> None:
        self._lines = lines

    def __getitem__(self, record_id: int) -> Record:
        return self._lines[record_id].decode()

    def __iter__(self) -> Iterator[int]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records of the cache."""

    lines: Mapping[int, RecordLine] = field(default_factory=dict)
    """By event id, in ascending order."""
    last_updated: Mapping[int, datetime] = field(default_factory=dict)
    """The records' ``last_updated`` by event id."""
    damaged: tuple[str, ...] = ()
    """A sentence with file and line for each line that cannot be read."""

    def merged(self, records: Mapping[int, Record]) -> "Records":
        """Return these records with ``records`` added, or in the place of those with their ids.

        `damaged` is empty in the result.
        """
        new_lines = {event_id: RecordLine.encode(record) for event_id, record in records.items()}
        updated = {event_id: last_updated(record) for event_id, record in records.items()}
        return _in_order({**self.lines, **new_lines}, {**self.last_updated, **updated})

    @property
    def data(self) -> bytes:
        """The content of ``events.jsonl``."""
        return b"".join([line.data + b"\n" for line in self.lines.values()])

    @property
    def by_id(self) -> Mapping[int, Record]:
        """The records, decoded each time one is looked up."""
        return _DecodedRecords(self.lines)


def id_of_record(record: object) -> int | None:
    """Return the event id of a record; None for one without a usable id, which is not stored."""
    value = record.get("id") if isinstance(record, dict) else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value < 2**53 else None


def last_updated(record: Record) -> datetime:
    """Return the ``last_updated`` of a record in UTC, `NO_TIMESTAMP` where it has none."""
    return parse_utc(record.get("last_updated")) or NO_TIMESTAMP


def is_older(record: Record, other: Record | None) -> bool:
    """Whether ``record`` is an earlier state than ``other`` of the same event."""
    return other is not None and last_updated(record) < last_updated(other)


def digest(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return sha256(data).hexdigest()


def load_records(path: Path) -> Records:
    """Return all records that can be read from ``path``; none when there is no file.

    Of two lines with one id, the one updated later is used; of two updated at the same time, the
    second.

    Raises `CacheError` when the file exists and cannot be read.
    """
    lines: dict[int, RecordLine] = {}
    updates: dict[int, datetime] = {}
    damaged: list[str] = []
    repeated = 0
    for number, data in enumerate(read_lines(path), start=1):
        if not data.strip():
            continue
        try:
            event_id, updated, line = _read_line(data)
        except ValueError:
            damaged.append(f"{path}, line {number}: not a whole JSON object")
            continue
        if event_id is None:
            damaged.append(f"{path}, line {number}: no record with a usable id")
            continue
        repeated += event_id in lines
        if updated >= updates.get(event_id, NO_TIMESTAMP):
            lines[event_id], updates[event_id] = line, updated
    if repeated:
        damaged.append(f"{path}: {repeated} events stand in it more than once")
    return _in_order(lines, updates, damaged)


def _in_order(
    lines: Mapping[int, RecordLine], updates: Mapping[int, datetime], damaged: Iterable[str] = ()
) -> Records:
    """Return the records in the order of their ids."""
    ids = sorted(lines)
    return Records(
        lines={event_id: lines[event_id] for event_id in ids},
        last_updated={event_id: updates[event_id] for event_id in ids},
        damaged=tuple(damaged),
    )


def _read_line(data: bytes) -> tuple[int | None, datetime, RecordLine]:
    """Return the id, ``last_updated`` and line of a record; raises `ValueError` if damaged.

    A line that was edited by hand is put into canonical form.
    """
    members = canonical_json.split_members(data)
    is_canonical = list(members) == sorted(members)
    if is_canonical and b"{%b}" % canonical_json.join_members(members) == data:
        line = RecordLine(data)
    else:
        line = RecordLine.encode(canonical_json.decode(data))
    head: Record = {
        name: canonical_json.decode(members[name])
        for name in ("id", "last_updated")
        if name in members
    }
    return id_of_record(head), last_updated(head), line
