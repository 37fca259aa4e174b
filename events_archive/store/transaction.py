"""Write records, history and state as one: after a crash all three are old or all are new.

A journal with everything that is to be written comes first. The next run that finds a journal
looks at ``events.jsonl``. If it is the new one, the rest is written again, which changes nothing
where it was written already. If it is the old one, the journal is dropped, and the next refresh
finds the same changes. So no line of the history is lost or doubled.

Commands that only read need no lock: `read_committed` reads again after a transaction.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

import msgspec

from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState
from events_archive.model.changes import Change
from events_archive.store.articles_file import ARTICLES_FILE
from events_archive.store.files import (
    read_bytes,
    read_checked,
    read_text,
    write_atomically,
    write_checked,
)
from events_archive.store.history_file import HISTORY_FILE, append_lines, encode_changes
from events_archive.store.links_file import LINKS_FILE
from events_archive.store.lock import lock_cache
from events_archive.store.publications_file import PUBLICATIONS_FILE
from events_archive.store.published_ids_file import PUBLISHED_IDS_FILE
from events_archive.store.records import EVENTS_FILE, Records
from events_archive.store.sample import SAMPLE_FILE
from events_archive.store.state_files import CONTACT_FILE, STATE_FILE, encode_contact, encode_state

CHECKPOINT_FOLDER, CHECKPOINT_HEADER = "sweep", "sweep.json"
"""Folder of the pages of an unfinished full refresh, and the file there that describes it."""

JOURNAL_FILE = f"{CHECKPOINT_FOLDER}/journal.json"

OTHER_FILES = (ARTICLES_FILE, LINKS_FILE, PUBLICATIONS_FILE, PUBLISHED_IDS_FILE, SAMPLE_FILE)
"""Files that are written with the others when an archive is restored, and by themselves else."""

T = TypeVar("T")


class _Journal(msgspec.Struct, kw_only=True):
    events: str
    """The SHA-256 of the new ``events.jsonl`` in hexadecimal."""
    history_size: int
    """The size of the text of the old ``history.jsonl`` in bytes."""
    history: str
    """The lines to append to it."""
    ledger: str
    """The new ``ledger.json``."""
    contact: str = ""
    """The new ``contact.json``; empty if there is none, and in journals of earlier versions."""
    others: dict[str, str] = {}
    """The contents of new files among `OTHER_FILES`, by name."""


def commit(
    cache: Path,
    records: Records,
    changes: Iterable[Change],
    state: ArchiveState,
    others: Mapping[str, bytes] | None = None,
) -> None:
    """Write ``records`` and ``state`` to the folder ``cache``; append ``changes`` to its history.

    ``others`` are the contents of some of `OTHER_FILES`, by name.

    Raises `CacheError` when a file cannot be written; the next `recover` then completes or drops
    the whole.
    """
    events = records.data
    journal = _Journal(
        events=sha256(events).hexdigest(),
        history_size=len(read_text(cache / HISTORY_FILE)),
        history=encode_changes(changes).decode(),
        ledger=encode_state(state).decode(),
        # Where the API was never asked, there is no such file.
        contact=encode_contact(state).decode() if state.api_url else "",
        others={name: content.decode() for name, content in (others or {}).items()},
    )
    write_checked(cache / JOURNAL_FILE, journal)
    write_atomically(cache / EVENTS_FILE, events)
    recover(cache)


def recover(cache: Path) -> None:
    """Complete or drop the transaction of a run that was interrupted.

    Raises `CacheError` when a file cannot be written.
    """
    journal = read_checked(cache / JOURNAL_FILE, _Journal)
    if journal and journal.events == sha256(read_bytes(cache / EVENTS_FILE)).hexdigest():
        if journal.history:
            lines = journal.history.encode()
            append_lines(cache / HISTORY_FILE, lines, offset=journal.history_size)
        write_atomically(cache / STATE_FILE, journal.ledger.encode())
        if journal.contact:
            write_atomically(cache / CONTACT_FILE, journal.contact.encode())
        for name in OTHER_FILES:
            if name in journal.others:
                write_atomically(cache / name, journal.others[name].encode())
    with suppress(OSError):
        (cache / JOURNAL_FILE).unlink(missing_ok=True)


def read_committed(cache: Path, read: Callable[[], T], *, timeout: float = 2.0) -> T:
    """Return what ``read`` returns when the files of ``cache`` belong together while it runs.

    The lock may be held by another run. A transaction of a run that was killed is completed or
    dropped, where the cache can be written. After ``timeout`` seconds the files are read as they
    are.
    """
    deadline = monotonic() + timeout
    while True:
        while (cache / JOURNAL_FILE).exists() and monotonic() < deadline:
            with suppress(CacheError), lock_cache(cache, timeout=0):
                recover(cache)
            sleep(0.01)
        before = _file_times(cache)
        value = read()
        is_settled = before[0] is None and _file_times(cache) == before
        if is_settled or monotonic() >= deadline:
            return value


def _file_times(cache: Path) -> list[tuple[int, int] | None]:
    """Return what changes when a file of the transaction is replaced; that of the journal first."""
    times: list[tuple[int, int] | None] = []
    for name in (JOURNAL_FILE, EVENTS_FILE, HISTORY_FILE, STATE_FILE, CONTACT_FILE):
        try:
            stat = (cache / name).stat()
            times.append((stat.st_mtime_ns, stat.st_ino))
        except OSError:
            times.append(None)
    return times
