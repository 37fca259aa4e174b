"""Reads ``ledger.json``, also after a merge or an edit by hand: no entry that is there is lost."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields, replace

from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState
from events_archive.model.slugs import Owners, joined_owners
from events_archive.store.canonical_json import decode
from events_archive.store.entry_lines import (
    Entry,
    EntryLines,
    markers_sentence,
    read_entry_lines,
)
from events_archive.store.files import read_text, unknown_name

_MEMBERS = frozenset(field.encode_name for field in fields(ArchiveState))
_SECTIONS = ("withdrawn", "first_seen", "event_addresses", "type_addresses", "lists", "feeds")
_FOLDERS = {"event_addresses": "events", "type_addresses": "types"}
"""The members with owners of slugs, and the folder of their pages."""


class LedgerReading(Struct, frozen=True, kw_only=True):
    """What a ledger holds."""

    state: ArchiveState
    notes: tuple[str, ...] = ()
    """A sentence for each thing that was put right without any loss."""
    losses: tuple[str, ...] = ()
    """A sentence for what cannot be read: written again, the file would no longer have it."""


def read_ledger(path: Path) -> LedgerReading:
    """Return what the ledger holds, nothing when there is no file.

    An entry that it has twice, as a merge may leave it, has the values of both. Of a file
    that is not JSON, every line with an entry is used.

    Raises `CacheError` when the file exists and cannot be read, nothing in it can be, or a newer
    version of the program has written it.
    """
    data = read_text(path)
    if not data and not path.exists():
        return LedgerReading(state=ArchiveState())
    repeated: set[str] = set()
    try:
        members = decode(data, lambda pairs: _joined(pairs, repeated))
        state = msgspec.convert(members, ArchiveState, str_keys=True)
        lines = read_entry_lines(data if repeated else b"", _SECTIONS)
        # Only lines know which section they are in.
        if repeated and lines.is_whole:
            state = msgspec.convert(_usable(lines)[0], ArchiveState, str_keys=True)
    except ValueError as error:
        return _read_lines(path, data, error)
    _refuse_newer_version(path, data, members)
    state, contested = _with_joined_owners(path, state, lines)
    return LedgerReading(state=state, notes=(*_notes(path, lines, fault=1), *contested))


def _read_lines(path: Path, data: bytes, error: ValueError) -> LedgerReading:
    """Return what the lines of a file hold that is no ledger as a whole, because of ``error``."""
    lines = read_entry_lines(data, _SECTIONS)
    members, unusable = _usable(lines)
    state = msgspec.convert(members, ArchiveState, str_keys=True)
    if state == ArchiveState() and not members.keys() - _MEMBERS:
        raise CacheError(
            f"{path} holds nothing that can be read ({error}): without it published URLs are "
            f"forgotten. Its last good version is in git (git log -- {path})"
        ) from error
    if not lines.is_whole:
        # Entries of a section whose first line is unreadable are no members of a newer version.
        members, astray = _without_astray(members, lines)
        unusable = (*unusable, *astray)
    _refuse_newer_version(path, data, members)
    state, contested = _with_joined_owners(path, state, lines)
    unusable = tuple(sorted({*lines.unreadable, *unusable}))
    losses = replace(lines, markers=(), unreadable=unusable).faults(path, "")
    fault = 0 if losses else getattr(error, "lineno", 1)
    return LedgerReading(
        state=state, notes=(*_notes(path, lines, fault=fault), *contested), losses=losses
    )


def _refuse_newer_version(path: Path, data: bytes, members: Mapping[str, Any]) -> None:
    """Raise `CacheError` if there are members that only a newer version of the program has."""
    if newer := members.keys() - _MEMBERS:
        name = min(newer)
        number = data[: data.find(f'"{name}"'.encode())].count(b"\n") + 1
        raise CacheError(f"{path}, line {number}: {unknown_name(name)}")


def _notes(path: Path, lines: EntryLines, *, fault: int) -> tuple[str, ...]:
    """Return what was put right; ``fault`` is where JSON is wrong if all entries can be read."""
    if lines.markers:
        return (markers_sentence(path, lines.markers, "the entries of both sides are used"),)
    if lines.repeated():
        return (_repetition(path, lines),)
    if lines.entries and fault:
        return (f"{path}, line {fault}: a comma or a brace is wrong; every entry is used",)
    return ()


def _joined(pairs: Sequence[tuple[str, Any]], repeated: set[str]) -> dict[str, Any]:
    """Return the members of an object; the names of those that it has twice go to ``repeated``."""
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    members.clear()
    for name, value in pairs:
        if name in members:
            repeated.add(name)
        members[name] = _join(members.get(name), value, is_latest=name == "feeds")
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


def _usable(lines: EntryLines) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Return the members that the lines with a valid entry hold, and the numbers of the others."""
    members: dict[str, Any] = {}
    unusable: list[int] = []
    for entry in lines.entries:
        member: dict[str, Any] = {entry.name: entry.value}
        member = {entry.section: member} if entry.section else member
        try:
            msgspec.convert(member, ArchiveState, str_keys=True)
        except ValueError:
            unusable.append(entry.line)
            continue
        for name, value in member.items():
            known = members.get(name)
            is_mixed = known is not None and isinstance(known, dict) is not isinstance(value, dict)
            if is_mixed:
                unusable.append(entry.line)
            else:
                members[name] = _join(known, value, is_latest=name == "feeds")
    return members, tuple(unusable)


