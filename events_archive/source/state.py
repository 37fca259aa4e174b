"""The cache as a run finds it, and what a full sweep of it would ask for."""

from dataclasses import dataclass
from datetime import datetime

from events_archive.model.memory import Ledger
from events_archive.report import Report
from events_archive.settings import Settings
from events_archive.source.api import LARGEST_PAGE
from events_archive.source.cache import (
    EVENTS_FILE,
    Reader,
    Records,
    keep_damaged,
    load_records,
)
from events_archive.source.ledger import LEDGER_FILE, load_ledger
from events_archive.source.plan import CacheFacts
from events_archive.source.sweep import SWEEP_FOLDER, Sweep
from events_archive.source.walk import Restless


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Records, ledger, and what is left of an interrupted sweep."""

    records: Records
    ledger: Ledger
    sweep: Sweep | None
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
    sweep = Sweep.load(settings.cache / SWEEP_FOLDER, asked(settings), now)
    if sweep is not None and (_is_known(sweep, ledger) or _is_spent(sweep, settings, now)):
        sweep = None
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


def _is_known(sweep: Sweep, ledger: Ledger) -> bool:
    """Whether the ledger holds what the sweep found: a run ended before it could forget it."""
    return ledger.last_sweep is not None and sweep.started <= ledger.last_sweep


def _is_spent(sweep: Sweep, settings: Settings, now: datetime) -> bool:
    """Whether a sweep is of no more use: it was read to its end and not believed.

    Who accepts it need not ask for it again; else it is asked for anew when the cache is too old.
    """
    try:
        is_whole = bool(sweep.walk.reads) and sweep.walk.next_step() is None
    except Restless:
        return True
    if not is_whole or settings.accept_withdrawals:
        return False
    return settings.full or now - sweep.started >= settings.max_age
