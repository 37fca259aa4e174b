"""The sample: ten events that come with the code, until an archive has events of its own.

Their lines are in ``events.jsonl`` and ``publications.jsonl`` like any others. ``sample.json`` has
the digests of those that have ever shipped. No run writes it, so that an update of the code brings
a new one without a conflict. It decides:

- Sample events are published while the archive has seen no event in the API. The first refresh
  replaces them.
- From then on, an event of the sample that the API never had is no event of the archive, whenever
  an update of the code brings its line again.
- Of two lines about one event, one that has shipped is not used.
"""

from collections.abc import Hashable, Mapping
from hashlib import sha256
from pathlib import Path

from msgspec import Struct, field

from events_archive.errors import CacheError
from events_archive.model.event import EventId
from events_archive.store.files import read_json

SAMPLE_FILE = "sample.json"


class ShippedLines(Struct, frozen=True):
    """The lines of one file that have shipped."""

    digests: Mapping[EventId, tuple[str, ...]] = field(default_factory=dict)
    """SHA-256 of each in hexadecimal, by event id."""

    def has(self, key: Hashable, line: bytes) -> bool:
        """Whether ``line`` is one of those about the event with the id ``key``."""
        known = self.digests.get(key) if isinstance(key, int) else None
        return known is not None and sha256(line).hexdigest() in known


NOTHING_SHIPPED = ShippedLines()


class Sample(Struct, frozen=True, kw_only=True):
    """All lines that have shipped."""

    events: ShippedLines = NOTHING_SHIPPED
    publications: ShippedLines = NOTHING_SHIPPED


def load_sample(cache: Path) -> Sample:
    """Return the lines that have shipped; none when there is no file.

    Raises `CacheError` when the file cannot be read or is damaged.
    """
    path = cache / SAMPLE_FILE
    digests = read_json(path, dict[str, dict[EventId, tuple[str, ...]]]) or {}
    if not digests.keys() >= {"events", "publications"}:
        if not path.exists():
            return Sample()
        raise CacheError(
            f"{path} is damaged; it came with the code and is never changed by a run: take it "
            f"from git again (git checkout HEAD -- {path})"
        )
    return Sample(
        events=ShippedLines(digests["events"]), publications=ShippedLines(digests["publications"])
    )
