"""Read a list of events completely although it changes meanwhile. Pure decisions, no requests.

The list is requested with ``ordering=-last_updated`` (most recently edited first), page by page.
Offset pagination breaks when records move between two requests. With this ordering, and no other,
every loss can be detected:

- A record that is added or edited moves to the head and shifts the rest towards the end. Nothing is
  skipped: the next page starts with records that were already read.
- A deletion before the current offset shifts the rest towards the head, and as many records are
  skipped. ``count`` falls by at least that number: only additions raise it, and they shift the
  list the other way. If both cancel each other out, nothing is skipped.

Ordered by ``date``, records would move in both directions. With ascending ``last_updated``, each
edit would skip a record, which would show only at the end of the list, without its offset.

Hence the roles of requests. All but ``next`` are made only if something changed:

- ``next``: the next page, up to the end of the list.
- ``gap``: when ``count`` fell, the list from `MARGIN` records before the current offset.
- ``head``: at the end, if the list changed, its first pages again.
- ``overlap``: if records are still missing (records with equal timestamps in changing order, a
  wrong page), the offsets at which records were repeated.
- ``ids``: cached events that were not in the list, by id, before they count as withdrawn.
"""

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Literal, Self

from msgspec import Struct, field

from events_archive.errors import ApiError
from events_archive.ll2.client import MAX_PAGE_SIZE, ApiPage
from events_archive.store.records import Record, id_of_record, is_older, last_updated

MARGIN = MAX_PAGE_SIZE // 2
"""How many records before a gap are read again. If ``count`` falls by more, reading fails."""

Role = Literal["next", "gap", "head", "overlap", "ids"]

_MAX_HEAD_PAGES = 3
_MAX_OVERLAP_PAGES = 4


class UnstablePaginationError(ApiError):
    """The list changes too fast, or its pages repeat; a later refresh starts from the beginning."""


class PageRequest(Struct, frozen=True, kw_only=True):
    """One request for a page of the list."""

    role: Role
    url: str = ""
    """The ``next`` URL of the page before; "" if the request is defined by `query`."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters in addition to those of `base_query`."""


def base_query(mode: str) -> dict[str, str]:
    """Return the parameters of every request for events; ``mode`` is LL2's level of detail."""
    limit = str(MAX_PAGE_SIZE)
    return {"format": "json", "limit": limit, "mode": mode, "ordering": "-last_updated"}


