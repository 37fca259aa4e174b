"""When an event became known, when it last changed, when it went: what feeds and calendars date by.

Launch Library 2 keeps no time of creation; its ``last_updated`` moves without a change and stays
with one. So the archive's own memory counts as well. No time that lies after the last contact with
the source is believed: nothing is ever dated in the future.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.changes import Change
from events_archive.model.event import Event

FIRST_DATE = datetime(2019, 1, 1, tzinfo=UTC)
"""The archive's first year: stands for a time that nobody recorded."""

CANCELLED_FOR = timedelta(days=30)
"""How long a calendar tells that an event was withdrawn, before it leaves it out."""


@dataclass(frozen=True, kw_only=True)
class PublicationDates:
    """The dates of events as news, which are not the dates on which they take place."""

    history: ArchiveHistory
    last_refreshed: datetime | None = None
    """When the source was last heard (UTC); None where it never was."""

    def published(self, event: Event) -> datetime:
        """When the event became known: at first sight here or by its earliest update.

        The earlier of the two, so that later updates do not move it; where there is neither, its
        last change upstream.
        """
        remembered = self.history.state.first_seen.get(event.id)
        known = self._plausible([remembered, event.first_update])
        return min(known or self._plausible([event.last_updated]), default=FIRST_DATE)

    def updated(self, event: Event) -> datetime:
        """When it was last news: added or changed, as seen here or as the source says.

        What a first look at the whole source adds is not news: it counts from the source's stamp.
        """
        stamp, seen = event.last_updated, self._last_change.get(event.id)
        if stamp is None or not self._is_plausible(stamp):
            return seen or self.published(event)
        return max(stamp, seen) if seen else stamp

    @cached_property
    def _last_change(self) -> dict[int, datetime]:
        """By event, when a change that is news was last seen: changes come oldest first."""
        return {
            change.event_id: change.observed
            for change in self.history.changes
            if (change.is_live or change.change_type != "added")
            and self._is_plausible(change.observed)
        }

    def last_modified(self, event: Event) -> datetime:
        """When what calendars say of it last changed, as stamped upstream or seen here."""
        seen = [change.observed for change in self._changes(event)]
        return max(self._plausible([event.last_updated, *seen]), default=FIRST_DATE)

    def revision_count(self, event: Event) -> int:
        """How many changes the archive saw: rises even where two of them fall into one second."""
        return len(self._changes(event))

    def withdrawn(self, event: Event) -> datetime | None:
        """When the archive saw that the source no longer has it; None while it does."""
        last_seen = self.history.state.withdrawn.get(event.id)
        if last_seen is None:
            return None
        seen = [
            change.observed for change in self._changes(event) if change.change_type == "withdrawn"
        ]
        return max(seen, default=datetime.combine(last_seen, time(), tzinfo=UTC))

    def is_cancelled(self, event: Event, today: date) -> bool:
        """Whether calendars still tell, on the day ``today``, that it was withdrawn."""
        withdrawn = self.withdrawn(event)
        return withdrawn is not None and today <= withdrawn.date() + CANCELLED_FOR

    def _changes(self, event: Event) -> Sequence[Change]:
        return self.history.changes_of(event.id)

    def _plausible(self, stamps: Iterable[datetime | None]) -> list[datetime]:
        """Those of the stamps that are times of the past."""
        return [stamp for stamp in stamps if stamp and self._is_plausible(stamp)]

    def _is_plausible(self, stamp: datetime) -> bool:
        return self.last_refreshed is None or stamp <= self.last_refreshed
