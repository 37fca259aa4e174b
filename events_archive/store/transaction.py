"""Writes records, history and ledger as one: after a crash all three are old or all are new.

The whole intention is written down first. A run that finds one looks at ``events.jsonl``: if it is
the new one, the rest is done again, which changes nothing where it was done already; if it is the
old one, the intention is dropped, and what was observed will be observed again. So no entry of the
history is lost or doubled.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from events_archive.ll2.json_fields import JsonFields
from events_archive.model.archive_state import ArchiveState, Change
from events_archive.store import canonical_json
from events_archive.store.files import read_bytes, write_atomically
from events_archive.store.history_file import HISTORY_FILE, append_lines, encode_changes
from events_archive.store.records import EVENTS_FILE, Records, digest
from events_archive.store.state_file import STATE_FILE, encode_state

CHECKPOINT_FOLDER, CHECKPOINT_HEADER = "sweep", "sweep.json"
"""Where a full sweep is kept as far as it came, and the file there that says what was asked."""

JOURNAL_FILE = f"{CHECKPOINT_FOLDER}/journal.json"


def commit(cache: Path, records: Records, changes: Iterable[Change], ledger: ArchiveState) -> None:
    """Make the cache hold these records and this ledger, and its history these changes too.

    Raises `CacheError` where it cannot; the next `recover` then decides between old and new.
    """
    events = records.data
    intention = {
        "events": digest(events),
        "history_size": len(read_bytes(cache / HISTORY_FILE)),
        "history": encode_changes(changes).decode(),
        "ledger": encode_state(ledger).decode(),
    }
    write_atomically(cache / JOURNAL_FILE, canonical_json.encode(intention))
    write_atomically(cache / EVENTS_FILE, events)
    recover(cache)


def recover(cache: Path) -> None:
    """Finish or drop what a run left half done. Raises `CacheError` where it cannot be written."""
    journal = cache / JOURNAL_FILE
    try:
        fields = JsonFields(canonical_json.decode(read_bytes(journal)))
    except ValueError:
        return
    size, lines, ledger = (fields.raw(name) for name in ("history_size", "history", "ledger"))
    is_new = fields.raw("events") == digest(read_bytes(cache / EVENTS_FILE))
    if is_new and isinstance(size, int) and isinstance(lines, str) and isinstance(ledger, str):
        if lines:
            append_lines(cache / HISTORY_FILE, lines.encode(), at=size)
        write_atomically(cache / STATE_FILE, ledger.encode())
    with suppress(OSError):
        journal.unlink(missing_ok=True)
