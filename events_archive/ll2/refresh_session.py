"""Carry out a refresh plan: fetch pages, judge whether they can be trusted, merge them.

What came is always used. A full refresh that raises a doubt, because the list stayed incomplete or
too many events are missing from it, is merged like an incremental one, and another is due when the
cache has reached its maximum age.

An event counts as withdrawn only if a full refresh without doubt does not list it, and LL2, asked
for it by id together with an event that it has, returns that one alone, as many as it counts.
"""

from collections.abc import Iterator
from datetime import datetime
from math import ceil
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from events_archive.console import Console, quantity
from events_archive.errors import ApiError
from events_archive.ll2.checkpoint import checkpoint_of
from events_archive.ll2.client import FREE_REQUESTS_PER_HOUR, MAX_PAGE_SIZE, ApiClient
from events_archive.ll2.merge import MergeResult, count_incomplete, merge_records
from events_archive.ll2.pagination import Pagination, base_query, start_reading
from events_archive.ll2.refresh_plan import CacheState, full_plan
from events_archive.model.timestamps import format_utc
from events_archive.settings import Settings
from events_archive.source.client import ExcessiveResponseError
from events_archive.source.refresh import MAX_PLAUSIBLE_LOSS, ImplausibleResponseError, RefreshPlan
from events_archive.store.records import last_updated


