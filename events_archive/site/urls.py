"""All URLs of the site, as paths below its root: ``types/docking.html``."""

from msgspec import Struct

from events_archive.model.event import Event, EventType
from events_archive.model.slugs import SlugRegistry

HOME = "index.html"
UPCOMING = "upcoming.html"
BROWSE = "browse.html"
ABOUT = "about.html"
CREDITS = "credits.html"
MY_LIST = "my-list.html"
EMBED = "embed.html"
SUBSCRIBE = "subscribe.html"
NOT_FOUND = "404.html"
ALL_TYPES = "types/index.html"
ALL_YEARS = "years/index.html"
ALL_DAYS = "days/index.html"
REPORT = "report.html"
SLIPS = "slips.html"
RECORDS = "records.html"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
LLMS = "llms.txt"
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
APPROXIMATE_CALENDAR = "calendar-approximate.ics"
NEXT = "next.json"
NEXT_SUFFIX = ".next.json"

QUERY_PAGE = "explore.html"
QUERY_TABLES = "data/explore.js"
SEARCH_DATA = "data/search.js"
DATA = "data.html"
EVENTS_JSONL = "data/events.jsonl"
EVENTS_CSV = "data/events.csv"
EVENTS_SQLITE = "data/events.sqlite"
VISITS_JSON = "data/visits.json"
VISITS_CSV = "data/visits.csv"
ARTICLES_CSV = "data/articles.csv"
CONTENT_CACHE = "data/content_cache.zip"
CHECKSUMS = "data/SHA256SUMS"
DATA_PACKAGE = "data/datapackage.json"
CROISSANT = "data/croissant.json"
API = "api/index.html"
OPENAPI = "api/openapi.json"
API_MIRROR = "api/2.3.0/"
API_MIRROR_ROOT = f"{API_MIRROR}index.json"
API_MIRROR_TYPES = f"{API_MIRROR}config/event_types/index.json"

BUILD_INFO = "build.json"
OFFLINE = "offline.html"
SERVICE_WORKER = "service-worker.js"
PRECACHE_MANIFEST = "service-worker-files.json"
MANIFEST = "manifest.webmanifest"
DOWNLOAD = "spaceflight-events-archive.zip"

IMAGES = "pictures"
ASSETS = "assets"


class Urls(Struct, frozen=True):
    """The URLs that depend on names."""

    slugs: SlugRegistry

    def event(self, event: Event, suffix: str = ".html") -> str:
        """Return ``events/tiangong-eva-1.html``."""
        return f"events/{self.slugs.events.slugs[event.id]}{suffix}"

    def type(self, type: EventType, suffix: str = ".html") -> str:
        """Return ``types/docking.html``."""
        return f"types/{self.slugs.types.slugs[type.id]}{suffix}"


def permalink(event_id: int, suffix: str = ".html") -> str:
    """Return ``id/309.html``, which redirects to the event's page whatever its slug is.

    Slugs are given to other events. So what is stored elsewhere names this path.
    """
    return f"id/{event_id}{suffix}"


def year(number: int) -> str:
    """Return ``years/2021.html``."""
    return f"years/{number:04}.html"


def month(year: int, month: int) -> str:
    """Return ``months/2021-07.html``."""
    return f"months/{year:04}-{month:02}.html"


def list_year(path: str, year: int | None) -> str:
    """Return ``agencies/nasa-44/2021.html``: the page of a year in a list that is split by year."""
    return f"{path.removesuffix('.html')}/{year or 'undated'}.html"


def day(month: int, day: int) -> str:
    """Return ``days/07-04.html``: a day of every year."""
    return f"days/{month:02}-{day:02}.html"


def change_list(time: str, change_type: str) -> str:
    """Return ``changes/20260111T061700Z-moved.html``: what one refresh found about many events."""
    return f"changes/{time}-{change_type}.html"


def query_data(name: str) -> str:
    """Return ``data/events-000.js``: a file of data for the query page."""
    return f"data/{name}.js"


def api_list(name: str) -> str:
    """Return ``api/2.3.0/events/upcoming/index.json``: the first page of a list of the mirror."""
    return f"{API_MIRROR}events/{name}{'/' if name else ''}index.json"


def api_page(mode: str, number: int, name: str) -> str:
    """Return ``api/2.3.0/events/upcoming/list/1.json``: a page of a list of the API mirror."""
    return f"{API_MIRROR}events/{name}{'/' if name else ''}{mode}/{number}.json"


def api_event(event_id: int) -> str:
    """Return ``api/2.3.0/events/309.json``."""
    return f"{API_MIRROR}events/{event_id}.json"


def api_type(type_id: int) -> str:
    """Return ``api/2.3.0/config/event_types/2.json``."""
    return f"{API_MIRROR}config/event_types/{type_id}.json"


def list_page(path: str, number: int) -> str:
    """Return ``months/2021-07/2.html``: a page of a list in numbered pages."""
    return path if number == 1 else f"{path.removesuffix('.html')}/{number}.html"


def relative_root(path: str) -> str:
    """Return what leads from ``path`` to the site's root: ``""``, ``"../"``, ``"../../"``."""
    return "../" * path.count("/")
