"""Finds the files of the cache that are not as the archive writes them, and what they should be.

A repair never loses what can be read: of both sides of a merge it keeps every record, address and
entry of the history. What cannot be read is in the copy of the file that stays beside it.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from events_archive.errors import CacheError
from events_archive.store.articles_file import ARTICLES_FILE, load_article_records
from events_archive.store.canonical_json import encode
from events_archive.store.entry_lines import read_entry_lines
from events_archive.store.files import keep_original, read_bytes, read_text, write_atomically
from events_archive.store.history_file import HISTORY_FILE, repaired_history
from events_archive.store.ledger_reader import read_ledger
from events_archive.store.links_file import LINKS_FILE
from events_archive.store.publications_file import (
    PUBLICATIONS_FILE,
    encode_publications,
    load_publications,
)
from events_archive.store.published_ids_file import (
    PUBLISHED_IDS_FILE,
    encode_published_ids,
    read_published_ids,
)
from events_archive.store.records import EVENTS_FILE, RecordLine, RecordSet, load_records
from events_archive.store.sample import SAMPLE_FILE, load_sample
from events_archive.store.state_files import STATE_FILE, encode_state

Repaired = tuple[bytes, tuple[str, ...]]
"""What a file should contain, and a sentence about each thing that is wrong with it."""


class Repair(Struct, frozen=True, kw_only=True):
    """The repair of one file."""

    path: Path
    faults: tuple[str, ...]
    """A sentence about each thing that is wrong, and what becomes of it."""
    content: bytes
    """The file as it should be."""

    def make(self) -> Path:
        """Write the file, and return the path of the copy of what it was. Raises `CacheError`."""
        original = keep_original(self.path)
        write_atomically(self.path, self.content)
        return original


def find_repair(cache: Path, name: str) -> Repair | None:
    """Return how a file of the cache is to be repaired, None if it is as the archive writes it.

    Raises `CacheError` if it cannot be, with what to do.
    """
    path = cache / name
    original = read_bytes(path)
    if not original:
        return None
    content, faults = REPAIRS[name](path)
    if content == original and not faults:
        return None
    harmless = f"{path}: it is rewritten, in the encoding and order of the archive"
    return Repair(path=path, faults=faults or (harmless,), content=content)


def first_fault(cache: Path, name: str) -> str:
    """Return what is wrong with a damaged file, in a sentence without an end."""
    repair = find_repair(cache, name)
    return repair.faults[0] if repair else f"{cache / name} is damaged"


def _events(path: Path) -> Repaired:
    used, every = load_records(path, _first_seen(path)), load_records(path)
    content, faults = _records(used)
    if sample := every.lines.keys() - used.lines.keys():
        ids = ", ".join(map(str, sorted(sample)))
        faults = (*faults, f"{path}: events {ids} are of the sample of the code; they are left out")
    return content, faults


def _first_seen(path: Path) -> Collection[int]:
    # What is wrong with the ledger is said of the ledger.
    with suppress(CacheError):
        return read_ledger(path.with_name(STATE_FILE)).state.first_seen.keys()
    return ()


def _articles(path: Path) -> Repaired:
    return _records(load_article_records(path.parent))


def _records(records: RecordSet[Any]) -> Repaired:
    lines = (RecordLine.encode(line.decode()).data for line in records.lines.values())
    return b"".join(line + b"\n" for line in lines), records.damaged


def _publications(path: Path) -> Repaired:
    publications, faults = load_publications(path, _first_seen(path))
    return encode_publications(publications), faults


def _ledger(path: Path) -> Repaired:
    ledger = read_ledger(path)
    lost = (f"{loss}; it is left out" for loss in ledger.losses)
    return encode_state(ledger.state), (*ledger.notes, *lost)


def _published_ids(path: Path) -> Repaired:
    patterns, faults = read_published_ids(path)
    if not patterns:
        raise CacheError(f"{path} holds nothing that can be read; its last good version is in git")
    return encode_published_ids(patterns), faults


def _links(path: Path) -> Repaired:
    lines = read_entry_lines(read_text(path))
    links = {url: link for url, link in lines.merged(_later).items() if isinstance(link, dict)}
    faults = lines.faults(path, "of each link the later result is used")
    members = (encode(url) + b": " + encode(link) for url, link in sorted(links.items()))
    return b"{\n" + b",\n".join(members) + b"\n}\n", faults


def _later(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return of two results about one link the later one, with the earlier first date."""
    later = max(one, other, key=lambda result: str(result.get("last_tried")))
    seen = [result["first_seen"] for result in (one, other) if "first_seen" in result]
    return {**later, "first_seen": min(seen)} if seen else later


def _sample(path: Path) -> Repaired:
    load_sample(path.parent)
    return read_bytes(path), ()


REPAIRS: Mapping[str, Callable[[Path], Repaired]] = {
    SAMPLE_FILE: _sample,
    STATE_FILE: _ledger,
    EVENTS_FILE: _events,
    HISTORY_FILE: repaired_history,
    PUBLICATIONS_FILE: _publications,
    PUBLISHED_IDS_FILE: _published_ids,
    ARTICLES_FILE: _articles,
    LINKS_FILE: _links,
}
"""How each file that is in git is repaired, in the order in which one may need another."""
