"""``ledger.json`` to and from a `Ledger`: one entry a line, so that its diffs can be read."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from events_archive.ll2.json_fields import JsonFields
from events_archive.model.archive_state import ArchiveState
from events_archive.store import canonical_json
from events_archive.store.files import read_bytes, write_atomically

STATE_FILE = "ledger.json"

_HEADER = re.compile(rb'"(\w+)": \{')
_ENTRY = re.compile(rb'"([-\w/.]+)": (.+?),?')
_NAMES = {
    "api_url", "mode", "count", "last_sweep", "last_delta",
    "withdrawn", "first_seen", "event_addresses", "type_addresses",
    "lists",
}  # fmt: skip

_Key = TypeVar("_Key", int, str)
_Value = TypeVar("_Value")


def load_state(path: Path) -> tuple[ArchiveState, tuple[str, ...]]:
    """The ledger, empty where there is no file; and a sentence for each thing that is damaged.

    Of a damaged file every line that can be read counts: to start anew would be to forget the
    addresses that were published.
    """
    data = read_bytes(path)
    try:
        return _from_json(canonical_json.decode(data) if data.strip() else {}), ()
    except (ValueError, TypeError, AttributeError):
        advice = f"its last good version may be in git (git log -- {path})"
        return _salvaged(data), (f"{path} is damaged, what can be read of it is used; {advice}",)


def _salvaged(data: bytes) -> ArchiveState:
    """The ledger of the lines that are whole."""
    values: dict[str, Any] = {}
    section: dict[str, Any] | None = None
    for line in data.split(b"\n"):
        if header := _HEADER.fullmatch(line):
            section = values.setdefault(header[1].decode(), {})
        elif entry := _ENTRY.fullmatch(line):
            with suppress(ValueError, TypeError, AttributeError):
                # Tried alone, so that one wrong value costs no other.
                key, value = entry[1].decode(), canonical_json.decode(entry[2])
                _from_json({name: {key: value} for name in values if values[name] is section})
                (values if section is None else section)[key] = value
        elif line.startswith(b"}"):
            section = None
    return _from_json({name: value for name, value in values.items() if name in _NAMES})


def save_state(path: Path, ledger: ArchiveState) -> bool:
    """Write the ledger; whether its bytes changed. Raises `CacheError` where it cannot be."""
    return write_atomically(path, encode_state(ledger))


def encode_state(ledger: ArchiveState) -> bytes:
    """The ledger as its file has it."""
    values = {
        "api_url": ledger.api_url,
        "mode": ledger.mode,
        "count": ledger.count,
        "last_sweep": _stamp(ledger.last_full_refresh),
        "last_delta": _stamp(ledger.last_incremental_refresh),
        "withdrawn": {key: day.isoformat() for key, day in ledger.withdrawn.items()},
        "first_seen": {key: _stamp(when) for key, when in ledger.first_seen.items()},
        "event_addresses": ledger.event_owners,
        "type_addresses": ledger.type_owners,
        # An object like the others, for the sake of one entry a line.
        "lists": dict.fromkeys(ledger.published_lists, 1),
    }
    entries = (f"{_text(name)}: {_value(value)}" for name, value in values.items())
    return ("{\n" + ",\n".join(entries) + "\n}\n").encode()


def _value(value: Any) -> str:
    if not isinstance(value, Mapping):
        return _text(value)
    lines = [f"{_text(str(key))}: {_text(value[key])}" for key in sorted(value)]
    return "{\n" + ",\n".join(lines) + "\n}" if lines else "{}"


def _text(value: Any) -> str:
    return canonical_json.encode(value).decode()


def _stamp(when: datetime | None) -> str | None:
    """To the second, in UTC."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if when else None


def _from_json(value: Any) -> ArchiveState:
    if not isinstance(value, dict):
        raise TypeError("it holds no object")
    fields = JsonFields(value)
    return ArchiveState(
        api_url=fields.single_line("api_url"),
        mode=fields.single_line("mode"),
        count=fields.integer("count"),
        last_full_refresh=fields.date_time("last_sweep"),
        last_incremental_refresh=fields.date_time("last_delta"),
        withdrawn=_mapping(value, "withdrawn", int, lambda day: _when(day).date()),
        first_seen=_mapping(value, "first_seen", int, _when),
        event_owners=_mapping(value, "event_addresses", str, _ids),
        type_owners=_mapping(value, "type_addresses", str, _ids),
        published_lists=tuple(sorted(_mapping(value, "lists", str, int))),
    )


def _mapping(
    value: dict[str, Any], name: str, key: Callable[[str], _Key], read: Callable[[Any], _Value]
) -> dict[_Key, _Value]:
    return {key(text): read(member) for text, member in value.get(name, {}).items()}


def _when(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _ids(values: Any) -> tuple[int, ...]:
    """The owners of an address: it was published for somebody, or it would not be there."""
    if not isinstance(values, list) or not values:
        raise TypeError("an address without owners")
    return tuple(int(value) for value in values)
