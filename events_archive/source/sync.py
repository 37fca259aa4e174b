"""Brings the cache up to date with LL2, or says in one sentence why not; never makes it smaller.

In this order: `refresh`, then `reading.read_events` of its records, then `remember`, and after the
site's pages are planned `remember_lists`; all of it by the holder of `lock.locked`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events_archive.model.addresses import AddressBook, Stems, assign_addresses
from events_archive.model.event import Event
from events_archive.model.memory import Change, Ledger, Memory, Summary
from events_archive.report import Report
from events_archive.settings import Settings
from events_archive.source.api import Api, Patience, SourceError, Throttled
from events_archive.source.cache import EVENTS_FILE, Reader, Records
from events_archive.source.contact import Contact, NotBelieved
from events_archive.source.history import HISTORY_FILE, load_history
from events_archive.source.journal import commit, recover
from events_archive.source.ledger import LEDGER_FILE, save_ledger
from events_archive.source.observe import Observation
from events_archive.source.plan import ago, plan_refresh
from events_archive.source.reading import warn_of_unreadable
from events_archive.source.state import State, load_state
from events_archive.source.sweep import SWEEP_FOLDER, forget

FAILURES = frozenset({"throttled", "unreachable", "not-believed"})
"""Outcomes after which the cache is what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The cache after a refresh, and what the refresh came to."""

    records: Records
    ledger: Ledger
    outcome: str
    """"fresh" (nothing was asked), "delta", "sweep", "planned" (``--dry-run``), "offline", or one
    of `FAILURES`."""
    sentence: str
    """The outcome in words."""
    changes: tuple[Change, ...] = ()
    """What was seen to have changed in the world."""
    requests: int = 0
    """How many requests were made, of those that count against the hour's."""

    @property
    def summary(self) -> Summary:
        """How many events are new, moved and so on."""
        return Summary.of(self.changes)

    @property
    def has_network(self) -> bool:
        """Whether it makes sense to ask other servers for pictures."""
        return self.outcome not in {"planned", "offline", "unreachable"}

    @property
    def as_of(self) -> datetime:
        """The moment (UTC) that the archive speaks of: the last contact with LL2.

        Before the first contact, the newest edit of the records that came with the archive.
        """
        return self.ledger.last_contact or max(self.records.stamps.values(), default=_BEGINNING)


_BEGINNING = datetime(2019, 1, 1, tzinfo=UTC)

OpenApi = Callable[[Settings], Api]


def open_api(settings: Settings) -> Api:
    """The API that the settings name."""
    return Api(
        root=settings.api_url,
        key=settings.api_key,
        user_agent=settings.user_agent,
        patience=Patience.of(settings.timeout),
    )


def refresh(
    settings: Settings,
    report: Report,
    *,
    now: datetime,
    connect: OpenApi = open_api,
    reader: Reader | None = None,
) -> Refreshed:
    """Ask LL2 for what is new, if it is time; ``reader`` sees the records of the cache.

    Whatever the network does, an archive with a cache gets it back, untouched, with a warning.

    Raises `SourceError` where there is neither an answer nor a cache, and `CacheError` where the
    cache cannot be read or written.
    """
    if not settings.dry_run:
        recover(settings.cache)
    state = load_state(settings, report, now, reader)
    plan = plan_refresh(state.ledger, state.facts, settings, now)
    if settings.dry_run:
        report.say(f"{plan.words[0].upper()}{plan.words[1:]}.")
        return _unchanged(state, "planned", plan.words)
    if plan.kind == "nothing":
        if not state.records.lines:
            raise SourceError(
                f"{settings.cache / EVENTS_FILE} holds no events and nothing was asked of LL2 "
                f"({plan.why}): run once with a network and without --offline"
            )
        return _unchanged(state, "offline" if settings.offline else "fresh", plan.words)
    with connect(settings) as api:
        contact = Contact(settings=settings, report=report, now=now, state=state, api=api)
        try:
            found, outcome = contact.carry_out(plan)
        except SourceError as problem:
            return _made_do(contact, problem)
    return _kept(contact, found, outcome)


def remember(settings: Settings, ledger: Ledger, events: list[Event], report: Report) -> Memory:
    """Give every event and type its address, write that down, and add the history.

    To be called before anything is published: an address that is not written down could be
    forgotten. Raises `CacheError` where the ledger cannot be written.
    """
    book = AddressBook(
        events=Stems(owners=ledger.event_owners), types=Stems(owners=ledger.type_owners)
    )
    book = assign_addresses(events, book, withdrawn=ledger.withdrawn)
    known, ledger = (
        ledger,
        replace(ledger, event_owners=book.events.owners, type_owners=book.types.owners),
    )
    if ledger != known and not settings.dry_run:
        save_ledger(settings.cache / LEDGER_FILE, ledger)
    history = load_history(settings.cache / HISTORY_FILE)
    for sentence in history.damaged:
        report.warn(f"{sentence}; it is left out")
    return Memory(ledger=ledger, addresses=book, changes=history.changes)


def remember_lists(cache: Path, ledger: Ledger, addresses: Iterable[str]) -> None:
    """Write down the ``addresses`` of lists that are about to be published, beside the former ones.

    Raises `CacheError` where the ledger cannot be written.
    """
    lists = tuple(sorted({*ledger.lists, *addresses}))
    if lists == ledger.lists:
        return
    save_ledger(cache / LEDGER_FILE, replace(ledger, lists=lists))


def _unchanged(state: State, outcome: str, sentence: str, requests: int = 0) -> Refreshed:
    return Refreshed(
        records=state.records,
        ledger=state.ledger,
        outcome=outcome,
        sentence=sentence,
        requests=requests,
    )


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
        records=Records.of(found.records.values()),
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
    return _unchanged(state, outcome, sentence, contact.api.budget.spent)


def _when_again(problem: SourceError, now: datetime) -> str:
    if not isinstance(problem, Throttled):
        return "the next run tries again"
    seconds = 3600 if problem.retry_after is None else problem.retry_after
    return f"try again after {(now + timedelta(seconds=seconds)).astimezone(UTC):%H:%M} UTC"
