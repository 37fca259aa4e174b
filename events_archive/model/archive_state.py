"""What the archive knows beyond the records: when events were seen, their slugs, their changes."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property

from msgspec import Struct, field

from events_archive.model.catalogue import grouped
from events_archive.model.changes import Change
from events_archive.model.event import EventId
from events_archive.model.slugs import Owners, SlugRegistry
from events_archive.model.timestamps import EARLIEST, FIRST_YEAR, LAST_YEAR, AwareDatetime

_PATHS = re.compile(r"(?:[-\w]+(?:[./][-\w]+)*(?:\n|\Z))*", re.ASCII)
"""Slugs, or paths without empty parts or ``..``, one a line."""


class ArchiveState(
    Struct,
    frozen=True,
    kw_only=True,
    rename={
        "last_full_refresh": "last_sweep",
        "last_incremental_refresh": "last_delta",
        "event_owners": "event_addresses",
        "type_owners": "type_addresses",
        "published_lists": "lists",
        "feed_dates": "feeds",
    },
):
    """The contents of ``ledger.json``; members of other names are ignored."""

    api_url: str = ""
    mode: str = ""
    """The response mode of the last refresh: "list", "normal" or "detailed"."""
    count: int | None = None
    """The number of events in LL2 at the last full refresh."""
    last_full_refresh: AwareDatetime | None = None
    last_incremental_refresh: AwareDatetime | None = None
    withdrawn: Mapping[EventId, date] = field(default_factory=dict)
    """The ids of events that LL2 no longer has, each with the day it was last seen there."""
    first_seen: Mapping[EventId, AwareDatetime] = field(default_factory=dict)
    """By event id. For events that a clone comes with, the time of the first refresh."""
    event_owners: Owners = field(default_factory=dict)
    type_owners: Owners = field(default_factory=dict)
    published_lists: Mapping[str, int] = field(default_factory=dict)
    """Paths of all list pages ever published (``months/2021-07.html``), each with 1.

    Like the others it is an object in the file, so that there is one entry a line.
    """
    feed_dates: Mapping[str, AwareDatetime] = field(default_factory=dict)
    """The dates of feeds as they were published last, by path without a suffix."""
    changes_combined_since: AwareDatetime | None = None
    """The last refresh of a version that published each type of change of an event by itself."""

    def __post_init__(self) -> None:
        """Raise ValueError for what is in no file that a run has written, but after an edit.

        That is a day outside the years of events, and text that cannot be encoded.
        """
        refreshes = filter(None, (self.last_full_refresh, self.last_incremental_refresh))
        for day in (*refreshes, *self.withdrawn.values(), *self.first_seen.values()):
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise ValueError(f"{day} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
        for texts in (self.event_owners, self.type_owners, self.published_lists):
            lines = "\n".join(texts)
            has_all = "" not in texts and lines.count("\n") == max(0, len(texts) - 1)
            if not (has_all and _PATHS.fullmatch(lines)):
                raise ValueError("a path or slug that no run has written")
        f"{self.api_url}{self.mode}".encode()

    @property
    def last_refreshed(self) -> datetime | None:
        """The time of the last refresh of either kind; None if there was none."""
        times = (self.last_full_refresh, self.last_incremental_refresh)
        return max(filter(None, times), default=None)


class ArchiveHistory(Struct, frozen=True, kw_only=True, dict=True):
    """State, slugs and changes together, as pages need them."""

    state: ArchiveState = field(default_factory=ArchiveState)
    slugs: SlugRegistry = field(default_factory=SlugRegistry)
    changes: tuple[Change, ...] = ()
    """Oldest first."""

    @cached_property
    def _changes_by_event(self) -> dict[int, tuple[Change, ...]]:
        return grouped(self.changes, lambda change: change.event_id)

    def changes_of(self, event_id: int) -> tuple[Change, ...]:
        """Return the changes of an event, oldest first."""
        return self._changes_by_event.get(event_id, ())

    def last_seen(self, event_id: int) -> date | None:
        """Return the day on which LL2 last had the event.

        For an event that it still has, that is the day of the last full refresh.
        """
        full_refresh = self.state.last_full_refresh
        last_day = full_refresh.date() if full_refresh else None
        return self.state.withdrawn.get(event_id, last_day)

    def changes_since(self, day: date | None) -> tuple[Change, ...]:
        """Return the changes observed on ``day`` (UTC) or later.

        For None, those of the last refresh that brought any.
        """
        if day is not None:
            start = datetime.combine(day, time(), tzinfo=UTC)
        else:
            start = max((change.observed for change in self.changes), default=EARLIEST)
        return tuple(change for change in self.changes if change.observed >= start)