def _without_astray(
    members: dict[str, Any], lines: EntryLines
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Return the members without unknown ones that are no sections, and the lines of these."""
    astray = {entry.name for entry in lines.entries if not entry.section} - _MEMBERS
    known = {name: value for name, value in members.items() if name not in astray}
    numbers = (e.line for e in lines.entries if not e.section and e.name in astray)
    return known, tuple(numbers)


def _with_joined_owners(
    path: Path, state: ArchiveState, lines: EntryLines
) -> tuple[ArchiveState, list[str]]:
    """Return the state with the owners of each slug that has several entries in order.

    And a sentence for each slug of which the entries have different present owners.
    """
    owners: dict[str, Owners] = {
        "event_addresses": state.event_owners, "type_addresses": state.type_owners,
    }  # fmt: skip
    sentences: list[str] = []
    for entries in lines.repeated().values():
        section, slug = entries[0].section, entries[0].name
        if section not in _FOLDERS:
            continue
        with suppress(IndexError, KeyError, TypeError, ValueError):
            variants = [tuple(map(int, entry.value)) for entry in entries]
            seen = state.first_seen if section == "event_addresses" else {}
            joined, contested = joined_owners(variants, seen)
            if not set(joined) <= set(owners[section][slug]):
                continue
            owners[section] = {**owners[section], slug: joined}
            if len(contested) > 1:
                sentences.append(_contest(path, entries, contested))
    joined_state = replace(
        state, event_owners=owners["event_addresses"], type_owners=owners["type_addresses"]
    )
    return joined_state, sentences


def _contest(path: Path, entries: Sequence[Entry], contested: Sequence[int]) -> str:
    folder = _FOLDERS[entries[0].section]
    numbers = ", ".join(str(entry.line) for entry in entries)
    *others, keeper = contested
    return (
        f"{path}, lines {numbers}: {folder} {' and '.join(map(str, sorted(contested)))} both own "
        f"the address {folder}/{entries[0].name}.html; {keeper}, which was published first, keeps "
        f"it, unless the source now gives it to {' or '.join(map(str, others))}; who does not have "
        "it gets an address that ends in its id"
    )


def _repetition(path: Path, lines: EntryLines) -> str:
    groups = list(lines.repeated().values())
    names = ", ".join(
        f"{entries[0].name} (lines {', '.join(str(entry.line) for entry in entries)})"
        for entries in groups[:5]
    )
    more = " and others" if groups[5:] else ""
    return f"{path}: {names}{more} stand in it more than once; the values of all are used"
