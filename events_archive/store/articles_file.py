"""``articles.jsonl``: articles and blogs about events, in JSON Lines.

A line has the members that are used of a record of Spaceflight News API, and its kind. Summaries
and pictures, which are the publishers', are not stored.

When and how that API was last asked is in ``articles-contact.json``, which is not in git. Both
files are apart from those of the events, so that nothing that happens to them can harm an event.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from events_archive.model.article import KINDS
from events_archive.model.timestamps import EARLIEST, AwareDatetime, parse_utc
from events_archive.store.files import read_checked, write_atomically, write_checked
from events_archive.store.records import (
    Record,
    RecordSet,
    id_of_record,
    read_record_lines,
)

ARTICLES_FILE = "articles.jsonl"
ARTICLES_CONTACT_FILE = "articles-contact.json"

ArticleKey = tuple[str, int]
"""Kind and id."""


class ArticleRecords(RecordSet[ArticleKey], frozen=True, kw_only=True):
    """The records of articles, by kind and id."""

    def edits(self, kind: str) -> Iterable[datetime]:
        """Return when the articles of one kind were edited, by the API's clock."""
        return [line.last_updated for key, line in self.lines.items() if key[0] == kind]


class ArticlesContact(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"last_full_refresh": "last_sweep", "last_incremental_refresh": "last_delta"},
):
    """The contents of ``articles-contact.json``."""

    api_url: str = ""
    last_full_refresh: AwareDatetime | None = None
    last_incremental_refresh: AwareDatetime | None = None

    @property
    def last_refreshed(self) -> datetime | None:
        """The time of the last refresh of either kind; None if there was none."""
        times = (self.last_full_refresh, self.last_incremental_refresh)
        return max(filter(None, times), default=None)


def article_key(record: Record) -> ArticleKey | None:
    """Return kind and id of a record; None for one without, which is not stored."""
    kind, article_id = record.get("kind"), id_of_record(record)
    return (kind, article_id) if kind in KINDS and article_id else None


def edited(record: Record) -> datetime:
    """Return the ``updated_at`` of a record in UTC, `EARLIEST` where it has none."""
    return parse_utc(record.get("updated_at")) or EARLIEST


def load_article_records(cache: Path) -> ArticleRecords:
    """Return all articles that can be read; none when there is no file.

    Raises `CacheError` when the file exists and cannot be read.
    """
    path = cache / ARTICLES_FILE
    lines, damaged = read_record_lines(path, article_key, edited, "articles")
    return ArticleRecords(lines=lines, damaged=damaged)


def load_contact(cache: Path) -> ArticlesContact:
    """Return when the API was last asked; an empty contact if that is not known."""
    return read_checked(cache / ARTICLES_CONTACT_FILE, ArticlesContact) or ArticlesContact()


def save_articles(cache: Path, records: ArticleRecords, contact: ArticlesContact) -> None:
    """Write both files, the articles first: what a killed run has not noted is asked for again.

    Raises `CacheError`.
    """
    if records.lines or (cache / ARTICLES_FILE).exists():
        write_atomically(cache / ARTICLES_FILE, records.data)
    write_checked(cache / ARTICLES_CONTACT_FILE, contact)
