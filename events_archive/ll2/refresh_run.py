"""Asks LL2 and keeps what it says, or says in one sentence why the cache stays what it was."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from events_archive.console import Console
from events_archive.errors import ApiError
from events_archive.ll2.cache_state import CacheState
from events_archive.ll2.checkpoint import delete
from events_archive.ll2.client import ApiClient, RateLimitedError
from events_archive.ll2.load_events import warn_of_invalid_records
from events_archive.ll2.merge import MergeResult
from events_archive.ll2.refresh_plan import RefreshPlan, format_age
from events_archive.ll2.refresh_result import RefreshResult, unchanged
from events_archive.ll2.refresh_session import ImplausibleResponseError, RefreshSession
from events_archive.model.archive_state import ChangeSummary
from events_archive.settings import Settings
from events_archive.store.transaction import CHECKPOINT_FOLDER, commit

OpenClient = Callable[[Settings], ApiClient]


def run_refresh(
    settings: Settings,
    report: Console,
    state: CacheState,
    plan: RefreshPlan,
    *,
    now: datetime,
    connect: OpenClient | None = None,
) -> RefreshResult:
    """Ask what the plan says.

    Raises `SourceError` where there is neither an answer nor a cache.
    """
    with (connect or ApiClient.from_settings)(settings) as api:
        contact = RefreshSession(settings=settings, report=report, now=now, state=state, api=api)
        try:
            found, outcome = contact.run(plan)
        except ApiError as problem:
            return _fall_back_to_cache(contact, problem)
    return _commit(contact, found, outcome)


def _commit(contact: RefreshSession, found: MergeResult, outcome: str) -> RefreshResult:
    """What was learnt, on the disk."""
    cache, requests = contact.settings.cache, contact.api.budget.spent
    warn_of_invalid_records(list(found.unreadable), contact.report, "its last good version stays")
    commit(cache, found.records, found.changes, found.ledger)
    delete(cache / CHECKPOINT_FOLDER)
    changes = ChangeSummary.from_changes(found.changes).text
    sentence = f"LL2: {changes} ({requests} request{'' if requests == 1 else 's'})"
    contact.report.print(f"{sentence}.")
    return RefreshResult(
        records=found.records,
        archive_state=found.ledger,
        outcome=outcome,
        message=sentence,
        changes=found.changes,
        requests=requests,
    )


def _fall_back_to_cache(contact: RefreshSession, problem: ApiError) -> RefreshResult:
    """The cache as it was, with one sentence that says why, how old it is and when to try again."""
    state, now = contact.state, contact.now
    sentence = f"{problem}; {_when_again(problem, now)}"
    if kept := len(list((contact.settings.cache / CHECKPOINT_FOLDER).glob("page-*.json"))):
        sentence += f", from the {kept} page{'' if kept == 1 else 's'} of the sweep that it has"
    if not state.records.lines:
        raise ApiError(f"{sentence}; and there is no cache to build from") from problem
    last = state.archive_state.last_refreshed
    age = (
        f"is of {last:%Y-%m-%d %H:%M} UTC, {format_age(now - last)}"
        if last
        else "came with the archive"
    )
    sentence = f"{sentence}; the cache stays as it was and {age}"
    contact.report.warn(sentence)
    if isinstance(problem, ImplausibleResponseError):
        outcome = "not-believed"
    else:
        outcome = "throttled" if isinstance(problem, RateLimitedError) else "unreachable"
    return unchanged(state, outcome, sentence, contact.api.budget.spent)


def _when_again(problem: ApiError, now: datetime) -> str:
    if not isinstance(problem, RateLimitedError):
        return "the next run tries again"
    seconds = 3600 if problem.retry_after is None else problem.retry_after
    return f"try again after {(now + timedelta(seconds=seconds)).astimezone(UTC):%H:%M} UTC"
