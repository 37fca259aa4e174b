"""Compares a published site with a built one, file by file."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from itertools import zip_longest
from pathlib import Path

from msgspec import Struct, field

from events_archive.console import Console
from events_archive.errors import HttpError
from events_archive.published.files import FolderFiles, UnusableFileError
from events_archive.published.website import WebsiteFiles
from events_archive.store.opener import read_file
from events_archive.thread_pool import map_in_threads

_EXCERPT = 60
"""Characters of a line that are shown."""
_CONTEXT = 20
"""How many of them are before the first that differs."""


class Comparison(Struct, kw_only=True):
    """What differs between a published site and a built one."""

    equal: int = 0
    """The number of equal files."""
    missing: list[str] = field(default_factory=list)
    """Paths of files that are not published."""
    extra: list[str] = field(default_factory=list)
    """Paths of published files that would not be built."""
    different: dict[str, str] = field(default_factory=dict)
    """The first difference by path."""
    excused: list[str] = field(default_factory=list)
    """Paths of files that differ, and may."""
    unread: dict[str, str] = field(default_factory=dict)
    """Why a published file could not be compared, by path."""

    @property
    def differences(self) -> dict[str, list[str]]:
        """What keeps the sites from being equal, as texts by kind; kinds without any are left out.

        Where it is empty, all files were compared, and none differs that may not.
        """
        found = {
            "missing": self.missing,
            "extra": self.extra,
            "different": [f"{path}, {what}" for path, what in self.different.items()],
            "not compared": [f"{path}: {reason}" for path, reason in self.unread.items()],
        }
        return {kind: entries for kind, entries in found.items() if entries}

    def lines(self, *, most: int | None) -> Iterator[str]:
        """Yield a line for each difference, at most so many of a kind."""
        for kind, entries in self.differences.items():
            yield from (f"{kind}: {entry}" for entry in entries[:most])
            if most and len(entries) > most:
                yield f"{kind}: {len(entries) - most} more (-v lists all)"


def compare(
    built: Mapping[str, Path],
    published: FolderFiles | WebsiteFiles,
    console: Console,
    *,
    threads: int,
    ignored: Collection[str],
    may_differ: Collection[str],
) -> Comparison:
    """Return what differs between the ``built`` files, by path, and the published ones.

    Published files with paths in ``ignored`` need not be built. Paths in ``may_differ`` are
    excused.
    """

    def compare_file(path: str) -> str | HttpError | UnusableFileError | None:
        """Return the first difference, ``""`` if there is none; None if nothing is published."""
        try:
            content = published.find(path)
        except (HttpError, UnusableFileError) as error:
            return error
        return None if content is None else first_difference(read_file(built[path]), content)

    found = Comparison(extra=sorted(published.paths - built.keys() - set(ignored)))
    results: dict[str, str | HttpError | UnusableFileError | None] = {}
    pool = map_in_threads(compare_file, sorted(built), threads=threads, on_exit=published.stop)
    with closing(pool), console.progress("files", len(built)) as progress:
        for path, value in pool:
            results[path] = value
            progress.advance()
    for path in sorted(built):
        match results[path]:
            case "":
                found.equal += 1
            case None:
                found.missing.append(path)
            case str(what) if path not in may_differ:
                found.different[path] = what
            case str():
                found.excused.append(path)
            case error:
                found.unread[path] = str(error)
    return found


def first_difference(built: bytes, published: bytes) -> str:
    """Return where two contents differ first, in words; ``""`` if they are equal."""
    if built == published:
        return ""
    try:
        pairs = zip_longest(built.decode().split("\n"), published.decode().split("\n"))
    except UnicodeDecodeError:
        return f"{len(published):,} bytes instead of {len(built):,}, or others"
    number, one, other = next((n, *pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    characters = enumerate(zip_longest(one or "", other or ""))
    # A line that is empty in one of them and missing in the other differs in no character.
    at = next((i for i, (a, b) in characters if a != b), 0)
    return f"line {number}: {_excerpt(other, at)} instead of {_excerpt(one, at)}"


def _excerpt(line: str | None, at: int) -> str:
    if line is None:
        return "no line"
    start = max(0, at - _CONTEXT)
    text = line[start : start + _EXCERPT]
    return f"“{'…' * (start > 0)}{text}{'…' * (len(line) > start + _EXCERPT)}”"
