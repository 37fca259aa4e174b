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

from events_archive.ll2.client import Page
from events_archive.ll2.limits import LARGEST_PAGE, SourceError
from events_archive.ll2.parse import Record
from events_archive.store.records import identity, is_older, last_updated

MARGIN = LARGEST_PAGE // 2
"""How far before a gap the list is read again; a greater fall of ``count`` starts the walk anew."""

_FRONT_PAGES = 3
_PLACES_AGAIN = 4


class Restless(SourceError):  # noqa: N818 - a state of the list, told to people
    """The list moves too much, or in circles: the walk is given up and begins anew next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of a walk."""

    role: str
    """"walk" (on to the end), "gap" (where records went), "front" (the beginning once more),
    "again" (where records came twice) or "ids" (what was not met)."""
    url: str = ""
    """The address that the page before gave for it; "" where `query` says it."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters that are added to those of the whole walk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A step and the page that came."""

    step: Step
    page: Page


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A list as far as it was read."""

    reads: tuple[Read, ...] = ()

    def with_page(self, step: Step, page: Page) -> "Walk":
        """The walk one page on."""
        walk = Walk(reads=(*self.reads, Read(step=step, page=page)))
        # What is known is not gathered anew: a walk would take time with the square of its pages.
        vars(walk)["records"] = _merged(self.records.copy(), page)
        vars(walk)["_brought_news"] = _has_news(page, self.records)
        return walk

    def _pages(self, role: str) -> list[Page]:
        return [read.page for read in self.reads if read.step.role == role]

    @cached_property
    def records(self) -> dict[int, Record]:
        """Each event once, by id: of two states the fresher, of two equal ones the later read."""
        records: dict[int, Record] = {}
        for read in self.reads:
            _merged(records, read.page)
        return records

    @cached_property
    def _brought_news(self) -> bool:
        """Whether the last page has an event that none before it has."""
        return _has_news(self.reads[-1].page, Walk(reads=self.reads[:-1]).records)

    @property
    def count(self) -> int:
        """How many events the list has, as it was said last."""
        counts = [read.page.count for read in self.reads if read.step.role != "ids"]
        return counts[-1] if counts else 0

    @property
    def is_short(self) -> bool:
        """Whether fewer events came than the list is said to have."""
        return len(self.records) + sum(read.page.nameless for read in self.reads) < self.count

    @property
    def asked_ids(self) -> set[int]:
        """The ids that were asked for one by one."""
        lists = [read.step.query["id"] for read in self.reads if read.step.role == "ids"]
        return {int(text) for listed in lists for text in listed.split(",")}

    @property
    def pages_left(self) -> int | None:
        """How many pages are still to come if nothing moves; None before the first."""
        pages = self._pages("walk")
        if not pages:
            return None
        size = max(1, len(pages[0].records) + pages[0].nameless)
        return max(0, ceil(pages[-1].count / size) - len(pages))

    @property
    def has_moved(self) -> bool:
        """Whether the list changed while it was read."""
        pages = self._pages("walk")
        lengths = sum(len(page.records) for page in pages)
        met = {identity(record) for page in pages for record in page.records}
        return len({page.count for page in pages}) > 1 or lengths > len(met) or self.is_short

    @property
    def answers_ids(self) -> bool:
        """Whether what was asked for by id came, and nothing else: a server may ignore a filter."""
        came = {identity(record) for page in self._pages("ids") for record in page.records}
        return came <= self.asked_ids

    def next_step(self, known: Iterable[int] = ()) -> Step | None:
        """The request to make now; None when all was read.

        ``known`` are ids to be asked for if they are not met on the way. Raises `Restless`.
        """
        pages = self._pages("walk")
        if not pages:
            return Step(role="walk")
        self._check_progress(pages)
        if (gap := self._gap(pages)) is not None:
            return gap
        if pages[-1].next is not None:
            return Step(role="walk", url=pages[-1].next)
        return self._front() or self._again(pages) or self._unmet(known)

    def _check_progress(self, pages: list[Page]) -> None:
        """A page that brings nothing new while another is said to follow leads nowhere."""
        last = self.reads[-1]
        if last.step.role != "walk" or last.page.next is None:
            return
        if not last.page.records:
            raise Restless("a page of events in the middle of the list is empty")
        if not self._brought_news:
            raise Restless("the pages of events go in circles, or the list changed all at once")
        if len(pages) > 2 * ceil(pages[0].count / max(1, len(pages[0].records))) + 2:
            raise Restless("the pages of events do not come to an end")

    def _gap(self, pages: list[Page]) -> Step | None:
        """The place to read again, if ``count`` fell when the last page came."""
        if len(pages) < 2 or self.reads[-1].step.role != "walk":
            return None
        fall = pages[-2].count - pages[-1].count
        if fall <= 0:
            return None
        if fall > MARGIN:
            raise Restless(f"{fall} events went while the list was read")
        position = sum(len(page.records) + page.nameless for page in pages[:-1])
        return Step(role="gap", query={"offset": str(max(0, position - MARGIN))})

    def _front(self) -> Step | None:
        """The beginning once more, if anything moved, as far as it is new."""
        fronts = self._pages("front")
        if not fronts:
            return Step(role="front") if self.has_moved else None
        walked = {
            identity(r): last_updated(r) for page in self._pages("walk") for r in page.records
        }
        last = fronts[-1]
        oldest = last.records[-1] if last.records else None
        is_met = oldest is None or walked.get(identity(oldest)) == last_updated(oldest)
        if is_met or last.next is None:
            return None
        if len(fronts) >= _FRONT_PAGES:
            raise Restless("the list of events changes faster than it can be read")
        return Step(role="front", url=last.next)

    def _again(self, pages: list[Page]) -> Step | None:
        """While the sum is short, the places where a record came twice and another not at all."""
        done = {read.step.query["offset"] for read in self.reads if read.step.role == "again"}
        met: set[int | None] = set()
        position = 0
        for page in pages:
            ids = [identity(record) for record in page.records]
            for offset in (str(max(0, position - MARGIN)), str(position)):
                is_doubtful = len(set(ids) - met) < len(ids) and offset not in done
                if self.is_short and is_doubtful and len(done) < _PLACES_AGAIN:
                    return Step(role="again", query={"offset": offset})
            met.update(ids)
            position += len(ids) + page.nameless
        return None

    def _unmet(self, known: Iterable[int]) -> Step | None:
        """Ask by id for what was not met: as many at once as a page holds."""
        unmet = sorted(set(known) - self.records.keys() - self.asked_ids)[:LARGEST_PAGE]
        return Step(role="ids", query={"id": ",".join(map(str, unmet))}) if unmet else None


def _merged(records: dict[int, Record], page: Page) -> dict[int, Record]:
    """``records`` with those of a page that was read after them."""
    for record in page.records:
        record_id = identity(record) or 0
        if not is_older(record, records.get(record_id)):
            records[record_id] = record
    return records


def _has_news(page: Page, before: Mapping[int, Record]) -> bool:
    return any(identity(record) not in before for record in page.records)
