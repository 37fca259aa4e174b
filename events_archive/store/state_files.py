"""``ledger.json`` and ``published-ids.json``: the state of the archive, and what it has published.

Both have one entry a line, so that their diffs can be read. What is published is saved first: a
slug, a list page or an id that was published must never be forgotten.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec.structs import replace

from events_archive.console import Console
from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.event import Event
from events_archive.model.slugs import SlugRegistry, SlugTable, update_registry
from events_archive.model.timestamps import format_utc
from events_archive.settings import Settings
from events_archive.store.canonical_json import AwareDatetime, decode, decode_as, encode_lines
from events_archive.store.files import read_bytes, write_atomically
from events_archive.store.history_file import HISTORY_FILE, load_history

STATE_FILE = "ledger.json"
PUBLISHED_IDS_FILE = "published-ids.json"

_SECTION = re.compile(rb'"(\w+)": \{')
_ENTRY = re.compile(rb'"([-\w/.]+)": (.+?),?')

_EventIds = Annotated[tuple[int, ...], msgspec.Meta(min_length=1)]


class _StateFile(msgspec.Struct, kw_only=True):
    """The members of ``ledger.json``; those of other names are ignored."""

    api_url: str = ""
    mode: str = ""
    count: int | None = None
    last_sweep: AwareDatetime | None = None
    last_delta: AwareDatetime | None = None
    withdrawn: dict[int, date] = {}
    first_seen: dict[int, AwareDatetime] = {}
    event_addresses: dict[str, _EventIds] = {}
    type_addresses: dict[str, _EventIds] = {}
    lists: dict[str, int] = {}

    def state(self) -> ArchiveState:
        return ArchiveState(
            api_url=self.api_url,
            mode=self.mode,
            count=self.count,
            last_full_refresh=self.last_sweep,
            last_incremental_refresh=self.last_delta,
            withdrawn=self.withdrawn,
            first_seen=self.first_seen,
            event_owners=self.event_addresses,
            type_owners=self.type_addresses,
            published_lists=tuple(sorted(self.lists)),
        )


def encode_state(state: ArchiveState) -> bytes:
    """Return the content of ``ledger.json``."""
    members = {
        "api_url": state.api_url,
        "mode": state.mode,
        "count": state.count,
        "last_sweep": format_utc(state.last_full_refresh),
        "last_delta": format_utc(state.last_incremental_refresh),
        "withdrawn": state.withdrawn,
        "first_seen": {event_id: format_utc(seen) for event_id, seen in state.first_seen.items()},
        "event_addresses": state.event_owners,
        "type_addresses": state.type_owners,
        # An object like the others, so that there is one entry a line.
        "lists": dict.fromkeys(state.published_lists, 1),
    }
    return encode_lines(members) + b"\n"


def save_state(path: Path, state: ArchiveState) -> bool:
    """Write the state; return whether the file changed. Raises `CacheError`."""
    return write_atomically(path, encode_state(state))


def load_state(path: Path) -> tuple[ArchiveState, tuple[str, ...]]:
    """Return the state, empty when there is no file, and a sentence if the file is damaged.

    Of a damaged file every entry that can be read is used, so that no published slug is forgotten.

    Raises `CacheError` when the file exists and cannot be read.
    """
    data = read_bytes(path)
    try:
        return decode_as(data if data.strip() else b"{}", _StateFile).state(), ()
    except ValueError:
        advice = f"its last good version may be in git (git log -- {path})"
        return _salvage(data), (f"{path} is damaged, what can be read of it is used; {advice}",)


def _salvage(data: bytes) -> ArchiveState:
    """Return the state that the lines with a valid entry hold."""
    sections: dict[str, dict[str, Any]] = {"": {}}
    section = ""
    for line in data.split(b"\n"):
        if start := _SECTION.fullmatch(line):
            section = start[1].decode()
        elif line.startswith(b"}"):
            section = ""
        elif entry := _ENTRY.fullmatch(line):
            # Each entry is checked by itself, so that a wrong value costs no other.
            with suppress(ValueError):
                member = {entry[1].decode(): decode(entry[2])}
                wrapped = {section: member} if section else member
                msgspec.convert(wrapped, _StateFile, str_keys=True)
                sections.setdefault(section, {}).update(member)
    members = {**sections.pop(""), **sections}
    return msgspec.convert(members, _StateFile, str_keys=True).state()


def persist_slugs(
    settings: Settings, state: ArchiveState, events: Iterable[Event], console: Console
) -> ArchiveHistory:
    """Assign a slug to every event and type, save the slugs, and return them with the history.

    Raises `CacheError` if the state cannot be written.
    """
    slugs = SlugRegistry(
        events=SlugTable(owners=state.event_owners), types=SlugTable(owners=state.type_owners)
    )
    slugs = update_registry(events, slugs, withdrawn=state.withdrawn)
    updated = replace(state, event_owners=slugs.events.owners, type_owners=slugs.types.owners)
    if updated != state and not settings.dry_run:
        save_state(settings.cache / STATE_FILE, updated)
    changes, damaged = load_history(settings.cache / HISTORY_FILE)
    for message in damaged:
        console.warn(f"{message}; it is left out")
    return ArchiveHistory(state=updated, slugs=slugs, changes=changes)


def persist_published_lists(cache: Path, state: ArchiveState, paths: Iterable[str]) -> None:
    """Add the ``paths`` of list pages that are about to be published to the saved state.

    Raises `CacheError` if the state cannot be written.
    """
    lists = tuple(sorted({*state.published_lists, *paths}))
    if lists != state.published_lists:
        save_state(cache / STATE_FILE, replace(state, published_lists=lists))


def load_published_ids(path: Path) -> dict[str, str]:
    """Return the pattern of each kind of id; none before a site was published.

    Raises `CacheError` when the file is damaged: without it, changed ids would go unnoticed.
    """
    data = read_bytes(path)
    try:
        return decode_as(data, dict[str, str]) if data.strip() else {}
    except ValueError as error:
        raise CacheError(
            f"{path} is damaged ({error}); its last good version is in git: git checkout {path}"
        ) from error


def save_published_ids(path: Path, patterns: Mapping[str, str]) -> bool:
    """Write the patterns; return whether the file changed. Raises `CacheError`."""
    return write_atomically(path, encode_lines(dict(sorted(patterns.items()))) + b"\n")
