"""Brings the cache up to date with LL2, or says in one sentence why not; never makes it smaller.

In this order: `refresh`, then `reading.read_events` of its records, then `remember`, and after the
site's pages are planned `remember_lists`; all of it by the holder of `lock.locked`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from events_archive.console import Report
from events_archive.ll2.cache_state import load_state
from events_archive.ll2.limits import SourceError
from events_archive.ll2.refresh_plan import plan_refresh
from events_archive.ll2.refresh_result import Refreshed, unchanged
from events_archive.model.archive_state import Ledger, Memory
from events_archive.model.event import Event
from events_archive.model.slugs import AddressBook, Stems, assign_addresses
from events_archive.settings import Settings
from events_archive.store.history_file import HISTORY_FILE, load_history
from events_archive.store.records import EVENTS_FILE, Reader
from events_archive.store.state_file import LEDGER_FILE, save_ledger
from events_archive.store.transaction import recover

if TYPE_CHECKING:
    from events_archive.ll2.refresh_run import OpenApi


def refresh(
    settings: Settings,
    report: Report,
    *,
    now: datetime,
    connect: "OpenApi | None" = None,
    reader: Reader | None = None,
) -> Refreshed:
    """Ask LL2 for what is new, if it is time; ``reader`` sees the records of the cache.

    ``connect`` opens another API than that of the settings.

    Whatever the network does, an archive with a cache gets it back, untouched, with a warning.

    Raises `SourceError` where there is neither an answer nor a cache, and `CacheError` where the
    cache cannot be read or written.
    """
    if not settings.dry_run:
        recover(settings.cache)
    state = load_state(settings, report, now, reader)
    plan = plan_refresh(state.ledger, state.facts, settings, now)
    if settings.dry_run:
        report.say(f"{plan.words[0].upper()}{plan.words[1:]}.")
        return unchanged(state, "planned", plan.words)
    if plan.kind == "nothing":
        if not state.records.lines:
            raise SourceError(
                f"{settings.cache / EVENTS_FILE} holds no events and nothing was asked of LL2 "
                f"({plan.why}): run once with a network and without --offline"
            )
        return unchanged(state, "offline" if settings.offline else "fresh", plan.words)
    # What speaks HTTP takes 30 ms to import, which a run that asks nothing need not wait for.
    from events_archive.ll2.refresh_run import ask  # noqa: PLC0415

    return ask(settings, report, state, plan, now=now, connect=connect)


def remember(settings: Settings, ledger: Ledger, events: list[Event], report: Report) -> Memory:
    """Give every event and type its address, write that down, and add the history.

    To be called before anything is published: an address that is not written down could be
    forgotten. Raises `CacheError` where the ledger cannot be written.
    """
    book = AddressBook(
        events=Stems(owners=ledger.event_owners), types=Stems(owners=ledger.type_owners)
    )
    book = assign_addresses(events, book, withdrawn=ledger.withdrawn)
    known, ledger = (
        ledger,
        replace(ledger, event_owners=book.events.owners, type_owners=book.types.owners),
    )
    if ledger != known and not settings.dry_run:
        save_ledger(settings.cache / LEDGER_FILE, ledger)
    history = load_history(settings.cache / HISTORY_FILE)
    for sentence in history.damaged:
        report.warn(f"{sentence}; it is left out")
    return Memory(ledger=ledger, addresses=book, changes=history.changes)


def remember_lists(cache: Path, ledger: Ledger, addresses: Iterable[str]) -> None:
    """Write down the ``addresses`` of lists that are about to be published, beside the former ones.

    Raises `CacheError` where the ledger cannot be written.
    """
    lists = tuple(sorted({*ledger.lists, *addresses}))
    if lists == ledger.lists:
        return
    save_ledger(cache / LEDGER_FILE, replace(ledger, lists=lists))
