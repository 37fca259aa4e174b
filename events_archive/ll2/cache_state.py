"""The cache as a run finds it, and what a full sweep of it would ask for."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from events_archive.console import Console
from events_archive.ll2.client import MAX_PAGE_SIZE
from events_archive.ll2.refresh_plan import CacheStatus
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from events_archive.store.files import backup_damaged
from events_archive.store.records import EVENTS_FILE, Records, load_records
from events_archive.store.state_file import STATE_FILE, load_state
from events_archive.store.transaction import CHECKPOINT_FOLDER, CHECKPOINT_HEADER

if TYPE_CHECKING:
    from events_archive.ll2.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheState:
    """Records, ledger, and what is left of an interrupted sweep."""

    records: Records
    archive_state: ArchiveState
    checkpoint: "Checkpoint | None"
    status: CacheStatus


def load_cache_state(settings: Settings, report: Console, now: datetime) -> CacheState:
    """The state of the cache; of what is damaged a copy is kept beside it, and a warning said."""
    records = load_records(settings.cache / EVENTS_FILE)
    ledger, damaged = load_state(settings.cache / STATE_FILE)
    for sentence in damaged:
        report.warn(sentence)
    if not settings.dry_run:
        if records.damaged:
            backup_damaged(settings.cache / EVENTS_FILE)
        if damaged:
            backup_damaged(settings.cache / STATE_FILE)
    sweep = _unfinished_sweep(settings, ledger, now)
    present = records.lines.keys() - ledger.withdrawn.keys()
    facts = CacheStatus(
        present=present,
        newest=max((records.last_updated[i] for i in present), default=None),
        is_damaged=bool(records.damaged or damaged),
        pages_done=None if sweep is None else len(sweep.pagination.pages),
    )
    return CacheState(records=records, archive_state=ledger, checkpoint=sweep, status=facts)


def base_query(settings: Settings) -> dict[str, str]:
    """What every request for events says. Why this order and no other is told in walk.py."""
    return {
        "format": "json",
        "limit": str(MAX_PAGE_SIZE),
        "mode": settings.mode,
        "ordering": "-last_updated",
    }


def request_signature(settings: Settings) -> dict[str, str]:
    """What a full sweep asks for, and of whom."""
    return {"api_url": settings.api_url, **base_query(settings)}


def _unfinished_sweep(
    settings: Settings, ledger: ArchiveState, now: datetime
) -> "Checkpoint | None":
    if not (settings.cache / CHECKPOINT_FOLDER / CHECKPOINT_HEADER).exists():
        return None
    # What asks LL2 is imported only where something was asked.
    from events_archive.ll2.checkpoint import resumable  # noqa: PLC0415

    return resumable(settings, request_signature(settings), ledger, now)
