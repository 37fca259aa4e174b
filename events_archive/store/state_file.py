"""``ledger.json``, the file of `ArchiveState`: one entry a line, so that its diffs can be read."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec

from events_archive.model.archive_state import ArchiveState
from events_archive.model.timestamps import format_utc
from events_archive.store import canonical_json
from events_archive.store.canonical_json import AwareDatetime, encode, object_lines
from events_archive.store.files import read_bytes, write_atomically

STATE_FILE = "ledger.json"

_SECTION = re.compile(rb'"(\w+)": \{')
_ENTRY = re.compile(rb'"([-\w/.]+)": (.+?),?')

_EventIds = Annotated[tuple[int, ...], msgspec.Meta(min_length=1)]


class _StateFile(msgspec.Struct, kw_only=True):
    """The members of the file; those of other names are ignored."""

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


def load_state(path: Path) -> tuple[ArchiveState, tuple[str, ...]]:
    """Return the state, empty when there is no file, and a sentence if the file is damaged.

    Of a damaged file every entry that can be read is used: to start with an empty state would be
    to forget the addresses that were published.

    Raises `CacheError` when the file exists and cannot be read.
    """
    data = read_bytes(path)
    try:
        return canonical_json.decode_as(data if data.strip() else b"{}", _StateFile).state(), ()
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
                member = {entry[1].decode(): canonical_json.decode(entry[2])}
                canonical_json.convert({section: member} if section else member, _StateFile)
                sections.setdefault(section, {}).update(member)
    return canonical_json.convert({**sections.pop(""), **sections}, _StateFile).state()


def save_state(path: Path, state: ArchiveState) -> bool:
    """Write the state; return whether the file changed.

    Raises `CacheError` when it cannot be written.
    """
    return write_atomically(path, encode_state(state))


def encode_state(state: ArchiveState) -> bytes:
    """Return the content of the file."""
    members = {
        "api_url": state.api_url,
        "mode": state.mode,
        "count": state.count,
        "last_sweep": format_utc(state.last_full_refresh),
        "last_delta": format_utc(state.last_incremental_refresh),
        "withdrawn": {event_id: day.isoformat() for event_id, day in state.withdrawn.items()},
        "first_seen": {event_id: format_utc(seen) for event_id, seen in state.first_seen.items()},
        "event_addresses": state.event_owners,
        "type_addresses": state.type_owners,
        # An object like the others, so that there is one entry a line.
        "lists": dict.fromkeys(state.published_lists, 1),
    }
    return object_lines({name: _encode_member(value) for name, value in members.items()}) + b"\n"


def _encode_member(value: Any) -> bytes:
    if not isinstance(value, Mapping) or not value:
        return encode(value)
    return object_lines({str(key): encode(value[key]) for key in sorted(value)})
