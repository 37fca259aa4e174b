"""Files with one JSON object a line, which may have been merged, edited or cut off."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Struct

from events_archive.errors import CacheError
from events_archive.store.entry_lines import markers_sentence
from events_archive.store.files import conflict_marker, read_lines, unknown_name

T = TypeVar("T")


class UnusableLineError(CacheError):
    """A line is of no use, for a reason that continues "line 7: ..."."""


class NewerVersionError(UnusableLineError):
    """A newer version of the program has written the line."""

    def __init__(self, name: str) -> None:
        super().__init__(unknown_name(name))


class JsonLine(Struct, Generic[T], frozen=True):
    """A line, and what it holds."""

    number: int
    data: bytes
    value: T


def read_json_lines(
    path: Path,
    decode: Callable[[bytes], T],
    both_sides: str,
    *,
    consequence: str,
    is_written_again: bool = False,
) -> tuple[list[JsonLine[T]], list[str]]:
    """Return the lines that ``decode`` can read, and a sentence about each thing that is wrong.

    ``decode`` raises `UnusableLineError` for the others, which have the ``consequence``;
    ``both_sides`` is what is used of the two sides of a merge.

    Raises `CacheError` when the file exists and cannot be read, or has lines of a newer version of
    the program although it ``is_written_again``.
    """
    found: list[JsonLine[T]] = []
    faults: list[str] = []
    markers: list[int] = []
    for number, data in read_lines(path):
        if conflict_marker(data):
            markers.append(number)
            continue
        try:
            found.append(JsonLine(number, data, decode(data)))
        except UnusableLineError as error:
            if is_written_again and isinstance(error, NewerVersionError):
                raise CacheError(f"{path}, line {number}: {error}") from error
            faults.append(f"{path}, line {number}: {error}; {consequence}")
    if markers:
        faults.append(markers_sentence(path, markers, both_sides))
    return found, faults
