"""What a refresh came to."""

from dataclasses import dataclass
from datetime import UTC, datetime

from events_archive.ll2.cache_state import CacheState
from events_archive.model.archive_state import ArchiveState, Change, ChangeSummary
from events_archive.store.records import Records

FAILURES = frozenset({"throttled", "unreachable", "not-believed"})
"""Outcomes after which the cache is what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    """The cache after a refresh, and what the refresh came to."""

    records: Records
    archive_state: ArchiveState
    outcome: str
    """"fresh" (nothing was asked), "delta", "sweep", "planned" (``--dry-run``), "offline", or one
    of `FAILURES`."""
    message: str
    """The outcome in words."""
    changes: tuple[Change, ...] = ()
    """What was seen to have changed in the world."""
    requests: int = 0
    """How many requests were made, of those that count against the hour's."""

    @property
    def summary(self) -> ChangeSummary:
        """How many events are new, moved and so on."""
        return ChangeSummary.from_changes(self.changes)

    @property
    def has_network(self) -> bool:
        """Whether it makes sense to ask other servers for pictures."""
        return self.outcome not in {"planned", "offline", "unreachable"}

    @property
    def as_of(self) -> datetime:
        """The moment (UTC) that the archive speaks of: the last contact with LL2.

        Before the first contact, the newest edit of the records that came with the archive.
        """
        return self.archive_state.last_refreshed or max(
            self.records.last_updated.values(), default=_BEGINNING
        )


_BEGINNING = datetime(2019, 1, 1, tzinfo=UTC)


def unchanged(state: CacheState, outcome: str, sentence: str, requests: int = 0) -> RefreshResult:
    """The cache as it was, and why."""
    return RefreshResult(
        records=state.records,
        archive_state=state.archive_state,
        outcome=outcome,
        message=sentence,
        requests=requests,
    )
