"""Read a list of events completely although it changes meanwhile. Pure decisions, no requests.

**How a sweep converges.** The list is requested by ``last_updated``, most recently edited first,
page by page. Offset pagination breaks when records move between two requests. With this ordering,
and no other, nearly every loss can be detected:

- A record that is added or edited moves to the head and shifts the rest towards the end. Nothing is
  skipped: the next page starts with records that were already read.
- A deletion before the current offset shifts the rest towards the head, and as many records are
  skipped. ``count`` falls by at least that number: only additions raise it, and they shift the
  list the other way. If both cancel each other out, nothing is skipped.

Ordered by ``date``, records would move in both directions. With ascending ``last_updated``, each
edit would skip a record, which would show only at the end of the list, without its offset. Events
with equal timestamps, of which a bulk edit makes hundreds, come in any order: so ``date`` is the
second key, for servers that take one.

Only whether there is a next page is taken from ``next``, since some servers write a wrong address
there. The offset is the number of records read so far.

The list is complete when as many events were read as ``count`` says. If it is not after the first
pass, these are requested, as long as events are missing and requests remain:

- ``gap``, during the pass: when ``count`` fell, the list from `MARGIN` records before the offset.
- ``head``: if the list changed meanwhile, its first pages again.
- ``ids``: cached events that were not in the list, by id. This is also the evidence without which
  none counts as withdrawn, even if the list is complete.
- ``next`` again, in another ordering, until all of `ORDERINGS` were tried.

A list that stays incomplete is used as it is (see `refresh_session`). If there was no complete one
before, the next refresh begins with the second of `ORDERINGS`.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import ceil
from typing import Literal, Self

from msgspec import Struct, field
from msgspec.structs import replace

from events_archive.ll2.client import MAX_PAGE_SIZE
from events_archive.model.archive_state import ArchiveState
from events_archive.source.api_page import ApiPage
from events_archive.source.checkpoint import PageRequest
from events_archive.store.records import Record, last_updated

MARGIN = MAX_PAGE_SIZE // 2
"""How many records before a gap are read again. If ``count`` falls by more, the list is read in
another ordering too."""

ORDERINGS: tuple[str, ...] = ("-last_updated,-date", "-date,-last_updated", "date,last_updated")
"""The orderings in which the list is read: the first one always, the others if need be.

Events without a date come first by ``-date``; those of one timestamp have no order otherwise.
"""

Role = Literal["next", "gap", "head", "ids"]
"""Why a page is requested."""

_MAX_HEAD_PAGES = 3


def start_reading(state: ArchiveState) -> "Pagination":
    """Return the beginning of a full refresh; after an incomplete one, in another ordering."""
    is_retry = state.last_full_refresh is None and bool(state.api_url)
    return Pagination(orderings=(*ORDERINGS[1:], ORDERINGS[0]) if is_retry else ORDERINGS)


def base_query(mode: str) -> dict[str, str]:
    """Return the parameters of every request for events; ``mode`` is LL2's level of detail."""
    limit = str(MAX_PAGE_SIZE)
    return {"format": "json", "limit": limit, "mode": mode, "ordering": ORDERINGS[0]}


