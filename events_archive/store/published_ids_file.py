"""``published-ids.json``: the pattern of each kind of id that feeds and calendars have.

It has one entry a line, so that its diffs can be read, and is saved before the site is published:
an id that was published must never be forgotten.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from events_archive.errors import CacheError
from events_archive.store.canonical_json import decode_as, encode_lines
from events_archive.store.entry_lines import read_entry_lines
from events_archive.store.files import read_text, write_atomically

PUBLISHED_IDS_FILE = "published-ids.json"


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
    # Another program may have written it in another layout, without one entry a line.
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
