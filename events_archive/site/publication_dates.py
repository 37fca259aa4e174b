"""When an event was added, changed and withdrawn, for feeds and calendars.

Launch Library 2 has no date of creation; its ``last_updated`` changes without a change of the
event, and does not change with every one. So the history of the archive counts as well. A date
after the last refresh is ignored: nothing is ever dated in the future.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from functools import cached_property

from msgspec import Struct

from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.event import Event

FIRST_DATE = datetime(2019, 1, 1, tzinfo=UTC)
"""The archive's first year, for what has no date."""


class PublicationDates(Struct, frozen=True, kw_only=True, dict=True):
    """The dates of events as news, which are not the dates on which they take place."""

    history: ArchiveHistory
    last_refreshed: datetime | None = None
    """When LL2 last responded (UTC); None if it never did."""

    def published(self, event: Event) -> datetime:
        """Return when the event became known: the earlier of its first sight and its first update.

        An event with neither was published when LL2 last changed it.
        """
        first_seen = self.history.state.first_seen.get(event.id)
        known = self._plausible([first_seen, event.first_update])
        return min(known or self._plausible([event.last_updated]), default=FIRST_DATE)

    def updated(self, event: Event) -> datetime:
        """Return when the event was added or changed last, according to the archive or to LL2."""
        stamp, seen = event.last_updated, self._last_change.get(event.id)
        if stamp is None or not self._is_plausible(stamp):
            return seen or self.published(event)
        return max(stamp, seen) if seen else stamp

    @cached_property
    def _last_change(self) -> dict[int, datetime]:
        """The last change of events by id, without additions that a refresh only caught up on."""
        return {
            change.event_id: change.observed
            for change in self.history.changes
            if (change.is_live or change.change_type != "added")
            and self._is_plausible(change.observed)
        }

    def last_modified(self, event: Event) -> datetime:
        """Return when the event's calendar entry changed last, according to LL2 or the archive."""
        seen = [change.observed for change in self.history.changes_of(event.id)]
        return max(self._plausible([event.last_updated, *seen]), default=FIRST_DATE)

    def withdrawn(self, event: Event) -> datetime | None:
        """Return when the archive saw that LL2 no longer has the event; None while it has."""
        last_seen = self.history.state.withdrawn.get(event.id)
        if last_seen is None:
            return None
        changes = self.history.changes_of(event.id)
        seen = [change.observed for change in changes if change.change_type == "withdrawn"]
        return max(seen, default=datetime.combine(last_seen, time(), tzinfo=UTC))

    def _plausible(self, dates: Iterable[datetime | None]) -> list[datetime]:
        return [when for when in dates if when and self._is_plausible(when)]

    def _is_plausible(self, when: datetime) -> bool:
        return self.last_refreshed is None or when <= self.last_refreshed
