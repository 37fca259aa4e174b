"""What stands in feeds: an entry for an event, and an entry for something that happened to one.

Readers know an entry by its id for good, and newsboat and others by its id over all feeds; so an
event is one entry in whatever feed it stands, and a change, which readers would overlook in an
entry they have seen, is an entry of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from events_archive.model.catalogue import Events
from events_archive.model.changes import Change
from events_archive.model.event import Event
from events_archive.model.event_date import EventDate
from events_archive.site import urls
from events_archive.site.on_this_day import Anniversary, format_day_of_year
from events_archive.site.site import Site

TAG = "tag:thespacedevs.com,2020:ll2"
"""What all ids of feeds begin with: tag URIs (RFC 4151), free of the site's own address."""

PUBLISHED_CHANGE_TYPES = ("added", "moved", "renamed", "withdrawn", "returned")
"""The kinds of change that are told; the rest, such as another link, needs no entry of its own."""

BULK_ADD_THRESHOLD = 50
"""More events than this, added in one look back at the source, are told in a single entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry of a feed."""

    id: str
    """Its id, for good."""
    title: str
    url: str
    """The page it leads to."""
    published: datetime
    updated: datetime
    """Never before `published`."""
    id_parts: tuple[str, ...] = ()
    """What its id is made of: that of the event, and of a change when and what; or nothing."""
    event: Event | None = None
    """What it is about, unless it is about many events."""
    is_change: bool = False
    """Whether it tells what happened to the event rather than the event itself."""
    anniversary_events: Events = ()
    """The events of former years that a day's entry tells of."""

    @property
    def id_namespace(self) -> str:
        """The kind of its id: "feeds" for events, "changes", "days"."""
        return "days" if self.anniversary_events else "changes" if self.is_change else "feeds"


def entry_id(event: Event) -> str:
    """The event's id in every feed, for good."""
    return f"{TAG}:event:{event.id}"


def event_entry(site: Site, event: Event) -> FeedEntry:
    """The event as news: dated by when it became known and when it last changed."""
    published = site.publication_dates.published(event)
    return _event_entry(
        site, event, published, max(published, site.publication_dates.updated(event))
    )


def chronological_entry(site: Site, event: Event) -> FeedEntry:
    """The same entry dated by the event, for feeds that tell what happened when.

    Such a feed takes an event up when it is over, so that even this date is one of the past.
    """
    chronicle = site.publication_dates
    published = chronicle.published(event)
    when = event.date.latest or published
    return _event_entry(site, event, when, max(when, published, chronicle.updated(event)))


def _event_entry(site: Site, event: Event, published: datetime, updated: datetime) -> FeedEntry:
    return FeedEntry(
        id=entry_id(event),
        id_parts=(str(event.id),),
        title=f"{event.name} ({event.date.display})",
        url=site.urls.event(event),
        published=published,
        updated=updated,
        event=event,
    )


def day_entry(site: Site, day: Anniversary) -> FeedEntry:
    """What happened on a day of former years, told on that day: never dated ahead."""
    when = f"{day.date:%Y-%m-%d}"
    year_and_names = [f"{event.date.year}: {event.name}" for event in day.events]
    more = f" and {len(day.events) - 1} more" if len(day.events) > 1 else ""
    words = format_day_of_year((day.date.month, day.date.day))
    return FeedEntry(
        id=f"{TAG}:day:{when}",
        id_parts=(when,),
        title=f"On {words} {year_and_names[0]}{more}",
        url=urls.day(day.date.month, day.date.day),
        published=day.begins,
        updated=day.begins,
        anniversary_events=day.events,
    )


def change_entries(site: Site) -> Iterator[FeedEntry]:
    """An entry for each change that is told, the latest first."""
    events = {event.id: event for event in site.catalogue.all_events}
    told = [
        c
        for c in site.history.changes
        if c.change_type in PUBLISHED_CHANGE_TYPES and c.event_id in events
    ]
    told.sort(
        key=lambda change: (change.observed, change.change_type, change.event_id), reverse=True
    )
    for (observed, kind), group in groupby(
        told, key=lambda change: (change.observed, change.change_type)
    ):
        changes = {change.event_id: change for change in group}
        if kind == "added" and _is_bulk_add(changes.values()):
            yield _bulk_add_entry(observed, len(changes))
            continue
        for event_id, change in changes.items():
            yield _change_entry(site, events[event_id], change)


def _is_bulk_add(changes: Iterable[Change]) -> bool:
    return sum(not change.is_live for change in changes) > BULK_ADD_THRESHOLD


def _bulk_add_entry(observed: datetime, count: int) -> FeedEntry:
    """What the first look at the whole source adds would bury all that is news."""
    return FeedEntry(
        id=f"{TAG}:changes:{observed:%Y%m%dT%H%M%SZ}:added",
        title=f"{count:,} events joined the archive",
        url=urls.ALL_YEARS,
        published=observed,
        updated=observed,
        is_change=True,
    )


def _change_entry(site: Site, event: Event, change: Change) -> FeedEntry:
    stamp = f"{change.observed:%Y%m%dT%H%M%SZ}"
    return FeedEntry(
        id=f"{TAG}:change:{event.id}:{stamp}:{change.change_type}",
        id_parts=(str(event.id), stamp, change.change_type),
        title=_headline(event, change, site.history.provenance(event.id).changes),
        url=site.urls.event(event),
        published=change.observed,
        updated=change.observed,
        event=event,
        is_change=True,
    )


def _headline(event: Event, change: Change, changes: tuple[Change, ...]) -> str:
    """What happened, with the name and date of that time: an entry once told stays as it is."""
    later = [other for other in changes if other.observed > change.observed]
    name = next((str(other.old) for other in later if other.change_type == "renamed"), event.name)
    slips = (other.old_date for other in later if other.change_type == "moved")
    moment: EventDate = next(slips, event.date)
    match change.change_type:
        case "added":
            return f"New: {name} ({moment.display})"
        case "moved":
            return f"Moved: {name}, from {change.old_date.display} to {change.new_date.display}"
        case "renamed":
            return f"Renamed: {change.old} is now {change.new}"
        case "withdrawn":
            return f"Withdrawn: {name} ({moment.display})"
        case _:
            return f"Back again: {name} ({moment.display})"
