"""Every address of the site. Nobody else spells one.

An address is the path below the site's root, with forward slashes: ``types/docking.html``. List
pages of one kind share the stem in all their formats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from events_archive.model.event import Event, EventType
from events_archive.model.slugs import SlugRegistry

HOME = "index.html"
ABOUT = "about.html"
CREDITS = "credits.html"
SUBSCRIBE = "subscribe.html"
NOT_FOUND = "404.html"
ALL_TYPES = "types/index.html"
ALL_YEARS = "years/index.html"
ALL_DAYS = "days/index.html"
REPORT = "report.html"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
NO_JEKYLL = ".nojekyll"
CNAME = "CNAME"
MAIN_FEED = "feed"
HAPPENED = "happened"
CHANGES = "changes"
DAYS_FEED = "days"
FEEDS = (MAIN_FEED, HAPPENED, CHANGES, DAYS_FEED)
ANNIVERSARIES = "anniversaries.ics"
OPML = "feeds.opml"
CALENDAR = "calendar.ics"
COMPLETE_CALENDAR = "calendar-all.ics"

QUERY_PAGE = "explore.html"
QUERY_TABLES = "data/explore.js"
DATA = "data.html"
EVENTS_JSONL = "data/events.jsonl"
EVENTS_CSV = "data/events.csv"
EVENTS_SQLITE = "data/events.sqlite"
CHECKSUMS = "data/SHA256SUMS"
API = "api/index.html"
OPENAPI = "api/openapi.json"
API_MIRROR = "api/2.3.0/"
API_MIRROR_ROOT = f"{API_MIRROR}index.json"
API_MIRROR_EVENTS = f"{API_MIRROR}events/index.json"
API_MIRROR_TYPES = f"{API_MIRROR}config/event_types/index.json"

OFFLINE = "offline.html"
SERVICE_WORKER = "service-worker.js"
PRECACHE_MANIFEST = "service-worker-files.json"
MANIFEST = "manifest.webmanifest"
DOWNLOAD = "spaceflight-events-archive.zip"

IMAGES = "pictures"
ASSETS = "assets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """The addresses that depend on names: whose slug is whose is settled before, by id."""

    event_slugs: Mapping[int, str]
    """By event id."""
    type_slugs: Mapping[int, str]
    """By type id."""
    event_redirects: Mapping[str, int] = field(default_factory=dict)
    """Former stems of events, each with the id of the event that its page leads to."""
    type_redirects: Mapping[str, int] = field(default_factory=dict)
    """Former stems of types, likewise."""
    unresolved: Mapping[str, int] = field(default_factory=dict)
    """Stems of events whose records cannot be read at present, with the ids."""

    @classmethod
    def from_registry(cls, book: SlugRegistry) -> "Urls":
        """The addresses that the book has settled."""
        return cls(
            event_slugs=book.events.slugs,
            type_slugs=book.types.slugs,
            event_redirects=book.redirects,
            type_redirects=book.type_redirects,
            unresolved=book.events.unresolved,
        )

    def event(self, event: Event, suffix: str = ".html") -> str:
        """``events/tiangong-eva-1.html``."""
        return f"events/{self.event_slugs[event.id]}{suffix}"

    def type(self, type: EventType, suffix: str = ".html") -> str:
        """``types/docking.html``."""
        return f"types/{self.type_slugs[type.id]}{suffix}"


def permalink(event_id: int) -> str:
    """``id/309.html``: leads to the event whatever its slug becomes."""
    return f"id/{event_id}.html"


def year(number: int, suffix: str = ".html") -> str:
    """``years/2021.html``."""
    return f"years/{number:04}{suffix}"


def month(year_number: int, month_number: int) -> str:
    """``months/2021-07.html``."""
    return f"months/{year_number:04}-{month_number:02}.html"


def taxonomy_index(folder: str) -> str:
    """``places/index.html``."""
    return f"{folder}/index.html"


def list_year(address: str, year_number: int | None) -> str:
    """``agencies/nasa-44/2021.html``: some of a list that is too long for one page."""
    return f"{address.removesuffix('.html')}/{year_number or 'undated'}.html"


def day(month_number: int, day_number: int) -> str:
    """``days/07-04.html``: a day of every year."""
    return f"days/{month_number:02}-{day_number:02}.html"


def query_data(name: str) -> str:
    """``data/events-000.js``: some of the events, for the script that answers questions."""
    return f"data/{name}.js"


def api_page(mode: str, number: int) -> str:
    """``api/2.3.0/events/list/1.json``: a page of the mirrored API."""
    return f"{API_MIRROR}events/{mode}/{number}.json"


def api_event(event_id: int) -> str:
    """``api/2.3.0/events/309.json``."""
    return f"{API_MIRROR}events/{event_id}.json"


def api_type(type_id: int) -> str:
    """``api/2.3.0/config/event_types/2.json``."""
    return f"{API_MIRROR}config/event_types/{type_id}.json"


def list_page(address: str, number: int) -> str:
    """``months/2021-07/2.html``: a later part of a list that nothing else divides."""
    return address if number == 1 else f"{address.removesuffix('.html')}/{number}.html"


def relative_root(address: str) -> str:
    """What leads from ``address`` to the site's root: ``""``, ``"../"``, ``"../../"``."""
    return "../" * address.count("/")
