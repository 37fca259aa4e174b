"""``published-ids.json``: the patterns of the ids that subscribers' programs know events by.

A build compares its ids with them, so that an id that was published never changes.
"""

from collections.abc import Mapping
from pathlib import Path

from events_archive.errors import CacheError
from events_archive.store.canonical_json import decode_as, encode, object_lines
from events_archive.store.files import read_bytes, write_atomically

PUBLISHED_IDS_FILE = "published-ids.json"


def load_published_ids(path: Path) -> dict[str, str]:
    """Return the pattern of each kind of id; none before a site was published.

    Raises `CacheError` when the file is damaged: without it, changed ids would go unnoticed.
    """
    data = read_bytes(path)
    try:
        return decode_as(data, dict[str, str]) if data.strip() else {}
    except ValueError as error:
        raise CacheError(
            f"{path} is damaged ({error}); its last good version is in git: git checkout {path}"
        ) from error


def save_published_ids(path: Path, patterns: Mapping[str, str]) -> bool:
    """Write the patterns, one a line; return whether the file changed.

    Raises `CacheError` when it cannot be written.
    """
    members = {kind: encode(pattern) for kind, pattern in sorted(patterns.items())}
    return write_atomically(path, object_lines(members) + b"\n")
