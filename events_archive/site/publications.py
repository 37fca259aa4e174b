"""What is published about each event: when it became known, when it changed, which revision it is.

What was published before stays. It changes when the event does, or what calendars state of it, by
the archive's own observation. Launch Library 2 has no date of creation, and its ``last_updated``
changes without a change of the event, and does not change with every one; so it serves at first
sight only. Nothing is dated after the last refresh.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.article import Article, articles_digest
from events_archive.model.changes import RECIPE, RELATIONS, shown_digest
from events_archive.model.event import Event
from events_archive.model.publication import MAX_INTEGER, Publication
from events_archive.model.timestamps import FIRST_DATE


class Publications(Struct, frozen=True, kw_only=True, dict=True):
    """What is published about events, given what was published before."""

    history: ArchiveHistory
    today: date
    former: Mapping[int, Publication] = field(default_factory=dict)
    """What was published last, by event id."""
    articles: Mapping[int, tuple[Article, ...]] = field(default_factory=dict)
    """The articles about events, by event id."""
    articles_refreshed: datetime | None = None
    """When the news API last responded."""

    def of(self, event: Event) -> Publication:
        """Return what is published about the event now."""
        if event.id not in self._current:
            former = self.former.get(event.id)
            current = self._next(former, event) if former else self.first(event, is_bounded=True)
            self._current[event.id] = self._with_articles(current, event)
        return self._current[event.id]

    def all(self, events: Iterable[Event]) -> dict[int, Publication]:
        """Return what is published about all events; that about others stays.

        What was published about sample events that the API does not have is left out.
        """
        seen = self.history.state.first_seen
        others = {id: one for id, one in self.former.items() if id in seen or not seen}
        return {**others, **{event.id: self.of(event) for event in events}}

    def withdrawn(self, event: Event) -> datetime | None:
        """Return when the archive saw that LL2 no longer has the event; None while it has."""
        last_seen = self.history.state.withdrawn.get(event.id)
        if last_seen is None:
            return None
        changes = self.history.changes_of(event.id)
        seen = [change.observed for change in changes if change.change_type == "withdrawn"]
        return max(seen, default=datetime.combine(last_seen, time(), tzinfo=UTC))

    def first(self, event: Event, *, is_bounded: bool) -> Publication:
        """Return what is published about an event of which nothing is known to be published.

        With ``is_bounded`` an event that was over when it became known is no news of that day.
        The revision is a large number, so that it does not fall if ``publications.jsonl`` is lost.
        """
        published, status = self._first_published(event, is_bounded), self._status(event)
        changes = self.history.changes_of(event.id)
        stamp = self._plausible([event.last_updated])
        seen = [c.observed for c in changes if c.is_live or c.change_type != "added"]
        updated = max([*stamp, *seen[-1:]], default=published)
        modified = max([*stamp, *(change.observed for change in changes)], default=FIRST_DATE)
        if withdrawn := self.withdrawn(event):
            modified = max(modified, withdrawn)
        elif event.date.interval and not event.date.has_time and status == "CONFIRMED":
            modified = max(modified, _midnight(event.date.interval.end_date_exclusive))
        # Two changes in one second are two revisions.
        revision = int((modified - FIRST_DATE).total_seconds()) + len(changes)
        return Publication(
            event_id=event.id,
            published=published,
            updated=max(published, updated),
            modified=modified,
            sequence=min(max(0, revision), MAX_INTEGER),
            status=status,
            shown=_shown(event),
        )

    @cached_property
    def _current(self) -> dict[int, Publication]:
        return {}

    def _first_published(self, event: Event, is_bounded: bool) -> datetime:
        """Return the earliest of the event's first sight, its first update and its end.

        An event with neither of the first two was published when LL2 last changed it.
        """
        first_seen = self.history.state.first_seen.get(event.id)
        known = self._plausible([first_seen, event.first_update])
        known = known or self._plausible([event.last_updated])
        if known and is_bounded and event.date.latest:
            known.append(event.date.latest)
        return min(known, default=FIRST_DATE)

    def _next(self, former: Publication, event: Event) -> Publication:
        shown, status = _shown(event), self._status(event)
        if not self._differs(former, event, shown, status):
            return former if former.shown == shown else replace(former, shown=shown)
        now = self._now
        return replace(
            former,
            updated=max(former.updated, now),
            modified=max(former.modified, now),
            sequence=min(former.sequence + 1, MAX_INTEGER),
            status=status,
            shown=shown,
        )

    def _with_articles(self, publication: Publication, event: Event) -> Publication:
        """Return it with another date if the list of articles is not the one that was published."""
        digest = articles_digest(self.articles.get(event.id, ()))
        if digest == publication.articles:
            return publication
        dates = (self._now, self.articles_refreshed, publication.articles_changed)
        changed = max(filter(None, dates))
        return replace(publication, articles=digest, articles_changed=changed)

    @property
    def _now(self) -> datetime:
        """The time of the last refresh, or the day if there was none."""
        return self.history.state.last_refreshed or _midnight(self.today)

    def _differs(self, former: Publication, event: Event, shown: str, status: str) -> bool:
        """Whether what is shown of the event is not what was published.

        Digests of two recipes are not comparable, and relations are not in them: records of some
        modes have none. Then the history tells.
        """
        is_comparable = former.shown.partition(":")[0] == RECIPE
        if status != former.status or (is_comparable and shown != former.shown):
            return True
        return any(
            change.observed > former.modified
            and (change.field in RELATIONS if is_comparable else change.is_published)
            for change in self.history.changes_of(event.id)
        )

    def _status(self, event: Event) -> str:
        """Return the status in calendars (RFC 5545 section 3.8.1.11).

        A date that is known only roughly is tentative until its period ends.
        """
        if event.id in self.history.state.withdrawn:
            return "CANCELLED"
        is_rough = event.date.interval is not None and not event.date.has_time
        return "TENTATIVE" if is_rough and not event.date.is_over(self.today) else "CONFIRMED"

    def _plausible(self, dates: Iterable[datetime | None]) -> list[datetime]:
        latest = self.history.state.last_refreshed
        return [when for when in dates if when and (latest is None or when <= latest)]


def _shown(event: Event) -> str:
    return event.shown or shown_digest(event)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
