"""One contact with LL2: carries out a plan, and says what it makes of the archive."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from events_archive.console import Console
from events_archive.errors import ApiError
from events_archive.ll2.cache_state import CacheState, base_query, request_signature
from events_archive.ll2.checkpoint import Checkpoint, delete
from events_archive.ll2.client import FREE_REQUESTS_PER_HOUR, ApiClient, ApiPage
from events_archive.ll2.merge import MergeResult, merge_records
from events_archive.ll2.pagination import PageRequest, Pagination, UnstablePaginationError
from events_archive.ll2.refresh_plan import (
    RefreshPlan,
    full_plan,
    incremental_plan,
)
from events_archive.model.timestamps import format_utc
from events_archive.settings import Settings
from events_archive.store.records import last_updated
from events_archive.store.transaction import CHECKPOINT_FOLDER

MAX_PLAUSIBLE_LOSS = 0.05
"""The share of the events that a full sweep may find gone and still be believed."""


class ImplausibleResponseError(ApiError):
    """A full sweep in which too many events are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSession:
    """A run's dealings with LL2. Nothing but the pages of a sweep is written here."""

    settings: Settings
    report: Console
    now: datetime
    state: CacheState
    api: ApiClient

    def run(self, plan: RefreshPlan) -> tuple[MergeResult, str]:
        """What was learnt, and how: by "delta" or "sweep". Raises `SourceError`."""
        self.announce(plan)
        if plan.mode == "delta":
            if (found := self._incremental(plan)) is not None:
                return found, "delta"
            why = "what changed does not agree with the cache"
            plan = full_plan(self.state.archive_state, self.state.status, self.now, why)
            self.announce(plan)
            return self._full(plan), "sweep"
        try:
            return self._full(plan), "sweep"
        except UnstablePaginationError as problem:
            # A sweep that never comes out right must not keep the archive from growing.
            fallback = incremental_plan(self.state.archive_state, self.state.status, str(problem))
            if fallback is None or (found := self._incremental(fallback)) is None:
                raise
            self.report.warn(f"{problem}; only what changed was asked for")
            return found, "delta"

    def announce(self, plan: RefreshPlan) -> None:
        """Tell whoever watches what is going to be asked."""
        self.report.print(f"{plan.description[0].upper()}{plan.description[1:]}.")

    def _incremental(self, plan: RefreshPlan) -> MergeResult | None:
        """What changed since then; None where that does not agree with the cache.

        The delta's ``count`` says how many events LL2 edited since, and the cache knows how many
        those should be at least: each event of the cache with such a date must be among them. If
        one is not, it was deleted or LL2's clock was turned back; if a page holds an older one,
        the filter is ignored. All the rest only a full sweep can see.
        """
        begin = (plan.since or self.now).replace(microsecond=0)
        walk = Pagination()
        while (step := walk.next_request()) is not None:
            walk = walk.with_page(step, self._fetch_page(step, last_updated__gte=format_utc(begin)))
            if any(last_updated(record) < begin for record in walk.pages[-1].page.records):
                return None
        stamps = self.state.records.last_updated
        expected = {i for i in self.state.status.present if stamps[i] >= begin}
        if walk.is_incomplete or expected - walk.records.keys():
            return None
        found = self._merge(walk, is_sweep=False)
        return replace(found, ledger=replace(found.ledger, last_incremental_refresh=self.now))

    def _full(self, plan: RefreshPlan) -> MergeResult:
        """Every event there is, from where an interrupted sweep stopped."""
        folder = self.settings.cache / CHECKPOINT_FOLDER
        sweep = self.state.checkpoint or Checkpoint.create(
            folder, request_signature(self.settings), self.now
        )
        try:
            sweep = self._fetch_pages(sweep, is_in_doubt=plan.may_exceed_budget)
        except UnstablePaginationError:
            delete(folder)
            raise
        return self._validate(sweep.pagination)

    def _fetch_pages(self, sweep: Checkpoint, *, is_in_doubt: bool) -> Checkpoint:
        present = set(self.state.status.present)
        with self.report.progress("Events from LL2", sweep.pagination.remaining_pages) as progress:
            while (
                step := sweep.pagination.next_request(self._missing_ids(sweep.pagination, present))
            ) is not None:
                left = sweep.pagination.remaining_pages or 0
                if is_in_doubt or self.api.budget.spent + left > FREE_REQUESTS_PER_HOUR:
                    is_in_doubt = False
                    self.api.fetch_budget()
                sweep = sweep.save_page(step, self._fetch_page(step))
                progress.expect(
                    len(sweep.pagination.pages) + (sweep.pagination.remaining_pages or 0)
                )
                progress.advance()
        walk = sweep.pagination
        if walk.is_incomplete:
            raise UnstablePaginationError(
                f"LL2 says that it has {walk.count} events and gave {len(walk.records)}, "
                "so that the sweep does not count"
            )
        return sweep

    def _missing_ids(self, walk: Pagination, present: set[int]) -> Iterator[int]:
        """What to ask for by id; nothing where so much is gone that it is not believed anyway.

        Found out when somebody wants to know, which is at the end of a walk.
        """
        gone = present - walk.records.keys()
        if len(gone) <= MAX_PLAUSIBLE_LOSS * len(present):
            yield from gone

    def _validate(self, walk: Pagination) -> MergeResult:
        """What a complete sweep means, if it is believed."""
        present = set(self.state.status.present)
        gone = present - walk.records.keys()
        if not walk.records:
            raise ImplausibleResponseError(
                "LL2 says that it has no events at all, which is not believed"
            )
        if len(gone) > MAX_PLAUSIBLE_LOSS * len(present) and not self.settings.accept_withdrawals:
            raise ImplausibleResponseError(
                f"{len(gone)} of {len(present)} events are gone from LL2, which is not believed; "
                "if it is true, run once with --full --accept-withdrawals"
            )
        if not walk.id_lookup_works:
            self.report.warn(
                f"{len(gone)} events were not met in LL2, and it does not answer for them by id; "
                "they stay until it does"
            )
            gone = set()
        found = self._merge(walk, is_sweep=True, gone=gone)
        ledger = replace(
            found.ledger,
            api_url=self.settings.api_url,
            mode=self.settings.mode,
            count=walk.count,
            last_full_refresh=self.now,
        )
        return replace(found, ledger=ledger)

    def _merge(
        self, walk: Pagination, *, is_sweep: bool, gone: set[int] | None = None
    ) -> MergeResult:
        if nameless := sum(read.page.without_id for read in walk.pages):
            self.report.warn(f"{nameless} records came without a usable id and are left out")
        return merge_records(
            self.state.records,
            walk.records,
            self.state.archive_state,
            now=self.now,
            is_sweep=is_sweep,
            gone=gone or (),
        )

    def _fetch_page(self, step: PageRequest, **more: str) -> ApiPage:
        if step.url:
            return self.api.fetch_page(step.url)
        return self.api.fetch_events({**base_query(self.settings), **more, **step.query})
