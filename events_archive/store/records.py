"""``events.jsonl``: the records as LL2 sent them, in JSON Lines.

A member that LL2 leaves out keeps its last known value (`ll2.merge`); nothing else is changed.

One record a line, sorted by id and with sorted keys, so that a line's digest is the record's.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from msgspec import Struct, field

from events_archive.model.event import MAX_ID
from events_archive.model.timestamps import EARLIEST, parse_utc
from events_archive.store import canonical_json
from events_archive.store.json_lines import UnusableLineError, read_json_lines
from events_archive.store.sample import NOTHING_SHIPPED, ShippedLines, load_sample

EVENTS_FILE = "events.jsonl"

_LEFT_OUT = "it is left out until the next full refresh (build.py --full)"

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

    sample: frozenset[int] = frozenset()
    """The ids of those that came with the code, until the first refresh replaces them."""


def id_of_record(record: object) -> int | None:
    """Return the event id of a record; None for one without a usable id, which is not stored."""
    value = record.get("id") if isinstance(record, dict) else None
    return value if type(value) is int and 0 < value <= MAX_ID else None


def last_updated(record: Record) -> datetime:
    """Return the ``last_updated`` of a record in UTC, `EARLIEST` where it has none."""
    return parse_utc(record.get("last_updated")) or EARLIEST


def load_records(path: Path, first_seen: Collection[int] = ()) -> Records:
    """Return all records of events that can be read from ``path``; none when there is no file.

    ``first_seen`` are the ids of the events that the archive has seen in the API. Once there are
    any, the sample events that are none of them are left out (see `store.sample`).

    Raises `CacheError` when the file exists and cannot be read.
    """
    sample = load_sample(path.parent)
    lines, damaged = read_record_lines(path, id_of_record, last_updated, "events", sample.events)
    ids = frozenset(id for id, line in lines.items() if sample.events.has(id, line.data))
    unseen = ids.difference(first_seen)
    if first_seen:
        lines = {id: line for id, line in lines.items() if id not in unseen}
        unseen = frozenset()
    return Records(lines=lines, damaged=damaged, sample=unseen)


def read_record_lines(
    path: Path,
    key_of: Callable[[Record], K | None],
    edited: Callable[[Record], datetime],
    noun: str,
    shipped: ShippedLines = NOTHING_SHIPPED,
) -> tuple[dict[K, RecordLine], tuple[str, ...]]:
    """Return the lines of ``path`` that can be read, and a sentence for what cannot.

    ``key_of`` tells records apart, and is None for those that are not used; ``edited`` says when
    one was edited. Of two lines with one key, the one edited later is used, at the same time the
    second; but none of those that have ``shipped`` beside another.

    Raises `CacheError` when the file exists and cannot be read.
    """

    def decode(data: bytes) -> tuple[K, RecordLine]:
        try:
            record = canonical_json.decode_as(data, dict)
        except ValueError:
            raise UnusableLineError("not a whole JSON object") from None
        if (key := key_of(record)) is None:
            raise UnusableLineError("no record with a usable id")
        return key, RecordLine(data, edited(record))

    found, damaged = read_json_lines(
        path, decode, "of each record the later state is used", consequence=_LEFT_OUT
    )
    lines: dict[K, RecordLine] = {}
    repeated: list[str] = []
    for one in found:
        key, line = one.value
        known = lines.setdefault(key, line)
        if known is line:
            continue
        ranks = [(not shipped.has(key, one.data), one.last_updated) for one in (known, line)]
        # An update of the code may bring a sample event again; other lines are data of the archive.
        if all(is_own for is_own, _ in ranks):
            repeated.append(str(one.number))
        if ranks[1] >= ranks[0]:
            lines[key] = line
    if repeated:
        where = ", ".join(repeated[:5]) + (" and others" if repeated[5:] else "")
        damaged.append(
            f"{path}, line {where}: {noun} that stand in it more than once; of each the later "
            "state is used"
        )
    return dict(sorted(lines.items())), tuple(damaged)
