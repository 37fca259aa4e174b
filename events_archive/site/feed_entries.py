"""The entries of feeds: one for each event, and one for each day.

Readers recognise an entry by its id, some of them across all feeds. So an event is the same entry
in every feed.
"""

from datetime import UTC, date, datetime, time

from msgspec import Struct

from events_archive.model.catalogue import Events
from events_archive.model.event import Event
from events_archive.model.interval import format_day_of_year
from events_archive.site import urls
from events_archive.site.site import Site

TAG = "tag:thespacedevs.com,2020:ll2"
"""The start of all ids in feeds: tag URIs (RFC 4151), which do not depend on the base URL."""


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
    members: tuple["FeedEntry", ...] = ()
    """What an entry about many changes stands for."""

    @property
    def id_namespace(self) -> str:
        """The name of the pattern that its id follows: "feeds", "changes" or "days"."""
        return "days" if self.anniversary_events else "changes" if self.is_change else "feeds"


def event_of(entry: FeedEntry) -> Event:
    """Return the event of an entry that is about one."""
    assert entry.event, "a feed of events has no other entries"
    return entry.event


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
