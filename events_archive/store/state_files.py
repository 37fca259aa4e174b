"""``ledger.json``: the state of the archive, and which slugs and lists it has published.

It has one entry a line, so that its diffs can be read. What is published is saved first: a slug or
a list page that was published must never be forgotten.

When and how the API was last asked is in a file of its own, ``contact.json``, which is not in git:
a run without news changes nothing there.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from events_archive.console import Console
from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.changes import Change
from events_archive.model.event import Event
from events_archive.model.slugs import SlugRegistry, SlugTable, update_registry
from events_archive.settings import Settings
from events_archive.store.canonical_json import encode, encode_lines
from events_archive.store.checksum import add_checksum
from events_archive.store.files import ADVICE, read_checked, write_atomically
from events_archive.store.history_file import HISTORY_FILE, load_history, remove_conflict_markers
from events_archive.store.ledger_reader import read_ledger

STATE_FILE = "ledger.json"
CONTACT_FILE = "contact.json"

_CONTACT_MEMBERS = ("api_url", "mode", "count", "last_sweep", "last_delta")
"""The members of `CONTACT_FILE`. The ledgers of earlier versions have them too."""

_ADDED = ("feeds", "changes_combined_since")
"""Members that the ledgers of earlier versions do not have."""


def encode_state(state: ArchiveState) -> bytes:
    """Return the content of ``ledger.json``."""
    members = msgspec.to_builtins(state)
    own = {name: members[name] for name in members if name not in _CONTACT_MEMBERS}
    return encode_lines({n: own[n] for n in own if own[n] or n not in _ADDED}) + b"\n"


def encode_contact(state: ArchiveState) -> bytes:
    """Return the content of ``contact.json``."""
    return add_checksum(encode(contact_members(state)) + b"\n")


def contact_members(state: ArchiveState) -> dict[str, Any]:
    """Return what ``contact.json`` holds: when and how the API was last asked."""
    members = msgspec.to_builtins(state)
    return {name: members[name] for name in _CONTACT_MEMBERS}


def save_state(path: Path, state: ArchiveState) -> bool:
    """Write the state; return whether the file changed. Raises `CacheError`."""
    return write_atomically(path, encode_state(state))


def load_state(path: Path) -> tuple[ArchiveState, tuple[str, ...]]:
    """Return the state, empty when there is no file, and a sentence for what was put right in it.

    In a clone, which does not have `CONTACT_FILE`, the API was last asked when the archive last
    learned something.

    Raises `CacheError` when the file exists and any of it cannot be read, since a run writes it.
    """
    ledger = read_ledger(path)
    if ledger.losses:
        raise CacheError(
            f"{ledger.losses[0]}. A run would forget published URLs: build.py repair keeps all "
            f"that can be read, and the last good version may be in git (git log -- {path})"
        )
    state, damaged = ledger.state, ledger.notes
    contact = read_checked(path.with_name(CONTACT_FILE), ArchiveState)
    if contact is not None:
        state = replace(
            state,
            api_url=contact.api_url,
            mode=contact.mode,
            count=contact.count,
            last_full_refresh=contact.last_full_refresh,
            last_incremental_refresh=contact.last_incremental_refresh,
        )
    elif state.last_refreshed is None:
        changes, _ = load_history(path.with_name(HISTORY_FILE))
        learned = (*state.first_seen.values(), *(change.observed for change in changes))
        state = replace(state, last_incremental_refresh=max(learned, default=None))
    return state, damaged


def persist_slugs(
    settings: Settings,
    state: ArchiveState,
    events: Iterable[Event],
    console: Console,
    *,
    latest: datetime,
) -> ArchiveHistory:
    """Assign a slug to every event and type, save the slugs, and return them with the history.

    What was dated after ``latest``, by a clock that was ahead, is left out.

    Raises `CacheError` if the state cannot be written.
    """
    slugs = SlugRegistry(
        events=SlugTable(owners=state.event_owners), types=SlugTable(owners=state.type_owners)
    )
    slugs = update_registry(events, slugs, withdrawn=state.withdrawn)
    updated = replace(
        state,
        event_owners=slugs.events.owners,
        type_owners=slugs.types.owners,
        feed_dates={feed: date for feed, date in state.feed_dates.items() if date <= latest},
        changes_combined_since=state.changes_combined_since or state.last_refreshed,
    )
    if updated != state and not settings.dry_run:
        save_state(settings.cache / STATE_FILE, updated)
    changes = _load_changes(settings, console)
    known = tuple(change for change in changes if change.observed <= latest)
    return ArchiveHistory(state=updated, slugs=slugs, changes=known)


def _load_changes(settings: Settings, console: Console) -> tuple[Change, ...]:
    """Return the history; warn of damaged lines, and remove conflict markers from the file."""
    path = settings.cache / HISTORY_FILE
    changes, damaged = load_history(path)
    for message in damaged:
        console.warn(f"{message}; {ADVICE}")
    if damaged and not settings.dry_run:
        remove_conflict_markers(path)
    return changes


def persist_published_lists(
    cache: Path, state: ArchiveState, paths: Iterable[str], feed_dates: Mapping[str, datetime]
) -> None:
    """Add what is about to be published to the saved state: paths of list pages, dates of feeds.

    Raises `CacheError` if the state cannot be written.
    """
    published = with_published_lists(state, paths, feed_dates)
    if published != state:
        save_state(cache / STATE_FILE, published)


def with_published_lists(
    state: ArchiveState, paths: Iterable[str], feed_dates: Mapping[str, datetime]
) -> ArchiveState:
    """Return the state to which that is added."""
    return replace(
        state,
        published_lists={**state.published_lists, **dict.fromkeys(paths, 1)},
        # Not those of a clone that has never asked the API: its build changes nothing in git.
        feed_dates={**state.feed_dates, **(feed_dates if state.last_refreshed else {})},
    )
