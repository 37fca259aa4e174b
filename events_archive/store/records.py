"""The store of record, ``content_cache/events.jsonl``, and how any file there reaches the disk.

JSON Lines: one record a line exactly as LL2 sent it, sorted by id, keys sorted. A file is the old
one or the new one, whole, whatever happens in between.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from events_archive.errors import ArchiveError
from events_archive.ll2.json_fields import Fields
from events_archive.ll2.parse import SHARED, Record
from events_archive.store import canonical_json

EVENTS_FILE = "events.jsonl"

_READ_AT_ONCE = 2**16
"""Some twenty records."""

NEVER = datetime.min.replace(tzinfo=UTC)
"""The stamp of a record that has none."""


class CacheError(ArchiveError):
    """A file of the cache cannot be read or written. Names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Line:
    """A record as the cache has it, decoded when somebody asks."""

    data: bytes
    digest: str
    """SHA-256 in hexadecimal."""

    @classmethod
    def of(cls, record: Record) -> "Line":
        """The line on which ``record`` will stand."""
        data = canonical_json.encode(record)
        return cls(data, digest(data))

    @property
    def record(self) -> Record:
        """The record, made anew each time."""
        record: Record = canonical_json.decode(self.data)
        return record


class _Decoded(Mapping[int, Record]):
    """Records by id, each decoded when it is looked at: together they take ten times the room."""

    def __init__(self, lines: Mapping[int, Line]) -> None:
        self._lines = lines

    def __getitem__(self, record_id: int) -> Record:
        return self._lines[record_id].record

    def __iter__(self) -> Iterator[int]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records of the cache."""

    lines: Mapping[int, Line] = field(default_factory=dict)
    """By event id, in that order."""
    stamps: Mapping[int, datetime] = field(default_factory=dict)
    """When LL2 says it last touched each record, by event id."""
    damaged: tuple[str, ...] = ()
    """What could not be read, a sentence each with file and line."""

    @classmethod
    def read(
        cls, found: Iterable[tuple[int, datetime, Line]], damaged: Iterable[str] = ()
    ) -> "Records":
        """The lines in order of id; of two with one id the fresher counts, else the later."""
        best: dict[int, tuple[datetime, Line]] = {}
        for record_id, stamp, line in found:
            if record_id not in best or stamp >= best[record_id][0]:
                best[record_id] = (stamp, line)
        ids = sorted(best)
        return cls(
            lines={record_id: best[record_id][1] for record_id in ids},
            stamps={record_id: best[record_id][0] for record_id in ids},
            damaged=tuple(damaged),
        )

    def updated(self, news: Mapping[int, Record]) -> "Records":
        """The records with ``news`` by id, in the place of those of their ids if there are any."""
        lines = {**self.lines, **{number: Line.of(record) for number, record in news.items()}}
        stamps = {**self.stamps, **{number: last_updated(news[number]) for number in news}}
        ids = sorted(lines)
        return Records(
            lines={number: lines[number] for number in ids},
            stamps={number: stamps[number] for number in ids},
        )

    @property
    def data(self) -> bytes:
        """The records as ``events.jsonl`` has them."""
        return b"".join([line.data + b"\n" for line in self.lines.values()])

    @property
    def by_id(self) -> Mapping[int, Record]:
        """The records themselves, in order of id."""
        return _Decoded(self.lines)

    @property
    def digests(self) -> Mapping[int, str]:
        """SHA-256 of each line in hexadecimal, by event id."""
        return {record_id: line.digest for record_id, line in self.lines.items()}


class Reader:
    """What becomes of records as they are loaded; this one keeps nothing."""

    def foresee(self, lines: Sequence[Line]) -> None:
        """All lines that there are, before any is recalled or learnt."""

    def recall(self, line: Line) -> tuple[int, datetime] | None:
        """The id and stamp of a line that was read before, so that it need not be decoded."""
        return None

    def learn(self, line: Line, record: Record) -> None:
        """Take note of a record that is not known yet."""


def identity(record: object) -> int | None:
    """The event id of a record; None for what has none and so cannot be kept."""
    record_id = Fields(record).integer("id")
    return record_id if record_id is not None and 0 < record_id < 2**53 else None


def last_updated(record: Record) -> datetime:
    """When LL2 says it last touched the record; the beginning of time where it does not say."""
    return Fields(record).when("last_updated") or NEVER


def is_older(record: Record, other: Record | None) -> bool:
    """Whether ``record`` is an earlier state than ``other`` of the same event."""
    return other is not None and last_updated(record) < last_updated(other)


def digest(line: bytes) -> str:
    """The SHA-256 of a line without its line end, in hexadecimal."""
    return sha256(line).hexdigest()


def load_records(path: Path, reader: Reader | None = None) -> Records:
    """All records that can be read from ``path``; a file that is not there holds none.

    Raises `CacheError` when the file is there and the system does not let us read it.
    """
    reader, decoder = reader or Reader(), canonical_json.Decoder(SHARED)
    found: list[tuple[int, datetime, Line]] = []
    damaged: list[str] = []
    numbered = {
        number: Line(data, digest(data))
        for number, data in enumerate(read_lines(path), start=1)
        if data.strip()
    }
    reader.foresee(list(numbered.values()))
    for number, line in numbered.items():
        if known := reader.recall(line):
            found.append((*known, line))
            continue
        try:
            as_written, record = decoded(line, decoder)
        except ValueError:
            damaged.append(f"{path}, line {number}: not a whole JSON object")
            continue
        record_id = identity(record)
        if record_id is None:
            damaged.append(f"{path}, line {number}: no record with a usable id")
        else:
            found.append((record_id, last_updated(record), as_written))
            reader.learn(as_written, record)
    loaded = Records.read(found, damaged)
    if len(loaded.lines) < len(found):
        twice = f"{path}: {len(found) - len(loaded.lines)} events stand in it more than once"
        return replace(loaded, damaged=(*loaded.damaged, twice))
    return loaded


def decoded(line: Line, decoder: canonical_json.Decoder) -> tuple[Line, Record]:
    """The line as we write it, since somebody may have edited the file; and its record."""
    try:
        return line, decoder.members(line.data.decode())
    except ValueError:
        record = canonical_json.decode(line.data)
        return Line.of(record), record


def read_bytes(path: Path) -> bytes:
    """The file's bytes, none where there is no file.

    Raises `CacheError` when it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CacheError(f"{path} cannot be read: {error.strerror or error}") from error


