"""Decide what to request from LL2: nothing, what has changed, or every event."""

from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from msgspec import Struct

from events_archive.console import quantity
from events_archive.ll2.client import FREE_REQUESTS_PER_HOUR, MAX_PAGE_SIZE
from events_archive.ll2.pagination import Pagination
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from events_archive.source.refresh import OVERLAP, RefreshPlan, format_age, newest_edit
from events_archive.store.records import Records

_NO_REQUEST = "No request to LL2"


class CacheState(Struct, frozen=True, kw_only=True, dict=True):
    """The cache at the start of a run."""

    records: Records
    archive_state: ArchiveState
    is_damaged: bool = False
    """Whether a part of the records or of the state could not be read."""
    checkpoint: Pagination | None = None
    """The pages of an unfinished full refresh that should be continued."""

    @cached_property
    def present_ids(self) -> frozenset[int]:
        """The ids of the cached events that LL2 is assumed to have.

        Those are all but withdrawn ones and the sample.
        """
        withdrawn, records = self.archive_state.withdrawn.keys(), self.records
        return frozenset(records.lines.keys() - withdrawn - records.sample)

    @cached_property
    def newest_edit(self) -> datetime | None:
        """The latest ``last_updated`` of these events, by LL2's clock; None if there are none."""
        edits = (self.records.lines[event_id].last_updated for event_id in self.present_ids)
        return newest_edit(edits, self.archive_state.last_refreshed)

    @property
    def pages_done(self) -> int:
        """The number of pages in the checkpoint."""
        return len(self.checkpoint.pages) if self.checkpoint else 0


def plan_refresh(cache: CacheState, settings: Settings, now: datetime) -> RefreshPlan:
    """Return the plan of a run that starts at ``now`` (UTC)."""
    if settings.offline:
        return RefreshPlan(mode="none", action=_NO_REQUEST, reason="--offline")
    if reason := _reason_for_full_refresh(cache, settings):
        return full_plan(cache, now, reason)
    state = cache.archive_state
    age = None if state.last_refreshed is None else now - state.last_refreshed
    reason = "the first one" if age is None else f"last refreshed {format_age(age)}"
    if age is not None and timedelta() <= age < settings.fresh_for:
        return RefreshPlan(mode="none", action=_NO_REQUEST, reason=reason)
    if state.last_full_refresh is None:
        return full_plan(cache, now, "there was no complete one yet")
    full_age = now - state.last_full_refresh
    if not timedelta() <= full_age < settings.full_sweep_every:
        return full_plan(cache, now, f"the last one was {format_age(full_age)}")
    return incremental_plan(cache, reason) or full_plan(cache, now, reason)


def incremental_plan(cache: CacheState, reason: str) -> RefreshPlan | None:
    """Return the plan to fetch what has changed; None if only a full refresh is possible.

    It starts from the newest known edit, not from the last refresh: edits are compared by LL2's
    clock, and the local one may be wrong. So the response always has at least that event; an
    empty response means that something is wrong.
    """
    if cache.archive_state.last_full_refresh is None or cache.newest_edit is None:
        return None
    since = cache.newest_edit - OVERLAP
    action = f"Fetch changes since {since:%Y-%m-%d %H:%M} UTC: 1 request"
    return RefreshPlan(mode="incremental", action=action, reason=reason, since=since)


def full_plan(cache: CacheState, now: datetime, reason: str) -> RefreshPlan:
    """Return the plan to fetch every event, or the pages that an interrupted run did not.

    Before the first refresh, only the response to the first request has the number of pages.
    """
    count, last_refreshed = cache.archive_state.count, cache.archive_state.last_refreshed
    pages = max(0, ceil(count / MAX_PAGE_SIZE) - cache.pages_done) if count else None
    was_recent = last_refreshed is not None and abs(now - last_refreshed) < timedelta(hours=1)
    is_long = pages is not None and pages > FREE_REQUESTS_PER_HOUR
    unknown = "an unknown number of requests"
    requests = unknown if pages is None else quantity(pages, "request")
    return RefreshPlan(
        mode="full",
        action=f"Fetch every event: {requests} of the {FREE_REQUESTS_PER_HOUR} an hour",
        reason=reason,
        may_exceed_budget=cache.pages_done > 0 or was_recent or is_long,
    )


def _reason_for_full_refresh(cache: CacheState, settings: Settings) -> str | None:
    """Return why a full refresh is due however recent the last contact was; None if it is not."""
    state = cache.archive_state
    is_other_source = (state.api_url, state.mode) != (settings.api_url, settings.mode)
    reasons = {
        "--full": settings.full,
        f"one was interrupted after {cache.pages_done} pages": cache.checkpoint is not None,
        "the first one": state.last_refreshed is None or cache.newest_edit is None,
        "the first one in this clone": not state.api_url,
        f"the cache is from {state.api_url} in mode {state.mode}": is_other_source,
        "records of the cache are damaged": cache.is_damaged,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)
