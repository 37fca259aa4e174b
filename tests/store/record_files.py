"""Files of records for tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from events_archive.store.files import write_atomically
from events_archive.store.records import RecordLine, Records


def save_records(path: Path, records: Mapping[int, dict[str, Any]]) -> bool:
    """Write ``records`` to ``events.jsonl``; return whether the file changed."""
    return write_atomically(path, records_of(records).data)


def records_of(records: Mapping[int, dict[str, Any]]) -> Records:
    """Return ``records`` as a cache has them."""
    return Records().merged({id: RecordLine.encode(record) for id, record in records.items()})


def decoded(records: Records) -> dict[int, dict[str, Any]]:
    """Return the records by event id."""
    return {event_id: line.decode() for event_id, line in records.lines.items()}
