"""``ledger.json`` and ``published-ids.json``: the state of the archive, and what it has published.

Both have one entry a line, so that their diffs can be read. What is published is saved first: a
slug, a list page or an id that was published must never be forgotten.

When and how the API was last asked is in a file of its own, ``contact.json``, which is not in git:
a run without news changes nothing there.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from events_archive.console import Console
from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.event import Event
from events_archive.model.slugs import SlugRegistry, SlugTable, update_registry
from events_archive.settings import Settings
from events_archive.store.canonical_json import decode_as, encode, encode_lines
from events_archive.store.checksum import add_checksum
from events_archive.store.entry_lines import read_entry_lines
from events_archive.store.files import ADVICE, read_checked, read_text, write_atomically
from events_archive.store.history_file import (
    HISTORY_FILE,
    load_history,
    remove_conflict_markers,
)
from events_archive.store.ledger_reader import read_ledger

STATE_FILE = "ledger.json"
CONTACT_FILE = "contact.json"
PUBLISHED_IDS_FILE = "published-ids.json"

_OF_CONTACT = {
    "api_url": "api_url",
    "mode": "mode",
    "count": "count",
    "last_full_refresh": "last_sweep",
    "last_incremental_refresh": "last_delta",
}
"""What `CONTACT_FILE` holds: attributes of `ArchiveState`, and their names in the file. The ledgers
of earlier versions have them too."""


_ADDED = ("feeds", "changes_combined_since")
"""Members that the ledgers of earlier versions do not have."""


def encode_state(state: ArchiveState) -> bytes:
    """Return the content of ``ledger.json``."""
    members = msgspec.to_builtins(state)
    own = {name: members[name] for name in members if name not in _OF_CONTACT.values()}
    return encode_lines({n: own[n] for n in own if own[n] or n not in _ADDED}) + b"\n"


def encode_contact(state: ArchiveState) -> bytes:
    """Return the content of ``contact.json``."""
    return add_checksum(encode(contact_members(state)) + b"\n")


def contact_members(state: ArchiveState) -> dict[str, Any]:
    """Return what ``contact.json`` holds: when and how the API was last asked."""
    members = msgspec.to_builtins(state)
    return {name: members[name] for name in _OF_CONTACT.values()}


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
        state = replace(state, **{name: getattr(contact, name) for name in _OF_CONTACT})
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
    changes, damaged = load_history(settings.cache / HISTORY_FILE)
    for message in damaged:
        console.warn(f"{message}; {ADVICE}")
    if damaged and not settings.dry_run:
        remove_conflict_markers(settings.cache / HISTORY_FILE)
    known = tuple(change for change in changes if change.observed <= latest)
    return ArchiveHistory(state=updated, slugs=slugs, changes=known)


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


def load_published_ids(path: Path) -> dict[str, str]:
    """Return the pattern of each kind of id; none before a site was published.

    Raises `CacheError` when the file is damaged: without it, changed ids would go unnoticed.
    """
    patterns, faults = read_published_ids(path)
    if faults:
        raise CacheError(
            f"{faults[0]}. Ids that change would go unnoticed: build.py repair keeps all that can "
            f"be read, and the last good version may be in git (git log -- {path})"
        )
    return patterns


def read_published_ids(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return all patterns that can be read, and a sentence for each fault of the file.

    Of two patterns for one kind the first counts: in a merge that is the one of the own side. If
    it is not what was published last, the next build finds that its ids differ, and stops.

    Raises `CacheError` when the file exists and cannot be read.
    """
    data = read_text(path)
    if not data and not path.exists():
        return {}, ()
    lines = read_entry_lines(data)
    entries = [one for one in lines.entries if not one.section and isinstance(one.value, str)]
    patterns = {entry.name: entry.value for entry in reversed(entries)}
    faults = [
        f"{path}, lines {', '.join(str(one.line) for one in group)}: {group[0].name} have "
        f"different patterns; that of line {group[0].line} is kept"
        for group in lines.repeated().values()
        if len({str(entry.value) for entry in group}) > 1
    ]
    # What another program has laid out anew has its entries on other lines.
    with suppress(ValueError):
        whole = decode_as(data, dict[str, str])
        return {**whole, **patterns}, tuple(faults)
    others = {entry.line for entry in lines.entries} - {entry.line for entry in entries}
    unreadable = tuple(sorted({*lines.unreadable, *others}))
    faults += replace(lines, unreadable=unreadable).faults(
        path, "those of both sides are published"
    )
    faults = faults or [f"{path}: a comma or a brace is wrong"]
    return dict(sorted(patterns.items())), tuple(faults)


def encode_published_ids(patterns: Mapping[str, str]) -> bytes:
    """Return the content of ``published-ids.json``."""
    return encode_lines(dict(sorted(patterns.items()))) + b"\n"


def save_published_ids(path: Path, patterns: Mapping[str, str]) -> bool:
    """Write the patterns; return whether the file changed. Raises `CacheError`."""
    return write_atomically(path, encode_published_ids(patterns))
