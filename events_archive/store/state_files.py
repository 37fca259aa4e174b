"""``ledger.json`` and ``published-ids.json``: the state of the archive, and what it has published.

Both have one entry a line, so that their diffs can be read. What is published is saved first: a
slug, a list page or an id that was published must never be forgotten.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
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
from events_archive.store.canonical_json import decode, decode_as, encode_lines
from events_archive.store.files import read_bytes, write_atomically
from events_archive.store.history_file import HISTORY_FILE, load_history

STATE_FILE = "ledger.json"
PUBLISHED_IDS_FILE = "published-ids.json"

_SECTION = re.compile(rb'"(\w+)": \{')
_ENTRY = re.compile(rb'"([-\w/.]+)": (.+?),?')


def encode_state(state: ArchiveState) -> bytes:
    """Return the content of ``ledger.json``."""
    return encode_lines(msgspec.to_builtins(state)) + b"\n"


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
        return decode_as(data if data.strip() else b"{}", ArchiveState), ()
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
                msgspec.convert(wrapped, ArchiveState, str_keys=True)
                sections.setdefault(section, {}).update(member)
    members = {**sections.pop(""), **sections}
    return msgspec.convert(members, ArchiveState, str_keys=True)


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
    lists = {**state.published_lists, **dict.fromkeys(paths, 1)}
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