class Pagination(Struct, frozen=True, kw_only=True):
    """The part of a list that has been read so far."""

    pages: tuple[tuple[PageRequest, ApiPage], ...] = ()
    """The requests with their responses."""
    records: Mapping[int, Record] = field(default_factory=dict)
    """The events by id. Of several versions, the newest; of equally new ones, the last read."""
    orderings: tuple[str, ...] = ORDERINGS
    """The orderings in which the list is read, in this order."""
    made_progress: bool = True
    """Whether the last page has an event that no page before it has."""

    def with_page(self, request: PageRequest, page: ApiPage) -> Self:
        """Return the pagination after ``page`` was fetched by ``request``."""
        records = dict(self.records)
        for record in page.records:
            known = records.get(record["id"])
            if known is None or last_updated(record) >= last_updated(known):
                records[record["id"]] = record
        return replace(
            self,
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
        return sum(page.without_id for page in self._first_pass)

    @property
    def is_incomplete(self) -> bool:
        """Whether fewer events were read than the list has."""
        return len(self.records) + self.without_id < self.count

    @property
    def is_doubtful(self) -> bool:
        """Whether events may be missing: as `count` says, or since it fell by a great number."""
        falls = (before.count - page.count for before, page in pairwise(self._first_pass))
        is_shifted = any(fall > MARGIN for fall in falls) and self._next_page(self.orderings[1])
        return self.is_incomplete or bool(is_shifted)

    @property
    def is_read(self) -> bool:
        """Whether the list was read to its end once; what is requested then is optional."""
        return self._reread_gap() is None and self._next_page(self.orderings[0]) is None

    @property
    def requested_ids(self) -> set[int]:
        """The ids that were requested one by one."""
        return {event_id for ids in self._lookups for event_id in ids}

    @property
    def remaining_pages(self) -> int | None:
        """How many pages are still to read if the list does not change; None before the first."""
        if not (pages := self._first_pass):
            return None
        return max(0, ceil(pages[-1].count / max(1, pages[0].size)) - len(pages))

    @property
    def list_changed(self) -> bool:
        """Whether the list changed while it was read."""
        pages = self._first_pass
        ids = [record["id"] for page in pages for record in page.records]
        counts = {page.count for page in pages}
        return len(counts) > 1 or len(ids) > len(set(ids)) or self.is_incomplete

    @property
    def id_lookup_works(self) -> bool:
        """Whether each request by id returned the event that the list has, and none unrequested.

        A server may ignore the filter, respond with an empty list, or leave out what it counts.
        """
        return all(
            ids[0] in (found := {record["id"] for record in page.records})
            and found <= set(ids)
            and len(found) == page.count
            for ids, page in zip(self._lookups, self._pages("ids"), strict=True)
        )

    def next_request(self, cached_ids: Iterable[int] = ()) -> PageRequest | None:
        """Return the next request; None when the list is complete, or nothing else can be tried.

        Those of ``cached_ids`` that are not in the list are requested by id.
        """
        request = self._reread_gap() or self._next_page(self.orderings[0])
        request = request or self._reread_head() or self._lookup(cached_ids)
        # The order does not matter for a list of one page.
        if request is None and len(self._first_pass) > 1:
            for ordering in self.orderings[1:]:
                if request is None and self.is_doubtful:
                    request = self._next_page(ordering)
        return request

    @property
    def _first_pass(self) -> list[ApiPage]:
        return self._pages("next", self.orderings[0])

    @property
    def _lookups(self) -> list[list[int]]:
        """The ids of each request by id."""
        requests = (request for request, _ in self.pages if request.role == "ids")
        return [[int(text) for text in request.query["id"].split(",")] for request in requests]

    def _pages(self, role: Role, ordering: str = ORDERINGS[0]) -> list[ApiPage]:
        return [
            page
            for request, page in self.pages
            if request.role == role and request.query.get("ordering", ORDERINGS[0]) == ordering
        ]

    def _next_page(self, ordering: str) -> PageRequest | None:
        """Return a request for the page after those read in ``ordering``; None after the last."""
        pages = self._pages("next", ordering)
        # An empty page in the middle of the list is an error of the server.
        offset = sum(page.size or MAX_PAGE_SIZE for page in pages)
        is_beyond_end = offset >= self.count and not self.made_progress
        if pages and (is_beyond_end or not pages[-1].has_next):
            return None
        query = {"offset": str(offset)} if offset else {}
        if ordering != ORDERINGS[0]:
            query["ordering"] = ordering
        return PageRequest(role="next", query=query)

    def _reread_gap(self) -> PageRequest | None:
        """Return a request for the end of what was read, if ``count`` fell with the last page."""
        pages = self._first_pass
        is_by_edit = self.orderings[0] == ORDERINGS[0]
        if not is_by_edit or len(pages) < 2 or self.pages[-1][1] is not pages[-1]:
            return None
        if not 0 < pages[-2].count - pages[-1].count <= MARGIN:
            return None
        offset = max(0, sum(page.size for page in pages[:-1]) - MARGIN)
        return PageRequest(role="gap", query={"offset": str(offset)})

    def _reread_head(self) -> PageRequest | None:
        """Return a request for the head, if the list changed, as far as it has anything new."""
        head = self._pages("head")
        if not head:
            return PageRequest(role="head") if self.list_changed else None
        if not head[-1].has_next or not head[-1].records or len(head) >= _MAX_HEAD_PAGES:
            return None
        records = (record for page in self._first_pass for record in page.records)
        versions = {record["id"]: last_updated(record) for record in records}
        oldest = head[-1].records[-1]
        if versions.get(oldest["id"]) == last_updated(oldest):
            return None
        return PageRequest(role="head", query={"offset": str(sum(page.size for page in head))})

    def _lookup(self, cached_ids: Iterable[int]) -> PageRequest | None:
        """Return a request by id for those of ``cached_ids`` not read or requested yet.

        An event that the list has is requested too: without it, the response is no evidence.
        """
        missing = sorted(set(cached_ids) - self.records.keys() - self.requested_ids)
        if not missing or not self.records:
            return None
        ids = [min(self.records), *missing[: MAX_PAGE_SIZE - 1]]
        return PageRequest(role="ids", query={"id": ",".join(map(str, ids))})
