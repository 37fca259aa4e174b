"""What an event is: the glossary of the archive.

Values of all that Launch Library 2's normal and detailed modes carry, normalised once in
``source/parsing.py``: absent text is ``""``, an absent list is ``()``, and ``None`` stands only
where absence means something. All date-times are in UTC.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from events_archive.model.event_date import EventDate


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """What sort of event: "Docking", "EVA". The id is the identity; names change."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """On what terms a picture may be shown."""

    id: int
    name: str
    url: str
    """The licence's text, or ``""``."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """A picture, which many events may share. Its identity is `key`, never its address."""

    id: int
    name: str
    """LL2's own label, often "[AUTO] ... - image": not fit to be shown."""
    url: str
    """Where the original lies now; the host changes with the API's."""
    credit: str
    licence: Licence | None

    @cached_property
    def key(self) -> str:
        """``<id>-<file name>``, safe as a file name: one download and one set of thumbnails."""
        name = urlsplit(self.url).path.rsplit("/", 1)[-1]
        return f"{self.id}-{_UNSAFE.sub('_', name)[-120:].lstrip('.')}"


_UNSAFE = re.compile(r"[^a-zA-Z0-9._-]")
_USUAL_HOST = re.compile(r"https?://([a-z0-9.-]+)(?=[/?#]|$)")
"""What a link that needs no closer look begins with: ten times as fast as urlsplit."""


def host_of(url: str) -> str:
    """The host of a link without ``www.``; the link itself where it has none."""
    usual = _USUAL_HOST.match(url)
    host = usual[1] if usual else urlsplit(url).hostname
    return (host or url).removeprefix("www.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A page about the event (``info_urls``)."""

    url: str
    title: str
    """The page's own title, or ``""`` where LL2 has none or scraped junk."""
    description: str
    source: str
    """The site's name as LL2 gives it, or ``""``."""
    type: str
    """"Official Page", or ``""``."""
    language: str
    """ISO 639-1 code. LL2 says "en" of pages in any language: never a basis for ``lang``."""
    image_url: str
    priority: int
    """The lower, the more important."""

    @property
    def host(self) -> str:
        """The host without ``www.``, which is what is left to say when a title is junk."""
        return host_of(self.url)

    @property
    def label(self) -> str:
        """The title, or where there is none worth showing, the host."""
        return self.title or self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Link):
    """A webcast or recording (``vid_urls``)."""

    publisher: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A note that LL2's editors added to the event."""

    id: int
    comment: str
    url: str
    author: str
    created: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An organisation that takes part."""

    id: int
    name: str
    abbreviation: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A programme the event belongs to: "International Space Station"."""

    id: int
    name: str
    description: str
    url: str
    """The programme's own page, else its encyclopaedia article, or ``""``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A launch that the event follows from or leads to."""

    id: str
    """A UUID."""
    name: str
    status: str
    date: EventDate
    """The launch's NET ("no earlier than") with its own precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceStation:
    """A space station where the event takes place."""

    id: int
    name: str
    status: str
    type: str
    description: str
    founded: date | None
    deorbited: date | None
    orbit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expedition:
    """A crew's stay on a space station."""

    id: int
    name: str
    start: datetime | None
    end: datetime | None
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Astronaut:
    """A person who takes part."""

    id: int
    name: str
    status: str
    agency: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """One record of LL2's ``/events/``. Its identity is `id`, whatever its slug or name becomes."""

    id: int
    name: str
    slug: str
    """As LL2 has it now: renamed with the event and handed on to others. Untrusted."""
    type: EventType
    date: EventDate
    description: str
    """Plain text with LL2's own line ends and bullets; untrusted."""
    location: str
    image: Image | None
    links: tuple[Link, ...]
    """Most important first."""
    videos: tuple[Video, ...]
    """Most important first."""
    updates: tuple[Update, ...]
    """Oldest first."""
    stream_length: timedelta | None
    """LL2's ``duration``, which is the length of the webcast and not of the event."""
    last_updated: datetime | None
    source_url: str
    """The record at the source."""
    agencies: tuple[Agency, ...] = ()
    programs: tuple[Program, ...] = ()
    launches: tuple[Launch, ...] = ()
    stations: tuple[SpaceStation, ...] = ()
    expeditions: tuple[Expedition, ...] = ()
    astronauts: tuple[Astronaut, ...] = ()
    digest: str = ""
    """SHA-256 of the record's line in the cache, in hexadecimal: same digest, same event."""

    @cached_property
    def sort_key(self) -> tuple[datetime, timedelta, int]:
        """A total order in time: by `Moment.sort_key`, ties broken by id."""
        return (*self.date.sort_key, self.id)

    @cached_property
    def first_update(self) -> datetime | None:
        """When its earliest dated update was written."""
        return min((u.created for u in self.updates if u.created), default=None)
