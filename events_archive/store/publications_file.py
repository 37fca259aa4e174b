"""``publications.jsonl``: what was last published about each event, one event a line.

It is written before the site is. A run in which no event changed leaves it as it is.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from events_archive.model.publication import Publication
from events_archive.store.canonical_json import decode_as
from events_archive.store.files import read_lines, write_atomically

PUBLICATIONS_FILE = "publications.jsonl"


def load_publications(path: Path) -> tuple[dict[int, Publication], tuple[str, ...]]:
    """Return what can be read, by event id, and a sentence for each damaged line.

    Of two lines about an event, which a merge can leave, the later revision counts.

    Raises `CacheError` when the file exists and cannot be read.
    """
    publications: dict[int, Publication] = {}
    damaged: list[str] = []
    for number, data in read_lines(path):
        try:
            line = decode_as(data, Publication)
        except ValueError:
            damaged.append(f"{path}, line {number}: not what was published about an event")
            continue
        known = publications.setdefault(line.event_id, line)
        publications[line.event_id] = max(known, line, key=_revision)
    return publications, tuple(damaged)


def save_publications(path: Path, publications: Mapping[int, Publication]) -> bool:
    """Write the file; return whether it changed. Raises `CacheError`."""
    lines = [_encode(publication) for _, publication in sorted(publications.items())]
    return write_atomically(path, b"".join(line + b"\n" for line in lines))


def _revision(publication: Publication) -> tuple[int, datetime]:
    return publication.sequence, publication.page_changed


_encode = msgspec.json.Encoder(order="sorted").encode
