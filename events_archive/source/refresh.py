"""What the refreshes of all sources share: plans, clocks, and what is said when one fails."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from events_archive.console import quantity
from events_archive.errors import ApiError
from events_archive.source.client import RateLimitedError

OVERLAP = timedelta(hours=2)
"""How long before the newest known edit an incremental refresh starts, since an API may respond
from copies that lag behind."""

CLOCK_TOLERANCE = timedelta(days=1)
"""How far an API's clock and this computer's may be apart before one of them is taken for wrong."""

MAX_PLAUSIBLE_LOSS = 0.05
"""The share of the records that may be missing from a full refresh that is believed."""


class ImplausibleResponseError(ApiError):
    """A full refresh that cannot be true: it is empty, for instance."""


class RefreshPlan(Struct, frozen=True, kw_only=True):
    """What a refresh is going to request."""

    mode: Literal["none", "incremental", "full"]
    action: str
    reason: str
    since: datetime | None = None
    """Of an incremental refresh: the earliest edit that is requested."""
    may_exceed_budget: bool = False
    """Whether fewer requests may remain for now than are needed."""

    @property
    def sentence(self) -> str:
        """The plan in one sentence."""
        return f"{self.action} ({self.reason})."


def newest_edit(edits: Iterable[datetime], last_refreshed: datetime | None) -> datetime | None:
    """Return the latest of ``edits``, by the API's clock; None if there are none.

    Those later than the last refresh are left out if there are others: the API's clock was ahead.
    """
    edits = set(edits)
    past = {one for one in edits if last_refreshed and one <= last_refreshed + CLOCK_TOLERANCE}
    return max(past or edits, default=None)


def is_stale(edited: datetime, known: datetime, now: datetime) -> bool:
    """Whether a version of a record is older than the ``known`` one, which is not of the future."""
    return edited < known <= now + CLOCK_TOLERANCE


def outcome_of(error: ApiError, now: datetime) -> tuple[str, str]:
    """Return the outcome of a refresh that failed at ``now``, and when to try again, in words."""
    if isinstance(error, ImplausibleResponseError):
        return "not-believed", "the next run tries again"
    if not isinstance(error, RateLimitedError):
        return "unreachable", "the next run tries again"
    seconds = 3600 if error.retry_after is None else error.retry_after
    retry = (now + timedelta(seconds=seconds)).astimezone(UTC)
    day = "" if retry.date() == now.astimezone(UTC).date() else f" on {retry:%Y-%m-%d}"
    return "throttled", f"try again after {retry:%H:%M} UTC{day}"


def format_age(age: timedelta) -> str:
    """Return ``3 hours ago`` and the like."""
    seconds = age.total_seconds()
    if seconds < 0:
        return "in the future by this computer's clock"
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{quantity(int(seconds // size), unit)} ago"
    return "just now"
