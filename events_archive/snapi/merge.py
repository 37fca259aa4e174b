"""Merge what the news API sent into the cache: which articles to store, and which to remove.

A record that differs from the known one in its timestamp alone is no news, and is not stored.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from events_archive.snapi.bounds import MAX_ARTICLE_BYTES
from events_archive.snapi.parse import parse_article
from events_archive.source.refresh import is_stale
from events_archive.store import canonical_json
from events_archive.store.articles_file import ArticleKey, ArticleRecords, edited
from events_archive.store.records import Record, RecordLine


class MergeResult(Struct, frozen=True, kw_only=True):
    """The articles after a response was merged."""

    records: ArticleRecords
    is_full: bool
    """Whether the response was a full refresh."""
    added: int
    changed: int
    removed: int
    refused: int
    """How many records of the response are of no use, and were left out."""

    @property
    def summary(self) -> str:
        """How many articles were added and so on: "2 new, 1 removed"; "" if none."""
        counts = {"new": self.added, "changed": self.changed, "removed": self.removed}
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def merge_articles(
    cached: ArticleRecords,
    fetched: Mapping[ArticleKey, Record],
    *,
    now: datetime,
    is_full: bool,
    removed: Iterable[ArticleKey] = (),
) -> MergeResult:
    """Return the cache after ``fetched`` was received at ``now``, and without those ``removed``.

    In an incremental refresh, an older version comes from a copy that lags behind, and is ignored.
    """
    updates: dict[ArticleKey, RecordLine] = {}
    refused = 0
    for key, record in fetched.items():
        known = cached.lines.get(key)
        line = _line(record)
        if line is None:
            refused += 1
        elif known and not is_full and is_stale(line.last_updated, known.last_updated, now):
            continue
        elif not known or _without_timestamp(record) != _without_timestamp(known.decode()):
            updates[key] = line
    gone = cached.lines.keys() & set(removed)
    others = {key: line for key, line in cached.lines.items() if key not in gone}
    return MergeResult(
        records=ArticleRecords(lines=others).merged(updates),
        is_full=is_full,
        added=len(updates.keys() - cached.lines.keys()),
        changed=len(updates.keys() & cached.lines.keys()),
        removed=len(gone),
        refused=refused,
    )


def _line(record: Record) -> RecordLine | None:
    """Return the line of a record; None if it is too long, or has no address to link to."""
    try:
        data = canonical_json.encode(record)
    except ValueError:
        return None
    is_usable = len(data) <= MAX_ARTICLE_BYTES and parse_article(record)
    return RecordLine(data, edited(record)) if is_usable else None


def _without_timestamp(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "updated_at"}
