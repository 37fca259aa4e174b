"""Reads ``ledger.json``, also after a merge or an edit by hand: no entry that is there is lost."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState
from events_archive.store.canonical_json import decode
from events_archive.store.files import is_conflict_marker, read_bytes

_SECTION = re.compile(rb'"(\w+)": \{')
_ENTRY = re.compile(rb'"([-\w/.]+)": (.+?),?')


def read_ledger(path: Path) -> tuple[ArchiveState, tuple[str, ...]]:
    """Return the state, empty when there is no file, and a sentence for what was wrong with it.

    An entry that stands in the file twice, as a merge may leave it, has the values of both. Of a
    file that is not JSON, every line with an entry is used.

    Raises `CacheError` when the file exists and cannot be read, or nothing in it can be.
    """
    data = read_bytes(path)
    repeated: list[str] = []
    try:
        members = decode(data if data.strip() else b"{}", lambda pairs: _joined(pairs, repeated))
        state = msgspec.convert(members, ArchiveState, str_keys=True)
    except ValueError as error:
        state, message = _salvage(path, data)
        if state == ArchiveState():
            raise CacheError(
                f"{path} holds nothing that can be read ({error}): without it published URLs are "
                f"forgotten. Its last good version is in git (git log -- {path})"
            ) from error
        return state, (message,)
    if not repeated:
        return state, ()
    names = ", ".join(repeated[:5]) + (" ..." if repeated[5:] else "")
    return state, (
        f"{path}: {names} stood in it twice, after a merge; the values of both are used",
    )


def _joined(pairs: Sequence[tuple[str, Any]], repeated: list[str]) -> dict[str, Any]:
    """Return the members of an object; the names of those that it has twice go to ``repeated``."""
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    members.clear()
    for name, value in pairs:
        if name in members:
            repeated.append(name)
        members[name] = _join(members.get(name), value)
    return members


def _join(one: Any, other: Any, *, is_latest: bool = False) -> Any:
    """Return both lists or objects in one, and of two texts, which are times, the earlier.

    With ``is_latest`` the later.
    """
    match one, other:
        case list(), list():
            return [*one, *(value for value in other if value not in one)]
        case dict(), dict():
            both = {
                name: _join(one[name], other[name], is_latest=is_latest)
                for name in one.keys() & other.keys()
            }
            return {**one, **other, **both}
        case str(), str():
            return max(one, other) if is_latest else min(one, other)
    return one if other is None else other


def _salvage(path: Path, data: bytes) -> tuple[ArchiveState, str]:
    """Return the state that the lines with a valid entry hold, and a sentence about the others."""
    sections: dict[str, dict[str, Any]] = {"": {}}
    section = before = ""
    markers: list[str] = []
    unreadable: list[str] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        line = line.strip()  # noqa: PLW2901 - an editor may have indented it
        if is_conflict_marker(line):
            markers.append(str(number))
            # Each side begins in the section in which the conflict does.
            if line.startswith(b"<"):
                before = section
            elif not line.startswith(b">"):
                section = before
        elif start := _SECTION.fullmatch(line):
            section = start[1].decode()
        elif line.startswith(b"}"):
            section = ""
        elif (member := _member(line, section)) is not None:
            is_latest = section == "feeds"
            sections[section] = _join(sections.get(section), member, is_latest=is_latest)
        elif line.strip(b"{"):
            unreadable.append(str(number))
    members = {**sections.pop(""), **sections}
    state = msgspec.convert(members, ArchiveState, str_keys=True)
    if markers and not unreadable:
        return state, (
            f"{path}, lines {', '.join(markers)}: conflict markers, which a merge left; the "
            "entries of both sides are used"
        )
    where = f"{path}, line {unreadable[0]}" if unreadable else str(path)
    return state, (
        f"{where} is damaged, what can be read of the file is used; its last good version may be "
        f"in git (git log -- {path})"
    )


def _member(line: bytes, section: str) -> dict[str, Any] | None:
    """Return the entry of a line; None if it has none that fits, so that it costs no other."""
    if entry := _ENTRY.fullmatch(line):
        with suppress(ValueError):
            member = {entry[1].decode(): decode(entry[2])}
            wrapped = {section: member} if section else member
            msgspec.convert(wrapped, ArchiveState, str_keys=True)
            return member
    return None
