"""Brings the cache up to date with LL2, or says in one sentence why not; never makes it smaller.

In this order: `refresh`, then `load_events` of its records, then `persist_slugs`, and after the
site's pages are planned `persist_published_lists`; all of it by the holder of `lock.locked`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from events_archive.console import Console
from events_archive.errors import ApiError
from events_archive.ll2.cache_state import load_cache_state
from events_archive.ll2.refresh_plan import plan_refresh
from events_archive.ll2.refresh_result import RefreshResult, unchanged
from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.event import Event
from events_archive.model.slugs import SlugRegistry, SlugTable, update_registry
from events_archive.settings import Settings
from events_archive.store.history_file import HISTORY_FILE, load_history
from events_archive.store.records import EVENTS_FILE
from events_archive.store.state_file import STATE_FILE, save_state
from events_archive.store.transaction import recover

if TYPE_CHECKING:
    from events_archive.ll2.refresh_run import OpenClient


def refresh(
    settings: Settings,
    report: Console,
    *,
    now: datetime,
    connect: "OpenClient | None" = None,
) -> RefreshResult:
    """Ask LL2 for what is new, if it is time.

    ``connect`` opens another API than that of the settings.

    Whatever the network does, an archive with a cache gets it back, untouched, with a warning.

    Raises `SourceError` where there is neither an answer nor a cache, and `CacheError` where the
    cache cannot be read or written.
    """
    if not settings.dry_run:
        recover(settings.cache)
    state = load_cache_state(settings, report, now)
    plan = plan_refresh(state.archive_state, state.status, settings, now)
    if settings.dry_run:
        report.print(f"{plan.description[0].upper()}{plan.description[1:]}.")
        return unchanged(state, "planned", plan.description)
    if plan.mode == "nothing":
        if not state.records.lines:
            raise ApiError(
                f"{settings.cache / EVENTS_FILE} holds no events and nothing was asked of LL2 "
                f"({plan.reason}): run once with a network and without --offline"
            )
        return unchanged(state, "offline" if settings.offline else "fresh", plan.description)
    # What speaks HTTP takes 30 ms to import, which a run that asks nothing need not wait for.
    from events_archive.ll2.refresh_run import run_refresh  # noqa: PLC0415

    return run_refresh(settings, report, state, plan, now=now, connect=connect)


def persist_slugs(
    settings: Settings, ledger: ArchiveState, events: list[Event], report: Console
) -> ArchiveHistory:
    """Give every event and type its address, write that down, and add the history.

    To be called before anything is published: an address that is not written down could be
    forgotten. Raises `CacheError` where the ledger cannot be written.
    """
    book = SlugRegistry(
        events=SlugTable(owners=ledger.event_owners), types=SlugTable(owners=ledger.type_owners)
    )
    book = update_registry(events, book, withdrawn=ledger.withdrawn)
    known, ledger = (
        ledger,
        replace(ledger, event_owners=book.events.owners, type_owners=book.types.owners),
    )
    if ledger != known and not settings.dry_run:
        save_state(settings.cache / STATE_FILE, ledger)
    history = load_history(settings.cache / HISTORY_FILE)
    for sentence in history.damaged:
        report.warn(f"{sentence}; it is left out")
    return ArchiveHistory(state=ledger, slugs=book, changes=history.changes)


def persist_published_lists(cache: Path, ledger: ArchiveState, addresses: Iterable[str]) -> None:
    """Write down the ``addresses`` of lists that are about to be published, beside the former ones.

    Raises `CacheError` where the ledger cannot be written.
    """
    lists = tuple(sorted({*ledger.published_lists, *addresses}))
    if lists == ledger.published_lists:
        return
    save_state(cache / STATE_FILE, replace(ledger, published_lists=lists))
