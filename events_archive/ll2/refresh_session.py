"""Carry out a refresh plan: fetch pages, judge whether they are plausible, merge them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from events_archive.console import Console, quantity
from events_archive.errors import ApiError
from events_archive.ll2.checkpoint import create_checkpoint, delete_checkpoint, save_page
from events_archive.ll2.client import (
    FREE_REQUESTS_PER_HOUR,
    ApiClient,
    ApiPage,
    ExcessiveResponseError,
)
from events_archive.ll2.merge import MergeResult, merge_records
from events_archive.ll2.pagination import (
    PageRequest,
    Pagination,
    UnstablePaginationError,
    base_query,
)
from events_archive.ll2.refresh_plan import (
    CacheState,
    RefreshPlan,
    full_plan,
    incremental_plan,
)
from events_archive.model.timestamps import format_utc
from events_archive.settings import Settings
from events_archive.store.records import last_updated

MAX_PLAUSIBLE_LOSS = 0.05
"""The share of the events that may be missing from a full refresh that is accepted."""


class ImplausibleResponseError(ApiError):
    """A full refresh from which too many events are missing."""


class RefreshSession(Struct, frozen=True, kw_only=True):
    """One refresh. It writes only the checkpoint; the caller commits the result."""

    settings: Settings
    console: Console
    now: datetime
    cache: CacheState
    client: ApiClient

    def run(self, plan: RefreshPlan) -> MergeResult:
        """Return the merged cache. Raises `ApiError`.

        If an incremental refresh contradicts the cache, a full one follows. If a full refresh fails
        because the list is unstable, an incremental one follows, so that the archive still grows.
        """
        self.console.print(plan.sentence)
        if plan.mode == "incremental":
            if (result := self._incremental(plan)) is not None:
                return result
            plan = full_plan(self.cache, self.now, "the changes contradict the cache")
            self.console.print(plan.sentence)
            return self._full(plan)
        try:
            return self._full(plan)
        except UnstablePaginationError as error:
            fallback = incremental_plan(self.cache, str(error))
            if fallback is None or (result := self._incremental(fallback)) is None:
                raise
            self.console.warn(f"{error}; only changes were fetched")
            return result

    def _incremental(self, plan: RefreshPlan) -> MergeResult | None:
        """Fetch and merge what has changed; None if the response contradicts the cache.

        Every cached event that was last updated after the start must be in the response: if one
        is not, it was deleted, or LL2's clock was set back. An event that was last updated before
        the start means that the server ignores the filter. Anything else that an incremental
        refresh cannot see is left to the next full one.
        """
        start = (plan.since or self.now).replace(microsecond=0)
        pagination = Pagination()
        while (request := pagination.next_request()) is not None:
            page = self._fetch(pagination, request, last_updated__gte=format_utc(start))
            pagination = pagination.with_page(request, page)
            if any(last_updated(record) < start for record in page.records):
                return None
        lines = self.cache.records.lines
        expected_ids = {i for i in self.cache.present_ids if lines[i].last_updated >= start}
        if pagination.is_incomplete or expected_ids - pagination.records.keys():
            return None
        return self._merge(pagination, is_full=False, last_incremental_refresh=self.now)

    def _full(self, plan: RefreshPlan) -> MergeResult:
        """Fetch and merge every event, from the checkpoint on if there is one."""
        if self.cache.checkpoint is None:
            create_checkpoint(self.settings, self.now)
        try:
            pagination = self._fetch_all(may_exceed_budget=plan.may_exceed_budget)
        except (UnstablePaginationError, ExcessiveResponseError):
            delete_checkpoint(self.settings.cache)
            raise
        former = self.cache.archive_state.last_incremental_refresh
        return self._merge(
            pagination,
            is_full=True,
            withdrawn_ids=self._validate(pagination),
            api_url=self.settings.api_url,
            mode=self.settings.mode,
            count=pagination.count,
            last_full_refresh=self.now,
            # By a clock that was ahead it would be later.
            last_incremental_refresh=min(former, self.now) if former else None,
        )

    def _fetch_all(self, *, may_exceed_budget: bool) -> Pagination:
        """Fetch the pages that are not in the checkpoint, saving each of them there.

        The rate limit is requested once, if the remaining pages may exceed it.
        """
        pagination = self.cache.checkpoint or Pagination()
        is_checked = False
        with self.console.progress("Events from LL2", pagination.remaining_pages) as progress:
            while (request := self._next_request(pagination)) is not None:
                needed = self.client.requests + (pagination.remaining_pages or 0)
                if not is_checked and (may_exceed_budget or needed > FREE_REQUESTS_PER_HOUR):
                    is_checked = True
                    self.client.check_rate_limit()
                page = self._fetch(pagination, request)
                save_page(self.settings.cache, len(pagination.pages), request, page)
                pagination = pagination.with_page(request, page)
                progress.expect(len(pagination.pages) + (pagination.remaining_pages or 0))
                progress.advance()
        if pagination.is_incomplete:
            raise UnstablePaginationError(
                f"LL2 reports {pagination.count} events but sent "
                f"{len(pagination.records)}, so this refresh is discarded"
            )
        return pagination

    def _next_request(self, pagination: Pagination) -> PageRequest | None:
        """Return the next request for the list, then those for missing events by id.

        None are made by id if too many events are missing: the response is implausible anyway.
        """
        if (request := pagination.next_request()) is not None:
            return request
        missing_ids = self.cache.present_ids - pagination.records.keys()
        return pagination.lookup_request(missing_ids) if self._is_plausible(missing_ids) else None

    def _is_plausible(self, missing_ids: frozenset[int]) -> bool:
        return len(missing_ids) <= MAX_PLAUSIBLE_LOSS * len(self.cache.present_ids)

    def _validate(self, pagination: Pagination) -> frozenset[int]:
        """Return the ids of withdrawn events; raise `ImplausibleResponseError` for too many."""
        missing_ids = self.cache.present_ids - pagination.records.keys()
        if not pagination.records:
            raise ImplausibleResponseError("LL2 reports no events at all, which is implausible")
        if not self._is_plausible(missing_ids) and not self.settings.accept_withdrawals:
            raise ImplausibleResponseError(
                f"{len(missing_ids)} of {len(self.cache.present_ids)} events are missing from LL2, "
                "which is implausible; "
                "if it is correct, run once with --full --accept-withdrawals"
            )
        if not pagination.id_lookup_works:
            self.console.warn(
                f"LL2 does not list {quantity(len(missing_ids), 'event')} and did not answer the "
                "query by id; no event is withdrawn"
            )
            return frozenset()
        return missing_ids

    def _merge(
        self,
        pagination: Pagination,
        *,
        is_full: bool,
        withdrawn_ids: Iterable[int] = (),
        **state_changes: Any,
    ) -> MergeResult:
        """Return the merged cache, with ``state_changes`` to the attributes of its state."""
        if pagination.without_id:
            self.console.warn(f"{quantity(pagination.without_id, 'record')} left out: no usable id")
        result = merge_records(
            self.cache.records,
            pagination.records,
            self.cache.archive_state,
            now=self.now,
            is_full=is_full,
            withdrawn_ids=withdrawn_ids,
        )
        return replace(result, archive_state=replace(result.archive_state, **state_changes))

    def _fetch(self, pagination: Pagination, request: PageRequest, **filters: str) -> ApiPage:
        """Return the page for ``request``, unless ``pagination`` has as many as a run may request.

        Those of a checkpoint count too, since a list without an end would be continued for ever.
        """
        if len(pagination.pages) >= self.settings.max_requests:
            raise UnstablePaginationError(
                f"the list of events has more than {self.settings.max_requests} pages; if that is "
                "true, raise max_requests"
            )
        if request.url:
            return self.client.fetch_page(request.url)
        query = {**base_query(self.settings.mode), **filters, **request.query}
        return self.client.fetch_events(query)
