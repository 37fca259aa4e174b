"""Asks LL2 and keeps what it says, or says in one sentence why the cache stays what it was."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from events_archive.console import Report
from events_archive.ll2.cache_state import State
from events_archive.ll2.checkpoint import forget
from events_archive.ll2.client import Api, Patience, Throttled
from events_archive.ll2.limits import SourceError
from events_archive.ll2.load_events import warn_of_unreadable
from events_archive.ll2.merge import Observation
from events_archive.ll2.refresh_plan import Plan, ago
from events_archive.ll2.refresh_result import Refreshed, unchanged
from events_archive.ll2.refresh_session import Contact, NotBelieved
from events_archive.model.archive_state import Summary
from events_archive.settings import Settings
from events_archive.store.transaction import SWEEP_FOLDER, commit

OpenApi = Callable[[Settings], Api]


def open_api(settings: Settings) -> Api:
    """The API that the settings name."""
    return Api(
        root=settings.api_url,
        key=settings.api_key,
        user_agent=settings.user_agent,
        patience=Patience.of(settings.timeout),
    )


def ask(
    settings: Settings,
    report: Report,
    state: State,
    plan: Plan,
    *,
    now: datetime,
    connect: OpenApi | None = None,
) -> Refreshed:
    """Ask what the plan says.

    Raises `SourceError` where there is neither an answer nor a cache.
    """
    with (connect or open_api)(settings) as api:
        contact = Contact(settings=settings, report=report, now=now, state=state, api=api)
        try:
            found, outcome = contact.carry_out(plan)
        except SourceError as problem:
            return _made_do(contact, problem)
    return _kept(contact, found, outcome)


def _kept(contact: Contact, found: Observation, outcome: str) -> Refreshed:
    """What was learnt, on the disk."""
    cache, requests = contact.settings.cache, contact.api.budget.spent
    warn_of_unreadable(list(found.unreadable), contact.report, "its last good version stays")
    commit(cache, found.records, found.changes, found.ledger)
    forget(cache / SWEEP_FOLDER)
    sentence = (
        f"LL2: {Summary.of(found.changes).words} ({requests} request{'' if requests == 1 else 's'})"
    )
    contact.report.say(f"{sentence}.")
    return Refreshed(
        records=found.records,
        ledger=found.ledger,
        outcome=outcome,
        sentence=sentence,
        changes=found.changes,
        requests=requests,
    )


def _made_do(contact: Contact, problem: SourceError) -> Refreshed:
    """The cache as it was, with one sentence that says why, how old it is and when to try again."""
    state, now = contact.state, contact.now
    sentence = f"{problem}; {_when_again(problem, now)}"
    if kept := len(list((contact.settings.cache / SWEEP_FOLDER).glob("page-*.json"))):
        sentence += f", from the {kept} page{'' if kept == 1 else 's'} of the sweep that it has"
    if not state.records.lines:
        raise SourceError(f"{sentence}; and there is no cache to build from") from problem
    last = state.ledger.last_contact
    age = f"is of {last:%Y-%m-%d %H:%M} UTC, {ago(now - last)}" if last else "came with the archive"
    sentence = f"{sentence}; the cache stays as it was and {age}"
    contact.report.warn(sentence)
    if isinstance(problem, NotBelieved):
        outcome = "not-believed"
    else:
        outcome = "throttled" if isinstance(problem, Throttled) else "unreachable"
    return unchanged(state, outcome, sentence, contact.api.budget.spent)


def _when_again(problem: SourceError, now: datetime) -> str:
    if not isinstance(problem, Throttled):
        return "the next run tries again"
    seconds = 3600 if problem.retry_after is None else problem.retry_after
    return f"try again after {(now + timedelta(seconds=seconds)).astimezone(UTC):%H:%M} UTC"
