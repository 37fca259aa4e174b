"""``published-ids.json``: under what ids events were published, so that these never change."""

from collections.abc import Mapping
from pathlib import Path

from events_archive.errors import CacheError
from events_archive.store import canonical_json
from events_archive.store.files import read_bytes, write_atomically

PUBLISHED_IDS_FILE = "published-ids.json"


def load_published_ids(path: Path) -> dict[str, str]:
    """The patterns of ids by kind; none before the first site was published.

    Raises `CacheError` where the file is damaged: to go on would be to forget what it protects.
    """
    data = read_bytes(path)
    if not data.strip():
        return {}
    try:
        return {str(kind): str(pattern) for kind, pattern in canonical_json.decode(data).items()}
    except (ValueError, AttributeError) as error:
        raise CacheError(
            f"{path} is damaged ({error}); its last good version is in git: git checkout {path}"
        ) from error


def save_published_ids(path: Path, patterns: Mapping[str, str]) -> bool:
    """Write the patterns; whether the file's bytes changed.

    Raises `CacheError` where it cannot be written.
    """
    lines = (
        f"{canonical_json.encode(kind).decode()}: {canonical_json.encode(pattern).decode()}"
        for kind, pattern in sorted(patterns.items())
    )
    return write_atomically(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