def read_lines(path: Path) -> Iterator[bytes]:
    """The file's lines without their ends, one after the other: nobody needs the whole beside them.

    Raises `CacheError` when it cannot be read.
    """
    try:
        # As bytes they end at \n only: U+2028 and its like stand unescaped inside a record's text.
        with path.open("rb", buffering=_READ_AT_ONCE) as file:
            for line in file:
                yield line.removesuffix(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise CacheError(f"{path} cannot be read: {error.strerror or error}") from error


def keep_damaged(path: Path) -> None:
    """Copy a damaged file beside itself before it is replaced by what could be read of it."""
    write_atomically(path.with_name(f"{path.stem}.damaged{path.suffix}"), read_bytes(path))


def write_atomically(path: Path, data: bytes) -> bool:
    """Make ``path`` hold ``data``; whether anything had to be written.

    The data goes to a hidden file beside it, is forced to the disk and then renamed into place:
    killed at any moment, ``path`` is the old file or the new one. The hidden file's name is always
    the same, so that what a killed run left is overwritten by the next one (the archive's lock
    keeps two runs apart).

    Raises `CacheError` when it cannot be written; ``path`` is as it was.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise CacheError(
            f"{path} cannot be written: {error.strerror or error}; the old file stays as it was"
        ) from error
    return True


def sync_folder(folder: Path) -> None:
    """Force a rename in ``folder`` to the disk, where the system can (Windows cannot)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
