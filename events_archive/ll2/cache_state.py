"""The cache as a run finds it, and what a full sweep of it would ask for."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from events_archive.console import Report
from events_archive.ll2.limits import LARGEST_PAGE
from events_archive.ll2.refresh_plan import CacheFacts
from events_archive.model.archive_state import Ledger
from events_archive.settings import Settings
from events_archive.store.records import (
    EVENTS_FILE,
    Reader,
    Records,
    keep_damaged,
    load_records,
)
from events_archive.store.state_file import LEDGER_FILE, load_ledger
from events_archive.store.transaction import SWEEP_FOLDER, SWEEP_HEAD

if TYPE_CHECKING:
    from events_archive.ll2.checkpoint import Sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Records, ledger, and what is left of an interrupted sweep."""

    records: Records
    ledger: Ledger
    sweep: "Sweep | None"
    facts: CacheFacts


def load_state(
    settings: Settings, report: Report, now: datetime, reader: Reader | None = None
) -> State:
    """The state of the cache; of what is damaged a copy is kept beside it, and a warning said."""
    records = load_records(settings.cache / EVENTS_FILE, reader)
    ledger, damaged = load_ledger(settings.cache / LEDGER_FILE)
    for sentence in damaged:
        report.warn(sentence)
    if not settings.dry_run:
        if records.damaged:
            keep_damaged(settings.cache / EVENTS_FILE)
        if damaged:
            keep_damaged(settings.cache / LEDGER_FILE)
    sweep = _unfinished_sweep(settings, ledger, now)
    present = records.lines.keys() - ledger.withdrawn.keys()
    facts = CacheFacts(
        present=present,
        newest=max((records.stamps[i] for i in present), default=None),
        is_damaged=bool(records.damaged or damaged),
        pages_kept=None if sweep is None else len(sweep.walk.reads),
    )
    return State(records=records, ledger=ledger, sweep=sweep, facts=facts)


def base_query(settings: Settings) -> dict[str, str]:
    """What every request for events says. Why this order and no other is told in walk.py."""
    return {
        "format": "json",
        "limit": str(LARGEST_PAGE),
        "mode": settings.mode,
        "ordering": "-last_updated",
    }


def asked(settings: Settings) -> dict[str, str]:
    """What a full sweep asks for, and of whom."""
    return {"api_url": settings.api_url, **base_query(settings)}


def _unfinished_sweep(settings: Settings, ledger: Ledger, now: datetime) -> "Sweep | None":
    if not (settings.cache / SWEEP_FOLDER / SWEEP_HEAD).exists():
        return None
    # What asks LL2 is imported only where something was asked.
    from events_archive.ll2.checkpoint import unfinished  # noqa: PLC0415

    return unfinished(settings, asked(settings), ledger, now)
