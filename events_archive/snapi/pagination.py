"""Read a list of articles to its end although it changes meanwhile. Pure decisions, no requests.

The list is requested by ``updated_at``, oldest first. The next request is not for an offset, but
for what was edited since the last article of the page before. So nothing is skipped when articles
are deleted, and what is edited meanwhile moves towards the end and is read again. An incremental
refresh begins with the newest known edits instead of the first, and is the same otherwise.

Offsets are used where a whole page has the timestamp of its first article, as after a bulk edit, or
is not in order. Where the API ignores ``updated_at_gte`` or ``ordering``, as it ignores all
parameters that it does not know, it sends what is older, or less than it counts: then the list is
read again from its beginning, by offsets alone.

``count`` may be higher than the number of articles: a filter that joins tables, such as
``has_event``, may list one once for each of its events. These rows are counted too.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from msgspec import Struct, field
from msgspec.structs import replace

from events_archive.model.timestamps import EARLIEST, format_utc
from events_archive.snapi.client import MAX_PAGE_SIZE
from events_archive.source.api_page import ApiPage
from events_archive.store.articles_file import edited
from events_archive.store.records import Record

BASE_QUERY = {"has_event": "true", "limit": str(MAX_PAGE_SIZE), "ordering": "updated_at"}
"""The parameters of every request."""


class Pagination(Struct, frozen=True, kw_only=True):
    """The part of a list that has been read so far."""

    since: datetime | None = None
    """The earliest edit that the next request is for, to the second; None for all."""
    offset: int = 0
    """How many of these were read already."""
    records: Mapping[int, Record] = field(default_factory=dict)
    """The articles by id, each as it was read last."""
    rows: Mapping[int, int] = field(default_factory=dict)
    """By id, how often a page had the article at most."""
    without_id: int = 0
    """The number of records that were dropped because they have no id."""
    count: int | None = None
    """How many rows the list had at the beginning, according to the API."""
    by_offset: bool = False
    """Whether the list is read by offsets, since the API ignored a parameter."""
    is_finished: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the next request."""
        query = dict(BASE_QUERY)
        if self.since:
            query["updated_at_gte"] = format_utc(self.since)
        if self.offset:
            query["offset"] = str(self.offset)
        return query

    @property
    def is_incomplete(self) -> bool:
        """Whether fewer rows were read than the list has."""
        return sum(self.rows.values()) + self.without_id < (self.count or 0)

    def with_page(self, page: ApiPage) -> Self:
        """Return the pagination after the page for `query` was fetched."""
        records, rows = dict(self.records), dict(self.rows)
        records.update((record["id"], record) for record in page.records)
        for record_id, repeats in Counter(record["id"] for record in page.records).items():
            plausible = min(repeats, max(1, len(records[record_id]["events"])))
            rows[record_id] = max(plausible, rows.get(record_id, 0))
        times = [time for time in map(edited, page.records) if time > EARLIEST]
        offset = self.offset + page.size
        is_beyond_end = offset >= page.count and len(records) == len(self.records)
        read = replace(
            self,
            offset=offset,
            records=records,
            rows=rows,
            without_id=self.without_id + page.without_id,
            count=page.count if self.count is None else self.count,
            is_finished=not page.has_next or not page.size or is_beyond_end,
        )
        if self.by_offset:
            return read
        is_older = self.since is not None and any(time < self.since for time in times)
        if is_older or (read.is_finished and read.is_incomplete):
            return replace(read, since=None, offset=0, by_offset=True, is_finished=False)
        last = times[-1].replace(microsecond=0) if times and times == sorted(times) else None
        if last and (self.since is None or last > self.since):
            return replace(read, since=last, offset=0)
        return read
