"""The slugs and the history of the archive; slugs and lists are saved before they are published."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from events_archive.console import Console
from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.event import Event
from events_archive.model.slugs import SlugRegistry, SlugTable, update_registry
from events_archive.settings import Settings
from events_archive.store.history_file import HISTORY_FILE, load_history
from events_archive.store.state_file import STATE_FILE, save_state


def persist_slugs(
    settings: Settings, state: ArchiveState, events: Iterable[Event], console: Console
) -> ArchiveHistory:
    """Assign a slug to every event and type, save the slugs, and return them with the history.

    To be called before anything is published: a slug that is published must never be forgotten.
    Raises `CacheError` if the state cannot be written.
    """
    slugs = SlugRegistry(
        events=SlugTable(owners=state.event_owners), types=SlugTable(owners=state.type_owners)
    )
    slugs = update_registry(events, slugs, withdrawn=state.withdrawn)
    updated = replace(state, event_owners=slugs.events.owners, type_owners=slugs.types.owners)
    if updated != state and not settings.dry_run:
        save_state(settings.cache / STATE_FILE, updated)
    history = load_history(settings.cache / HISTORY_FILE)
    for message in history.damaged:
        console.warn(f"{message}; it is left out")
    return ArchiveHistory(state=updated, slugs=slugs, changes=history.changes)


def persist_published_lists(cache: Path, state: ArchiveState, paths: Iterable[str]) -> None:
    """Add the ``paths`` of list pages that are about to be published to the saved state.

    Raises `CacheError` if the state cannot be written.
    """
    lists = tuple(sorted({*state.published_lists, *paths}))
    if lists != state.published_lists:
        save_state(cache / STATE_FILE, replace(state, published_lists=lists))
