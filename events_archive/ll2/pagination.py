"""How to read a list that changes while it is paged, so that nothing is lost: pure decisions.

The list is asked for by ``ordering=-last_updated``, newest first, following ``next``. Offset
paging breaks where records move between pages, and this is the one ordering of which one can prove
that every loss shows. Between two pages:

- what is added or edited jumps to the front and pushes the rest to the right: the next page begins
  with records we have (shown), nothing is skipped, and what jumped stands on the first page;
- what is deleted before our position pulls the rest to the left: as many records are skipped, and
  ``count`` falls by at least as many (shown), for only additions raise it, and those push right;
- where both cancel out, nothing is skipped.

By ``date`` records move both ways, and ascending ``last_updated`` skips one record for each edit,
which shows at the very end, when nobody can tell where. So: where ``count`` fell, the place is read
again with a margin; where anything moved, the front is read again at the end; where the sum is
still short (ties in no fixed order, a page that lies), the places with duplicates are; and what the
archive knows and did not meet is asked for by its id, before it is held to be gone. All of it costs
a request or two, and only when something moved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

from events_archive.errors import ApiError
from events_archive.ll2.client import MAX_PAGE_SIZE, ApiPage
from events_archive.store.records import Record, id_of_record, is_older, last_updated

MARGIN = MAX_PAGE_SIZE // 2
"""How far before a gap the list is read again; a greater fall of ``count`` starts the walk anew."""

_FRONT_PAGES = 3
_PLACES_AGAIN = 4


class UnstablePaginationError(ApiError):
    """The list moves too much, or in circles: the walk is given up and begins anew next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One request of a walk."""

    role: str
    """"walk" (on to the end), "gap" (where records went), "front" (the beginning once more),
    "again" (where records came twice) or "ids" (what was not met)."""
    url: str = ""
    """The address that the page before gave for it; "" where `query` says it."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters that are added to those of the whole walk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """A step and the page that came."""

    request: PageRequest
    page: ApiPage


@dataclass(frozen=True, kw_only=True)
class Pagination:
    """A list as far as it was read."""

    pages: tuple[FetchedPage, ...] = ()

    def with_page(self, step: PageRequest, page: ApiPage) -> "Pagination":
        """The walk one page on."""
        walk = Pagination(pages=(*self.pages, FetchedPage(request=step, page=page)))
        # What is known is not gathered anew: a walk would take time with the square of its pages.
        vars(walk)["records"] = _merged(self.records.copy(), page)
        vars(walk)["_brought_news"] = _has_new_records(page, self.records)
        return walk

    def _pages_by_role(self, role: str) -> list[ApiPage]:
        return [read.page for read in self.pages if read.request.role == role]

    @cached_property
    def records(self) -> dict[int, Record]:
        """Each event once, by id: of two states the fresher, of two equal ones the later read."""
        records: dict[int, Record] = {}
        for read in self.pages:
            _merged(records, read.page)
        return records

    @cached_property
    def _brought_news(self) -> bool:
        """Whether the last page has an event that none before it has."""
        return _has_new_records(self.pages[-1].page, Pagination(pages=self.pages[:-1]).records)

    @property
    def count(self) -> int:
        """How many events the list has, as it was said last."""
        counts = [read.page.count for read in self.pages if read.request.role != "ids"]
        return counts[-1] if counts else 0

    @property
    def is_incomplete(self) -> bool:
        """Whether fewer events came than the list is said to have."""
        return len(self.records) + sum(read.page.without_id for read in self.pages) < self.count

    @property
    def requested_ids(self) -> set[int]:
        """The ids that were asked for one by one."""
        lists = [read.request.query["id"] for read in self.pages if read.request.role == "ids"]
        return {int(text) for listed in lists for text in listed.split(",")}

    @property
    def remaining_pages(self) -> int | None:
        """How many pages are still to come if nothing moves; None before the first."""
        pages = self._pages_by_role("walk")
        if not pages:
            return None
        size = max(1, len(pages[0].records) + pages[0].without_id)
        return max(0, ceil(pages[-1].count / size) - len(pages))

    @property
    def list_changed(self) -> bool:
        """Whether the list changed while it was read."""
        pages = self._pages_by_role("walk")
        lengths = sum(len(page.records) for page in pages)
        met = {id_of_record(record) for page in pages for record in page.records}
        return len({page.count for page in pages}) > 1 or lengths > len(met) or self.is_incomplete

    @property
    def id_lookup_works(self) -> bool:
        """Whether what was asked for by id came, and nothing else: a server may ignore a filter."""
        came = {
            id_of_record(record) for page in self._pages_by_role("ids") for record in page.records
        }
        return came <= self.requested_ids

    def next_request(self, known: Iterable[int] = ()) -> PageRequest | None:
        """The request to make now; None when all was read.

        ``known`` are ids to be asked for if they are not met on the way. Raises `Restless`.
        """
        pages = self._pages_by_role("walk")
        if not pages:
            return PageRequest(role="walk")
        self._check_progress(pages)
        if (gap := self._reread_gap(pages)) is not None:
            return gap
        if pages[-1].next is not None:
            return PageRequest(role="walk", url=pages[-1].next)
        return self._reread_head() or self._reread_overlap(pages) or self._lookup_missing(known)

    def _check_progress(self, pages: list[ApiPage]) -> None:
        """A page that brings nothing new while another is said to follow leads nowhere."""
        last = self.pages[-1]
        if last.request.role != "walk" or last.page.next is None:
            return
        if not last.page.records:
            raise UnstablePaginationError("a page of events in the middle of the list is empty")
        if not self._brought_news:
            raise UnstablePaginationError(
                "the pages of events go in circles, or the list changed all at once"
            )
        if len(pages) > 2 * ceil(pages[0].count / max(1, len(pages[0].records))) + 2:
            raise UnstablePaginationError("the pages of events do not come to an end")

    def _reread_gap(self, pages: list[ApiPage]) -> PageRequest | None:
        """The place to read again, if ``count`` fell when the last page came."""
        if len(pages) < 2 or self.pages[-1].request.role != "walk":
            return None
        fall = pages[-2].count - pages[-1].count
        if fall <= 0:
            return None
        if fall > MARGIN:
            raise UnstablePaginationError(f"{fall} events went while the list was read")
        position = sum(len(page.records) + page.without_id for page in pages[:-1])
        return PageRequest(role="gap", query={"offset": str(max(0, position - MARGIN))})

    def _reread_head(self) -> PageRequest | None:
        """The beginning once more, if anything moved, as far as it is new."""
        fronts = self._pages_by_role("front")
        if not fronts:
            return PageRequest(role="front") if self.list_changed else None
        walked = {
            id_of_record(r): last_updated(r)
            for page in self._pages_by_role("walk")
            for r in page.records
        }
        last = fronts[-1]
        oldest = last.records[-1] if last.records else None
        is_met = oldest is None or walked.get(id_of_record(oldest)) == last_updated(oldest)
        if is_met or last.next is None:
            return None
        if len(fronts) >= _FRONT_PAGES:
            raise UnstablePaginationError("the list of events changes faster than it can be read")
        return PageRequest(role="front", url=last.next)

    def _reread_overlap(self, pages: list[ApiPage]) -> PageRequest | None:
        """While the sum is short, the places where a record came twice and another not at all."""
        done = {read.request.query["offset"] for read in self.pages if read.request.role == "again"}
        met: set[int | None] = set()
        position = 0
        for page in pages:
            ids = [id_of_record(record) for record in page.records]
            for offset in (str(max(0, position - MARGIN)), str(position)):
                is_doubtful = len(set(ids) - met) < len(ids) and offset not in done
                if self.is_incomplete and is_doubtful and len(done) < _PLACES_AGAIN:
                    return PageRequest(role="again", query={"offset": offset})
            met.update(ids)
            position += len(ids) + page.without_id
        return None

    def _lookup_missing(self, known: Iterable[int]) -> PageRequest | None:
        """Ask by id for what was not met: as many at once as a page holds."""
        unmet = sorted(set(known) - self.records.keys() - self.requested_ids)[:MAX_PAGE_SIZE]
        return PageRequest(role="ids", query={"id": ",".join(map(str, unmet))}) if unmet else None


def _merged(records: dict[int, Record], page: ApiPage) -> dict[int, Record]:
    """``records`` with those of a page that was read after them."""
    for record in page.records:
        record_id = id_of_record(record) or 0
        if not is_older(record, records.get(record_id)):
            records[record_id] = record
    return records


def _has_new_records(page: ApiPage, before: Mapping[int, Record]) -> bool:
    return any(id_of_record(record) not in before for record in page.records)
