"""An ``events.jsonl`` of records at hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from events_archive.store.files import write_atomically
from events_archive.store.records import Records


def save_records(path: Path, records: Mapping[int, dict[str, Any]]) -> bool:
    """Write ``records`` as the archive does; whether the file's bytes changed."""
    return write_atomically(path, Records().merged(records).data)
