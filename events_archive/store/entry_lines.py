"""JSON objects with one entry a line, read line by line: after a merge, an edit or a fault.

`canonical_json.encode_lines` writes them. A member that is an object of such lines is a section.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from events_archive.store.canonical_json import decode
from events_archive.store.files import conflict_marker

_SECTION = re.compile(rb'("(?:[^"\\]|\\.)*"): \{')
_ENTRY = re.compile(rb'("(?:[^"\\]|\\.)*"): (.+?),?')


class Entry(Struct, frozen=True):
    """One entry, and its place in the file."""

    line: int
    section: str
    """The name of the section that it is in; "" for a member of the object itself."""
    name: str
    value: Any


class EntryLines(Struct, frozen=True):
    """The lines of a file."""

    entries: tuple[Entry, ...]
    markers: tuple[int, ...]
    """The lines with conflict markers."""
    unreadable: tuple[int, ...]
    """The lines that hold no entry."""
    end: int = 0
    """The line in which the file ends too early; 0 if it does not."""

    @property
    def is_whole(self) -> bool:
        """Whether every line can be read, and the file has an end."""
        return not (self.unreadable or self.end)

    def merged(self, join: Callable[[Any, Any], Any]) -> dict[str, Any]:
        """Return the object; values of entries with one name, from first to last, are joined."""
        members: dict[str, Any] = {}
        for entry in self.entries:
            inner = members.setdefault(entry.section, {}) if entry.section else members
            known = inner.get(entry.name)
            inner[entry.name] = entry.value if known is None else join(known, entry.value)
        return members

    def repeated(self) -> Mapping[str, tuple[Entry, ...]]:
        """Return the entries that have a name in common, by section and name."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(f"{entry.section} {entry.name}", []).append(entry)
        return {key: tuple(entries) for key, entries in found.items() if len(entries) > 1}

    def faults(self, path: Path, both_sides: str) -> tuple[str, ...]:
        """Return sentences about conflict markers, lines without an entry, and a missing end."""
        sentences = []
        if self.markers:
            sentences.append(markers_sentence(path, self.markers, both_sides))
        if self.unreadable:
            where = ", ".join(map(str, self.unreadable[:5]))
            more = " and others" if self.unreadable[5:] else ""
            sentences.append(f"{path}, line {where}{more}: not a whole entry")
        if self.end:
            sentences.append(f"{path}, line {self.end}: the file ends here, and not with a brace")
        return tuple(sentences)


def markers_sentence(path: Path, numbers: Iterable[int], both_sides: str) -> str:
    """Return a sentence about conflict markers in some lines; ``both_sides`` is what is used."""
    where = ", ".join(map(str, numbers))
    return f"{path}, lines {where}: conflict markers, which a merge left; {both_sides}"


def read_entry_lines(data: bytes, sections: Iterable[str] = ()) -> EntryLines:
    """Return the entries of a text, even if some of its lines cannot be read.

    A line that is cut off counts as the start of one of ``sections`` if it can be of no other. Of
    the common ancestor that git may put into a conflict, nothing is used.
    """
    reader = _Reader(sections)
    for number, line in enumerate(data.split(b"\n"), start=1):
        reader.read(number, line.strip())  # an editor may have indented it
    return reader.result()


class _Reader:
    """Reads one line after the other."""

    def __init__(self, sections: Iterable[str]) -> None:
        self._starts = {f'"{name}": {{'.encode(): name for name in sections}
        self._entries: list[Entry] = []
        self._markers: list[int] = []
        self._unreadable: list[int] = []
        self._section = self._section_before = ""
        self._is_ancestor = False
        self._last = (0, b"}")

    def result(self) -> EntryLines:
        number, line = self._last
        end = 0 if line.endswith(b"}") or number in self._unreadable else number
        return EntryLines(tuple(self._entries), tuple(self._markers), tuple(self._unreadable), end)

    def read(self, number: int, line: bytes) -> None:
        if marker := conflict_marker(line):
            self._markers.append(number)
            self._is_ancestor = marker == b"|"
            # Each side begins in the section in which the conflict does.
            if marker == b"<":
                self._section_before = self._section
            elif marker != b">":
                self._section = self._section_before
        elif line and not self._is_ancestor:
            self._last = (number, line)
            self._read_content(number, line)

    def _read_content(self, number: int, line: bytes) -> None:
        starts = [name for start, name in self._starts.items() if start.startswith(line)]
        try:
            if start := _SECTION.fullmatch(line):
                self._section = decode(start[1])
            elif line in (b"}", b"},"):
                self._section = ""
            elif entry := _ENTRY.fullmatch(line):
                name, value = decode(entry[1]), decode(entry[2])
                self._entries.append(Entry(number, self._section, name, value))
            elif len(starts) == 1:
                self._section = starts[0]
            elif line != b"{":
                self._unreadable.append(number)
        except ValueError:
            self._unreadable.append(number)
