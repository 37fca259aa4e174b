"""When an event became known, when it last changed, when it went: what feeds and calendars date by.

Launch Library 2 keeps no time of creation; its ``last_updated`` moves without a change and stays
with one. So the archive's own memory counts as well. No time that lies after the last contact with
the source is believed: nothing is ever dated in the future.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from events_archive.model.event import Event
from events_archive.model.memory import Change, Memory

NEVER = datetime(2019, 1, 1, tzinfo=UTC)
"""The archive's first year: stands for a time that nobody recorded."""

CANCELLED_FOR = timedelta(days=30)
"""How long a calendar tells that an event was withdrawn, before it leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """The dates of events as news, which are not the dates on which they take place."""

    memory: Memory
    limit: datetime | None = None
    """When the source was last heard (UTC); None where it never was."""

    def published(self, event: Event) -> datetime:
        """When the event became known: at first sight here or by its earliest update.

        The earlier of the two, so that later updates do not move it; where there is neither, its
        last change upstream.
        """
        remembered = self.memory.ledger.first_seen.get(event.id)
        known = self._believed([remembered, event.first_noted])
        return min(known or self._believed([event.last_updated]), default=NEVER)

    def changed(self, event: Event) -> datetime:
        """When it was last news: added or changed, as seen here or as the source says.

        What a first look at the whole source adds is not news: it counts from the source's stamp.
        """
        seen = [c.observed for c in self._changes(event) if c.live or c.kind != "added"]
        believed = self._believed([event.last_updated, *seen])
        return max(believed) if believed else self.published(event)

    def is_ahead(self, event: Event) -> bool:
        """Whether some of what it is dated by lies after the last contact, and is not believed."""
        if self.limit is None:
            return False
        seen = self.memory.ledger.first_seen.get(event.id)
        observed = [change.observed for change in self._changes(event)]
        stamps = (event.last_updated, event.first_noted, seen, *observed)
        return max(filter(None, stamps), default=self.limit) > self.limit

    def revised(self, event: Event) -> datetime:
        """When what calendars say of it last changed, as stamped upstream or seen here."""
        seen = [change.observed for change in self._changes(event)]
        return max(self._believed([event.last_updated, *seen]), default=NEVER)

    def revisions(self, event: Event) -> int:
        """How many changes the archive saw: rises even where two of them fall into one second."""
        return len(self._changes(event))

    def withdrawn(self, event: Event) -> datetime | None:
        """When the archive saw that the source no longer has it; None while it does."""
        last_seen = self.memory.ledger.withdrawn.get(event.id)
        if last_seen is None:
            return None
        seen = [change.observed for change in self._changes(event) if change.kind == "withdrawn"]
        return max(seen, default=datetime.combine(last_seen, time(), tzinfo=UTC))

    def is_cancelled(self, event: Event, today: date) -> bool:
        """Whether calendars still tell, on the day ``today``, that it was withdrawn."""
        withdrawn = self.withdrawn(event)
        return withdrawn is not None and today <= withdrawn.date() + CANCELLED_FOR

    def _changes(self, event: Event) -> Sequence[Change]:
        return self.memory.changes_of(event.id)

    def _believed(self, stamps: Sequence[datetime | None]) -> list[datetime]:
        """Those of the stamps that are times of the past."""
        limit = self.limit
        return [stamp for stamp in stamps if stamp and (limit is None or stamp <= limit)]
