"""What the archive knows beyond the records: when events were seen, their slugs, their changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property

from events_archive.model.changes import Change
from events_archive.model.slugs import Owners, SlugRegistry

_MIN_DATETIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ArchiveState:
    """The contents of ``ledger.json``."""

    api_url: str = ""
    mode: str = ""
    """The response mode of the last refresh: "list", "normal" or "detailed"."""
    count: int | None = None
    """The number of events in LL2 at the last full refresh."""
    last_full_refresh: datetime | None = None
    last_incremental_refresh: datetime | None = None
    first_seen: Mapping[int, datetime] = field(default_factory=dict)
    """By event id. For events that a clone comes with, the time of the first refresh."""
    withdrawn: Mapping[int, date] = field(default_factory=dict)
    """The ids of events that LL2 no longer has, each with the day it was last seen there."""
    event_owners: Owners = field(default_factory=dict)
    type_owners: Owners = field(default_factory=dict)
    published_lists: tuple[str, ...] = ()
    """Paths of all list pages ever published (``months/2021-07.html``), sorted."""

    @property
    def last_refreshed(self) -> datetime | None:
        """The time of the last refresh of either kind; None if there was none."""
        times = (self.last_full_refresh, self.last_incremental_refresh)
        return max(filter(None, times), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """When an event was seen in LL2, and how it changed."""

    first_seen: datetime | None
    """None for an event that the clone came with, until the first refresh."""
    last_seen: date | None
    """The day on which LL2 last had it; for an event it still has, that of the last full refresh.
    """
    withdrawn: date | None
    """The day it was last seen, if LL2 no longer has it."""
    changes: tuple[Change, ...]
    """Oldest first."""


@dataclass(frozen=True, kw_only=True)
class ArchiveHistory:
    """State, slugs and changes together, as pages need them."""

    state: ArchiveState
    slugs: SlugRegistry
    changes: tuple[Change, ...] = ()
    """Oldest first."""

    @classmethod
    def empty(cls) -> "ArchiveHistory":
        """Return the history of an archive that was never refreshed."""
        return cls(state=ArchiveState(), slugs=SlugRegistry())

    @cached_property
    def _by_event(self) -> dict[int, list[Change]]:
        by_event: dict[int, list[Change]] = {}
        for change in self.changes:
            by_event.setdefault(change.event_id, []).append(change)
        return by_event

    def changes_of(self, event_id: int) -> Sequence[Change]:
        """Return the changes of an event, oldest first."""
        return self._by_event.get(event_id, ())

    def provenance(self, event_id: int) -> Provenance:
        """Return when the event was seen, and its changes."""
        full_refresh = self.state.last_full_refresh
        withdrawn = self.state.withdrawn.get(event_id)
        return Provenance(
            first_seen=self.state.first_seen.get(event_id),
            last_seen=withdrawn or (full_refresh.date() if full_refresh else None),
            withdrawn=withdrawn,
            changes=tuple(self.changes_of(event_id)),
        )

    def is_withdrawn(self, event_id: int) -> bool:
        """Whether LL2 no longer has the event."""
        return event_id in self.state.withdrawn

    def changes_since(self, start: datetime) -> tuple[Change, ...]:
        """Return the changes observed at ``start`` or later."""
        return tuple(change for change in self.changes if change.observed >= start)

    def changes_since_day(self, day: date | None) -> tuple[Change, ...]:
        """Return the changes observed on ``day`` (UTC) or later; `latest_changes` for None."""
        if day is None:
            return self.latest_changes
        return self.changes_since(datetime.combine(day, time(), tzinfo=UTC))

    @property
    def latest_changes(self) -> tuple[Change, ...]:
        """The changes of the last refresh that brought any."""
        last = max((change.observed for change in self.changes), default=_MIN_DATETIME)
        return self.changes_since(last)
