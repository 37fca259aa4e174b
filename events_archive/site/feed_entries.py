"""The entries of feeds: one for each event, and one for each change of an event.

Readers recognise an entry by its id, some of them across all feeds. So an event is the same entry
in every feed. A change is an entry of its own, since readers do not show a changed entry again.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from events_archive.model.catalogue import Events
from events_archive.model.changes import Change
from events_archive.model.event import Event
from events_archive.model.interval import format_day_of_year
from events_archive.site import urls
from events_archive.site.site import Site

TAG = "tag:thespacedevs.com,2020:ll2"
"""The start of all ids in feeds: tag URIs (RFC 4151), which do not depend on the base URL."""

PUBLISHED_CHANGE_TYPES = ("added", "moved", "renamed", "withdrawn", "returned")
"""The types of change that have entries."""

BULK_ADD_THRESHOLD = 50
"""If one refresh adds more events than this that were not just created, they share an entry."""


class FeedEntry(Struct, frozen=True, kw_only=True):
    """An entry of a feed."""

    id: str
    """Permanent."""
    title: str
    url: str
    """The page that it links to."""
    published: datetime
    updated: datetime
    """Never before `published`."""
    id_parts: tuple[str, ...] = ()
    """What is its own in the id: the event's id and, of a change, the time and the type."""
    event: Event | None = None
    """The event that it is about, unless it is about several."""
    is_change: bool = False
    """Whether it is about a change rather than the event itself."""
    anniversary_events: Events = ()
    """The events of earlier years, of the entry of a day."""

    @property
    def id_namespace(self) -> str:
        """The name of the pattern that its id follows: "feeds", "changes" or "days"."""
        return "days" if self.anniversary_events else "changes" if self.is_change else "feeds"


def event_entry(site: Site, event: Event, *, is_chronological: bool = False) -> FeedEntry:
    """Return an event's entry, dated by when it was added and last changed.

    A chronological one is dated by when the event happened, which must be over.
    """
    known = site.publications.of(event)
    published = (event.date.latest or known.published) if is_chronological else known.published
    return FeedEntry(
        id=f"{TAG}:event:{event.id}",
        id_parts=(str(event.id),),
        title=f"{event.name} ({event.date.display})",
        url=urls.permalink(event.id),
        published=published,
        updated=max(published, known.updated),
        event=event,
    )


def day_entry(day: date, events: Events) -> FeedEntry:
    """Return the entry about the events on a day in earlier years, dated by that day."""
    first, others = events[0], len(events) - 1
    more = f" and {others} more" if others else ""
    name = format_day_of_year((day.month, day.day))
    start = datetime.combine(day, time(), tzinfo=UTC)
    return FeedEntry(
        id=f"{TAG}:day:{day}",
        id_parts=(str(day),),
        title=f"On {name} {first.date.year}: {first.name}{more}",
        url=urls.day(day.month, day.day),
        published=start,
        updated=start,
        anniversary_events=events,
    )


def change_entries(site: Site) -> Iterator[FeedEntry]:
    """Yield an entry for each change of a published type, latest first."""
    events = {event.id: event for event in site.catalogue.all_events}
    changes = [
        change
        for change in site.history.changes
        if change.change_type in PUBLISHED_CHANGE_TYPES and change.event_id in events
    ]
    changes.sort(key=attrgetter("observed", "change_type", "event_id"), reverse=True)
    by_refresh = groupby(changes, key=attrgetter("observed", "change_type"))
    for (observed, change_type), group in by_refresh:
        by_event = {change.event_id: change for change in group}
        caught_up = sum(not change.is_live for change in by_event.values())
        if change_type == "added" and caught_up > BULK_ADD_THRESHOLD:
            # The events of a first refresh would hide all other entries.
            yield FeedEntry(
                id=f"{TAG}:changes:{observed:%Y%m%dT%H%M%SZ}:added",
                title=f"{len(by_event):,} events joined the archive",
                url=urls.ALL_YEARS,
                published=observed,
                updated=observed,
                is_change=True,
            )
        else:
            for event_id, change in by_event.items():
                yield _change_entry(site, events[event_id], change)


def _change_entry(site: Site, event: Event, change: Change) -> FeedEntry:
    observed = f"{change.observed:%Y%m%dT%H%M%SZ}"
    return FeedEntry(
        id=f"{TAG}:change:{event.id}:{observed}:{change.change_type}",
        id_parts=(str(event.id), observed, change.change_type),
        title=_change_title(event, change, site.history.changes_of(event.id)),
        url=urls.permalink(event.id),
        published=change.observed,
        updated=change.observed,
        event=event,
        is_change=True,
    )


def _change_title(event: Event, change: Change, changes: tuple[Change, ...]) -> str:
    """Return what happened, with the event's name and date at that time, so that it stays."""
    later = [other for other in changes if other.observed > change.observed]
    names = (str(other.old) for other in later if other.change_type == "renamed")
    dates = (other.old_date for other in later if other.change_type == "moved")
    name, date = next(names, event.name), next(dates, event.date)
    match change.change_type:
        case "added":
            return f"New: {name} ({date.display})"
        case "moved":
            return f"Moved: {name}, from {change.old_date.display} to {change.new_date.display}"
        case "renamed":
            return f"Renamed: {change.old} is now {change.new}"
        case "withdrawn":
            return f"Withdrawn: {name} ({date.display})"
        case _:
            return f"Back again: {name} ({date.display})"
