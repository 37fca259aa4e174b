"""What to ask LL2 for, decided before the first request: nothing, what changed, or everything."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from events_archive.ll2.client import FREE_REQUESTS_PER_HOUR, MAX_PAGE_SIZE
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings

OVERLAP = timedelta(hours=2)
"""How far before the newest edit we know a delta begins: LL2 may answer from copies that lag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStatus:
    """What the plan needs to know of the cache."""

    present: Collection[int] = ()
    """Ids of the events that LL2 is held to have."""
    newest: datetime | None = None
    """The latest ``last_updated`` among them: LL2's own clock, when we last heard of it."""
    is_damaged: bool = False
    pages_done: int | None = None
    """Pages of an unfinished full sweep; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshPlan:
    """What a refresh is going to do."""

    mode: str
    """"nothing", "delta" or "sweep"."""
    reason: str
    requests: int | None = 0
    """How many requests it takes if nothing goes wrong; None where that shows with the first."""
    since: datetime | None = None
    """For a delta: the beginning of what is asked for."""
    may_exceed_budget: bool = False
    """Whether the hour may not have as many requests left."""

    @property
    def description(self) -> str:
        """The plan in a sentence."""
        number = "a number of requests that the first one tells" if self.requests is None else (
            "1 request" if self.requests == 1 else f"{self.requests} requests"
        )  # fmt: skip
        what = {
            "nothing": "nothing is asked of LL2",
            "delta": f"what changed since {self.since:%Y-%m-%d %H:%M} UTC is asked for: {number}"
            if self.since
            else "",
            "sweep": f"every event is asked for: {number} of the hour's {FREE_REQUESTS_PER_HOUR}",
        }[self.mode]
        return f"{what} ({self.reason})"


def plan_refresh(
    ledger: ArchiveState, facts: CacheStatus, settings: Settings, now: datetime
) -> RefreshPlan:
    """The plan for a run that begins at ``now`` (UTC)."""
    if settings.offline:
        return RefreshPlan(mode="nothing", reason="--offline")
    contact = ledger.last_refreshed
    if why := _reason_for_full_refresh(ledger, facts, settings, now):
        return full_plan(ledger, facts, now, why)
    if contact is not None and timedelta() <= now - contact < settings.max_age:
        return RefreshPlan(mode="nothing", reason=f"asked {format_age(now - contact)}")
    why = f"asked {format_age(now - contact)}" if contact else ""
    return incremental_plan(ledger, facts, why) or full_plan(ledger, facts, now, why)


def incremental_plan(ledger: ArchiveState, facts: CacheStatus, why: str) -> RefreshPlan | None:
    """The plan of asking for what changed; None where there is nothing to start from.

    It starts from the newest edit and not from our last contact: the first is told by LL2's clock,
    as the stamps that are compared with it are, and ours may be wrong. So a delta always brings at
    least that one event, and an empty one means that something is amiss.
    """
    if ledger.last_full_refresh is None or facts.newest is None:
        return None
    return RefreshPlan(mode="delta", reason=why, requests=1, since=facts.newest - OVERLAP)


def full_plan(ledger: ArchiveState, facts: CacheStatus, now: datetime, why: str) -> RefreshPlan:
    """The plan of a full sweep, or of the rest of one."""
    pages = ceil(ledger.count / MAX_PAGE_SIZE) if ledger.count else None
    if pages is not None and facts.pages_done:
        pages = max(0, pages - facts.pages_done)
    contact = ledger.last_refreshed
    asked_lately = contact is not None and abs(now - contact) < timedelta(hours=1)
    return RefreshPlan(
        mode="sweep",
        reason=why,
        requests=pages,
        may_exceed_budget=bool(facts.pages_done)
        or asked_lately
        or (pages or 0) > FREE_REQUESTS_PER_HOUR,
    )


def _reason_for_full_refresh(
    ledger: ArchiveState, facts: CacheStatus, settings: Settings, now: datetime
) -> str | None:
    age = now - (ledger.last_full_refresh or now)
    asked_otherwise = (ledger.api_url, ledger.mode) != (settings.api_url, settings.mode)
    reasons = {
        "--full": settings.full,
        f"one was interrupted after {facts.pages_done} pages": facts.pages_done is not None,
        "the first one": ledger.last_full_refresh is None or facts.newest is None,
        f"until now {ledger.api_url} was asked in mode {ledger.mode}": asked_otherwise,
        "records of the cache are damaged": facts.is_damaged,
        f"the last one was {format_age(age)}": age >= settings.full_sweep_every
        or age < timedelta(),
    }
    return next((why for why, holds in reasons.items() if holds), None)


def format_age(age: timedelta) -> str:
    """``3 hours ago``."""
    seconds = age.total_seconds()
    if seconds < 0:
        return "in the future by this computer's clock"
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now"