class Pagination(Struct, frozen=True, kw_only=True):
    """The part of a list that has been read so far."""

    pages: tuple[tuple[PageRequest, ApiPage], ...] = ()
    """The requests with their responses."""
    records: Mapping[int, Record] = field(default_factory=dict)
    """The events by id. Of several versions, the newest; of equally new ones, the last read."""
    made_progress: bool = True
    """Whether the last page has an event that no page before it has."""

    def with_page(self, request: PageRequest, page: ApiPage) -> Self:
        """Return the pagination after ``page`` was fetched by ``request``."""
        records = dict(self.records)
        for record in page.records:
            record_id = id_of_record(record) or 0
            if not is_older(record, records.get(record_id)):
                records[record_id] = record
        return type(self)(
            pages=(*self.pages, (request, page)),
            records=records,
            made_progress=len(records) > len(self.records),
        )

    @property
    def count(self) -> int:
        """The number of events in the list, according to the last page of it."""
        counts = [page.count for request, page in self.pages if request.role != "ids"]
        return counts[-1] if counts else 0

    @property
    def without_id(self) -> int:
        """The number of records that were dropped because they have no id."""
        return sum(page.without_id for _, page in self.pages)

    @property
    def is_incomplete(self) -> bool:
        """Whether fewer events were read than the list has."""
        return len(self.records) + self.without_id < self.count

    @property
    def requested_ids(self) -> set[int]:
        """The ids that were requested one by one."""
        return {int(i) for query in self._queries("ids") for i in query["id"].split(",")}

    @property
    def remaining_pages(self) -> int | None:
        """How many pages are still to read if the list does not change; None before the first."""
        pages = self._pages("next")
        if not pages:
            return None
        return max(0, ceil(pages[-1].count / max(1, pages[0].size)) - len(pages))

    @property
    def list_changed(self) -> bool:
        """Whether the list changed while it was read."""
        pages = self._pages("next")
        ids = [id_of_record(record) for page in pages for record in page.records]
        counts = {page.count for page in pages}
        return len(counts) > 1 or len(ids) > len(set(ids)) or self.is_incomplete

    @property
    def id_lookup_works(self) -> bool:
        """Whether requests by id returned requested ids only: a server may ignore the filter."""
        found = {id_of_record(record) for page in self._pages("ids") for record in page.records}
        return found <= self.requested_ids

    def next_request(self) -> PageRequest | None:
        """Return the next request; None when the whole list has been read.

        Raises `UnstablePaginationError` if there is no point in reading on.
        """
        pages = self._pages("next")
        if not pages:
            return PageRequest(role="next")
        self._check_progress(pages)
        if (gap := self._reread_gap(pages)) is not None:
            return gap
        if pages[-1].next is not None:
            return PageRequest(role="next", url=pages[-1].next)
        return self._reread_head(pages) or self._reread_overlap(pages)

    def lookup_request(self, ids: Iterable[int]) -> PageRequest | None:
        """Return a request by id for those of ``ids`` not read or requested yet, a page at most."""
        missing = sorted(set(ids) - self.records.keys() - self.requested_ids)[:MAX_PAGE_SIZE]
        if not missing:
            return None
        return PageRequest(role="ids", query={"id": ",".join(map(str, missing))})

    def _pages(self, role: Role) -> list[ApiPage]:
        return [page for request, page in self.pages if request.role == role]

    def _queries(self, role: Role) -> list[Mapping[str, str]]:
        return [request.query for request, _ in self.pages if request.role == role]

    def _check_progress(self, pages: list[ApiPage]) -> None:
        """Raise if the last page had nothing new although another page is said to follow."""
        request, page = self.pages[-1]
        if request.role != "next" or page.next is None:
            return
        if not page.records:
            raise UnstablePaginationError("a page of events in the middle of the list is empty")
        if not self.made_progress:
            raise UnstablePaginationError(
                "the pages of events go in circles, or the list changed all at once"
            )
        if len(pages) > 2 * ceil(pages[0].count / max(1, len(pages[0].records))) + 2:
            raise UnstablePaginationError("the pages of events do not come to an end")

    def _reread_gap(self, pages: list[ApiPage]) -> PageRequest | None:
        """Return a request for the end of what was read, if ``count`` fell with the last page."""
        if len(pages) < 2 or self.pages[-1][0].role != "next":
            return None
        fall = pages[-2].count - pages[-1].count
        if fall <= 0:
            return None
        if fall > MARGIN:
            raise UnstablePaginationError(f"{fall} events went while the list was read")
        offset = max(0, sum(page.size for page in pages[:-1]) - MARGIN)
        return PageRequest(role="gap", query={"offset": str(offset)})

    def _reread_head(self, pages: list[ApiPage]) -> PageRequest | None:
        """Return a request for the head, if the list changed, as far as it has anything new."""
        head = self._pages("head")
        if not head:
            return PageRequest(role="head") if self.list_changed else None
        if head[-1].next is None or not head[-1].records:
            return None
        versions = {id_of_record(r): last_updated(r) for page in pages for r in page.records}
        oldest = head[-1].records[-1]
        if versions.get(id_of_record(oldest)) == last_updated(oldest):
            return None
        if len(head) >= _MAX_HEAD_PAGES:
            raise UnstablePaginationError("the list of events changes faster than it can be read")
        return PageRequest(role="head", url=head[-1].next)

    def _reread_overlap(self, pages: list[ApiPage]) -> PageRequest | None:
        """Return a request for an offset at which records were repeated, if records are missing."""
        requested = [query["offset"] for query in self._queries("overlap")]
        if not self.is_incomplete or len(requested) >= _MAX_OVERLAP_PAGES:
            return None
        seen: set[int | None] = set()
        offset = 0
        for page in pages:
            ids = {id_of_record(record) for record in page.records}
            if len(ids - seen) < len(page.records):
                for start in (str(max(0, offset - MARGIN)), str(offset)):
                    if start not in requested:
                        return PageRequest(role="overlap", query={"offset": start})
            seen |= ids
            offset += page.size
        return None
