"""Bring the cache up to date with LL2: plan, fetch, merge, then commit or fall back to the cache.

A refresh never removes an event from the cache. The caller holds `store.lock.locked`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct, field

from events_archive.console import Console, quantity
from events_archive.errors import ApiError
from events_archive.ll2.checkpoint import checkpoint_of, load_checkpoint
from events_archive.ll2.client import ApiClient
from events_archive.ll2.load import warn_of_invalid_records
from events_archive.ll2.merge import MergeResult
from events_archive.ll2.refresh_plan import CacheState, plan_refresh
from events_archive.ll2.refresh_session import RefreshSession
from events_archive.model.archive_state import ArchiveState
from events_archive.model.changes import Change, summarize
from events_archive.model.timestamps import FIRST_DATE
from events_archive.settings import Settings
from events_archive.source.refresh import format_age, outcome_of
from events_archive.store.files import keep_original
from events_archive.store.records import EVENTS_FILE, RecordLine, Records, load_records
from events_archive.store.state_files import STATE_FILE, load_state, save_state
from events_archive.store.transaction import commit, recover


class RefreshResult(Struct, frozen=True, kw_only=True):
    """The cache after a refresh, and the outcome of the refresh."""

    records: Records
    archive_state: ArchiveState
    outcome: str
    """One of:

    - "sweep": a full refresh was made
    - "delta": an incremental one was made, or a full one that is incomplete
    - "fresh": none was due
    - "planned": none was made because of ``--dry-run``
    - "offline": none was made because of ``--offline``
    - "throttled", "unreachable", "not-believed": it failed; the cache is as it was
    """
    changes: tuple[Change, ...] = ()
    replaced: Mapping[int, RecordLine] = field(default_factory=dict)
    """The former records of the events that have others now, by id."""
    requests: int = 0
    """The number of requests that count against the rate limit."""

    @property
    def summary(self) -> str:
        """How many events were added, moved and so on: "2 new, 1 moved"."""
        return summarize(self.changes)

    @property
    def has_network(self) -> bool:
        """Whether it makes sense to request images from other servers."""
        return self.outcome not in {"planned", "offline", "unreachable"}

    @property
    def as_of(self) -> datetime:
        """The date (UTC) of the data: that of the last refresh.

        Before the first one, the newest ``last_updated`` of the records of a new clone.
        """
        edits = (line.last_updated for line in self.records.lines.values())
        return self.archive_state.last_refreshed or max(edits, default=FIRST_DATE)


def refresh(
    settings: Settings,
    console: Console,
    *,
    now: datetime,
    connect: Callable[[Settings], ApiClient] = ApiClient,
) -> RefreshResult:
    """Fetch what is new from LL2 if a refresh is due.

    If that fails, warn and return the cache as it was. Raises `ApiError` if the cache is empty too,
    and `CacheError` if the cache cannot be read or written.
    """
    # As the files of the cache have it.
    now = now.replace(microsecond=0)
    if not settings.dry_run:
        recover(settings.cache)
    cache = _load_cache(settings, console, now)
    plan = plan_refresh(cache, settings, now)
    if settings.dry_run:
        console.print(plan.sentence)
        return _unchanged(cache, "planned")
    if plan.mode == "none":
        if not cache.records.lines:
            raise ApiError(
                f"{settings.cache / EVENTS_FILE} has no events, and no request was made "
                f"({plan.reason}): run once with a network and without --offline"
            )
        return _unchanged(cache, "offline" if settings.offline else "fresh")
    with connect(settings) as client:
        session = RefreshSession(
            settings=settings, console=console, now=now, cache=cache, client=client
        )
        try:
            merged = session.run(plan)
        except ApiError as error:
            return _fall_back_to_cache(session, error)
        return _commit(session, merged)


def _load_cache(settings: Settings, console: Console, now: datetime) -> CacheState:
    """Return the cache; warn of damage and make a copy of each damaged file."""
    events_file, state_file = settings.cache / EVENTS_FILE, settings.cache / STATE_FILE
    state, damage = load_state(state_file)
    records = load_records(events_file, state.first_seen.keys())
    for message in damage:
        console.warn(message)
    if not settings.dry_run:
        if records.damaged:
            keep_original(events_file)
        if damage:
            # Nothing is lost: both sides of a merge are in it.
            keep_original(state_file)
            save_state(state_file, state)
    return CacheState(
        records=records,
        archive_state=state,
        is_damaged=bool(records.damaged or damage),
        checkpoint=load_checkpoint(settings, state, now),
    )


def _commit(session: RefreshSession, merged: MergeResult) -> RefreshResult:
    """Write the merged cache to the disk and return it."""
    cache_dir, requests = session.settings.cache, session.client.requests
    for is_known in (True, False):
        dropped = [e for e in merged.invalid if (e.record_id in merged.records.lines) is is_known]
        warn_of_invalid_records(dropped, session.console, has_former=is_known)
    commit(cache_dir, merged.records, merged.changes, merged.archive_state)
    checkpoint_of(session.settings).delete()
    counts = summarize(merged.changes)
    session.console.print(f"LL2: {counts} ({quantity(requests, 'request')}).")
    return RefreshResult(
        records=merged.records,
        archive_state=merged.archive_state,
        outcome="sweep" if merged.is_full else "delta",
        changes=merged.changes,
        replaced={
            event_id: line
            for event_id, line in session.cache.records.lines.items()
            if merged.records.lines.get(event_id, line) is not line
        },
        requests=requests,
    )


def _fall_back_to_cache(session: RefreshSession, error: ApiError) -> RefreshResult:
    """Return the cache as it was, with a warning that has its age and when to try again.

    Raises `ApiError` if the cache is empty.
    """
    cache, now = session.cache, session.now
    outcome, advice = outcome_of(error, now)
    message = f"{error}; {advice}"
    if pages := checkpoint_of(session.settings).saved_page_count:
        message += f", continuing after the {quantity(pages, 'page')} already fetched"
    if not cache.records.lines:
        raise ApiError(f"{message}; and there is no cache to build from") from error
    last_refreshed = cache.archive_state.last_refreshed
    age = (
        f"is of {last_refreshed:%Y-%m-%d %H:%M} UTC, {format_age(now - last_refreshed)}"
        if last_refreshed
        else "came with the archive"
    )
    session.console.warn(f"{message}; the cache stays as it was and {age}")
    return _unchanged(cache, outcome, session.client.requests)


def _unchanged(cache: CacheState, outcome: str, requests: int = 0) -> RefreshResult:
    return RefreshResult(
        records=cache.records,
        archive_state=cache.archive_state,
        outcome=outcome,
        requests=requests,
    )