class RefreshSession(Struct, frozen=True, kw_only=True):
    """One refresh. It writes only the checkpoint; the caller commits the result."""

    settings: Settings
    console: Console
    now: datetime
    cache: CacheState
    client: ApiClient

    def run(self, plan: RefreshPlan) -> MergeResult:
        """Return the merged cache. Raises `ApiError`.

        If an incremental refresh contradicts the cache, a full one follows.
        """
        self.console.print(plan.sentence)
        if plan.mode == "incremental":
            if (result := self._incremental(plan)) is not None:
                return result
            plan = full_plan(self.cache, self.now, "the changes contradict the cache")
            self.console.print(plan.sentence)
        return self._full(plan)

    def _incremental(self, plan: RefreshPlan) -> MergeResult | None:
        """Fetch and merge what has changed; None if the response contradicts the cache.

        Every cached event that was last updated after the start must be in the response: if one
        is not, it was deleted, or LL2's clock was set back. An event that was last updated before
        the start means that the server ignores the filter. Anything else that an incremental
        refresh cannot see is left to the next full one.
        """
        start = (plan.since or self.now).replace(microsecond=0)
        pagination = Pagination()
        for pagination in self._read(Pagination(), last_updated__gte=format_utc(start)):
            _, page = pagination.pages[-1]
            if any(last_updated(record) < start for record in page.records):
                return None
        lines = self.cache.records.lines
        expected_ids = {i for i in self.cache.present_ids if lines[i].last_updated >= start}
        if pagination.is_doubtful or expected_ids - pagination.records.keys():
            return None
        return self._merge(pagination, is_full=False)

    def _full(self, plan: RefreshPlan) -> MergeResult:
        """Fetch and merge every event, from the checkpoint on if there is one."""
        settings, cached_ids = self.settings, self.cache.present_ids
        try:
            pagination = self._fetch_all(may_exceed_budget=plan.may_exceed_budget)
        except ExcessiveResponseError:
            checkpoint_of(settings).delete()
            raise
        if not pagination.records:
            checkpoint_of(settings).delete()
            raise ImplausibleResponseError("LL2 reports no events at all, which is implausible")
        missing_ids = cached_ids - pagination.records.keys()
        doubt = self._doubt(pagination, missing_ids)
        is_evident = pagination.id_lookup_works and not pagination.is_doubtful
        if doubt:
            self.console.warn(f"{doubt}; what came is used, and no event is withdrawn")
        elif missing_ids and not is_evident:
            self.console.warn(
                f"LL2 does not list {quantity(len(missing_ids), 'event')}, and its other answers "
                "do not confirm that; no event is withdrawn"
            )
            missing_ids = frozenset()
        return self._merge(
            pagination,
            is_full=not doubt,
            withdrawn_ids=frozenset() if doubt else missing_ids,
            api_url=settings.api_url,
            mode=settings.mode,
            count=pagination.count,
        )

    def _doubt(self, pagination: Pagination, missing_ids: frozenset[int]) -> str:
        """Return why a full refresh may have missed events; "" if there is no reason.

        A second one that finds the same `count`, and no event that the cache has not, agrees with
        the first: it is the count that is wrong.
        """
        cached_ids = self.cache.present_ids
        is_confirmed = (
            pagination.count == self.cache.archive_state.count
            and pagination.records.keys() <= cached_ids
        )
        if pagination.is_doubtful and not is_confirmed:
            return f"LL2 reports {pagination.count} events but sent {len(pagination.records)}"
        if self.settings.accept_withdrawals:
            return ""
        if not self._is_plausible(missing_ids):
            return (
                f"{len(missing_ids)} of {len(cached_ids)} events are missing from LL2, "
                "which is implausible (if it is correct, run once with --full "
                "--accept-withdrawals)"
            )
        if not_asked := missing_ids - pagination.requested_ids:
            return f"LL2 could not be asked for {quantity(len(not_asked), 'missing event')}"
        return ""

    def _fetch_all(self, *, may_exceed_budget: bool) -> Pagination:
        """Fetch the pages that are not in the checkpoint, saving each of them there.

        The rate limit is requested first, if the remaining pages may exceed it.
        """
        checkpoint = checkpoint_of(self.settings)
        pagination = start = self.cache.checkpoint or start_reading(self.cache.archive_state)
        if not start.pages:
            checkpoint.create(self.now)
        if may_exceed_budget:
            self.client.check_rate_limit()
        with self.console.progress("Events from LL2", pagination.remaining_pages) as progress:
            for pagination in self._read(start):
                index = len(pagination.pages) - 1
                checkpoint.save_page(index, *pagination.pages[index])
                progress.expect(len(pagination.pages) + (pagination.remaining_pages or 0))
                progress.advance()
        return pagination

    def _read(self, pagination: Pagination, **filters: str) -> Iterator[Pagination]:
        """Yield ``pagination`` after each page that is added to it.

        What is requested after the end of the list must not fail, nor exceed the rate limit. With
        ``filters``, enough must remain for a full refresh.
        """
        cached_ids = frozenset() if filters else self.cache.present_ids
        reserve = ceil((self.cache.archive_state.count or 0) / MAX_PAGE_SIZE) if filters else 0
        is_checked = False
        while True:
            missing_ids = cached_ids - pagination.records.keys()
            # Too many missing events are implausible anyway.
            is_lookup = pagination.is_incomplete or self._is_plausible(missing_ids)
            request = pagination.next_request(missing_ids if is_lookup else ())
            if request is None:
                return
            is_optional = pagination.is_read
            try:
                # Those of a checkpoint count too: an endless list would be continued for ever.
                if len(pagination.pages) >= self.settings.max_requests:
                    raise ExcessiveResponseError(
                        f"the list of events has more than {self.settings.max_requests} pages; if "
                        "that is true, raise max_requests"
                    )
                needed = self.client.requests + max(1, pagination.remaining_pages or 0)
                needed += reserve if is_optional else 0
                if needed > FREE_REQUESTS_PER_HOUR and not is_checked:
                    is_checked = True
                    self.client.check_rate_limit()
                if needed > FREE_REQUESTS_PER_HOUR and is_optional and not self.client.remaining:
                    return
                query = {**base_query(self.settings.mode), **filters, **request.query}
                pagination = pagination.with_page(request, self.client.fetch_events(query))
            except ApiError:
                if is_optional:
                    return
                raise
            yield pagination

    def _is_plausible(self, missing_ids: frozenset[int]) -> bool:
        return len(missing_ids) <= MAX_PLAUSIBLE_LOSS * len(self.cache.present_ids)

    def _merge(
        self,
        pagination: Pagination,
        *,
        is_full: bool,
        withdrawn_ids: frozenset[int] = frozenset(),
        **state_changes: Any,
    ) -> MergeResult:
        """Return the merged cache, with ``state_changes`` to the attributes of its state."""
        if pagination.without_id:
            self.console.warn(f"{quantity(pagination.without_id, 'record')} left out: no usable id")
        if lacking := count_incomplete(pagination.records.values(), self.settings.mode):
            self.console.warn(
                f"LL2 sent {lacking} of {quantity(len(pagination.records), 'event')} with fewer "
                f"details than mode “{self.settings.mode}” has; those that are known stay"
            )
        result = merge_records(
            self.cache.records,
            pagination.records,
            self.cache.archive_state,
            now=self.now,
            is_full=is_full,
            withdrawn_ids=withdrawn_ids,
        )
        return replace(result, archive_state=replace(result.archive_state, **state_changes))
