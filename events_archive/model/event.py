"""The event and its parts: all that Launch Library 2's normal and detailed modes hold.

Values are normalised by `events_archive.ll2.parse`: a missing text is ``""``, a missing list is
``()``, and None is used only where a missing value means something. All date-times are in UTC.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from events_archive.model.event_date import EventDate
from events_archive.model.timestamps import EARLIEST

MAX_ID = 2**53 - 1
"""The greatest id; JavaScript has no whole numbers beyond it (RFC 8259 section 6)."""

EventId = Annotated[int, Meta(ge=1, le=MAX_ID)]
"""An event's id where msgspec decodes it."""

_UNSAFE = re.compile(r"[^a-zA-Z0-9._-]")


class EventType(Struct, frozen=True, kw_only=True):
    """A type of event: "Docking", "EVA". The id is its identity; its name can change."""

    id: int
    name: str


class Licence(Struct, frozen=True, kw_only=True):
    """The licence of an image."""

    id: int
    name: str
    url: str
    """The text of the licence, or ``""``."""


class Image(Struct, frozen=True, kw_only=True, dict=True):
    """An image, which several events can share. Its identity is `key`, not its URL."""

    id: int
    name: str
    """LL2's internal name, often "[AUTO] ... - image"."""
    url: str
    """The original. Its host can change."""
    credit: str
    licence: Licence | None

    @property
    def licence_id(self) -> int | None:
        """The id of the licence; None if LL2 states none."""
        return self.licence.id if self.licence else None

    @property
    def caption(self) -> str:
        """The name, or ``""`` if LL2 made it up."""
        return "" if self.name.startswith("[") else self.name

    @cached_property
    def key(self) -> str:
        """``<id>-<file name>``, safe as the name of the downloaded file."""
        name = urlsplit(self.url).path.rsplit("/", 1)[-1]
        return f"{self.id}-{_UNSAFE.sub('_', name)[-120:].lstrip('.')}"


@lru_cache(maxsize=1 << 16)  # A page names the host of a link several times: 1 % of a build.
def host_of(url: str) -> str:
    """Return the host without ``www.``; ``url`` itself if it has none."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


class Link(Struct, frozen=True, kw_only=True):
    """A page about the event (``info_urls``)."""

    url: str
    title: str
    """The title of the page, or ``""`` if LL2 has none or a useless one."""
    description: str
    source: str
    """The name of the site, or ``""``."""
    type: str
    """"Official Page", or ``""``."""
    priority: int
    """Lower is more important."""

    @property
    def host(self) -> str:
        """The host without ``www.``."""
        return host_of(self.url)


class Video(Link, frozen=True, kw_only=True):
    """A webcast or recording (``vid_urls``)."""

    publisher: str
    start: datetime | None
    end: datetime | None


class Update(Struct, frozen=True, kw_only=True):
    """A note by LL2's editors."""

    id: int
    comment: str
    url: str
    author: str
    created: datetime | None


class Agency(Struct, frozen=True, kw_only=True):
    """An organisation that takes part."""

    id: int
    name: str
    abbreviation: str
    type: str


class Program(Struct, frozen=True, kw_only=True):
    """A programme the event belongs to: "International Space Station"."""

    id: int
    name: str
    description: str
    url: str
    """The page of the programme, else its encyclopaedia article, or ``""``."""


class Launch(Struct, frozen=True, kw_only=True):
    """A launch that belongs to the event."""

    id: str
    """A UUID."""
    name: str
    status: str
    date: EventDate
    """The launch's NET ("no earlier than")."""


class SpaceStation(Struct, frozen=True, kw_only=True):
    """A space station where the event takes place."""

    id: int
    name: str
    status: str
    type: str
    description: str
    founded: date | None
    deorbited: date | None
    orbit: str


class Expedition(Struct, frozen=True, kw_only=True):
    """A crew's stay on a space station."""

    id: int
    name: str
    start: datetime | None
    end: datetime | None
    station: str


class Astronaut(Struct, frozen=True, kw_only=True):
    """A person who takes part."""

    id: int
    name: str
    status: str
    agency: str


class Event(Struct, frozen=True, kw_only=True, dict=True):
    """One record of LL2's ``/events/``. Its identity is `id`; slug and name can change."""

    id: int
    name: str
    slug: str
    """LL2's current slug, which it can give to another event after a rename. Untrusted."""
    type: EventType
    date: EventDate
    description: str
    """Plain text with line ends and bullets. Untrusted."""
    location: str
    image: Image | None
    links: tuple[Link, ...]
    """Most important first."""
    videos: tuple[Video, ...]
    """Most important first."""
    updates: tuple[Update, ...]
    """Oldest first."""
    stream_length: timedelta | None
    """LL2's ``duration``, which is that of the webcast, not of the event."""
    last_updated: datetime | None
    source_url: str
    """The record's URL at the API."""
    agencies: tuple[Agency, ...] = ()
    programs: tuple[Program, ...] = ()
    launches: tuple[Launch, ...] = ()
    stations: tuple[SpaceStation, ...] = ()
    expeditions: tuple[Expedition, ...] = ()
    astronauts: tuple[Astronaut, ...] = ()
    digest: str = ""
    """SHA-256 of the record's line in the cache, in hexadecimal."""
    shown: str = ""
    """The digest of what is shown of the event (`model.changes.shown_digest`), saved for the next
    run; ``""`` if it was not computed."""

    @cached_property
    def sort_key(self) -> tuple[datetime, timedelta, int]:
        """Sorts by `EventDate.sort_key`, then by id."""
        return (*self.date.sort_key, self.id)

    @cached_property
    def first_update(self) -> datetime | None:
        """When the earliest update was created; None if no update has a date."""
        return min((u.created for u in self.updates if u.created), default=None)


def current_types(events: Iterable[Event]) -> dict[int, EventType]:
    """Return the types by id; if events disagree on a name, that of the one updated last."""
    ordered = sorted(events, key=lambda event: (event.last_updated or EARLIEST, event.id))
    return {event.type.id: event.type for event in ordered}
