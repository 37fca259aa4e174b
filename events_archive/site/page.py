"""Page: one file of the site, before it is rendered."""

from collections.abc import Callable, Iterator, Mapping, ValuesView
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from events_archive.site import urls


class Alternate(Struct, frozen=True, kw_only=True):
    """The same list in another format, announced with ``<link rel="alternate">``."""

    url: str
    media_type: str
    title: str


class Breadcrumb(Struct, frozen=True, kw_only=True):
    """A page on the path from the home page to another page."""

    label: str
    url: str


HOME = Breadcrumb(label="Home", url=urls.HOME)


class Writer(StrEnum):
    """What writes a file; the renderer has a function for each."""

    TEMPLATE = "template"
    """Jinja, with the page's template and context."""
    CALENDAR = "calendar"
    EVENT_MARKDOWN = "event-markdown"
    NEXT_EVENTS = "next-events"
    API_ROOT = "api-root"
    API_EVENT_LIST = "api-event-list"
    API_EVENT = "api-event"
    API_TYPE_LIST = "api-type-list"
    API_TYPE = "api-type"
    QUERY_TABLE = "query-table"
    QUERY_EVENTS = "query-events"
    QUERY_WORDS = "query-words"
    QUERY_RECORDS = "query-records"
    SEARCH_DATA = "search-data"
    DOWNLOAD = "download"
    CHECKSUMS = "checksums"
    DATA_PACKAGE = "data-package"
    CROISSANT = "croissant"
    CNAME = "cname"
    EMPTY = "empty"
    DERIVED = "derived"
    """The build itself, once all other files are written, since the file is made from them."""


ALL_EVENTS = "all events"
"""The value of `Page.cache_inputs` for a page that reads the whole archive."""


STORED_DATA = "stored data"
"""The value of `Page.cache_inputs` for a page that also shows what the cache holds: its context has
a `pages.stored_data.StoredData` by the name ``stored``."""


class LazyContext(Mapping[str, Any]):
    """A context that is made when it is first read: by the process that renders the page.

    ``make`` has to return the same at any time.
    """

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make

    @cached_property
    def _values(self) -> Mapping[str, Any]:
        return self._make()

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def values(self) -> ValuesView[Any]:
        """Return all values, more directly than the base class does."""
        return self._values.values()


class Page(Struct, frozen=True, kw_only=True):
    """Where a file is written, what writes it, and from what."""

    path: str
    """Below the site's root: ``events/us-eva-76.html``. Unique in a plan, ignoring case."""
    writer: Writer = Writer.TEMPLATE
    template: str = ""
    """Below ``templates/``; its suffix decides how text is escaped."""
    title: str = ""
    description: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    breadcrumbs: tuple[Breadcrumb, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    modified: datetime | None = None
    """When its content last changed at the source (UTC), for the sitemap; None if not known."""
    indexable: bool = True
    """Whether it belongs in the sitemap and in search engines."""
    cache_inputs: str | None = None
    """What decides, beside the code and the settings, whether a page has to be rendered again.

    None: its title, description, context, breadcrumbs and alternates; so the context must hold
    everything about events that the template shows. `ALL_EVENTS`: any change to any event, for a
    page whose template or writer reads the whole archive through `Site`. `STORED_DATA`: that, and
    any change to the files of the cache.
    """

    @property
    def is_html(self) -> bool:
        """Whether it is a web page rather than a file for programs."""
        return self.path.endswith(".html")


REDIRECT = "pages/redirect.html"
"""The template of pages that redirect."""


def redirect(path: str, name: str, target: str) -> Page:
    """Return a page that redirects to ``target``, since static hosts have no redirects."""
    return Page(
        path=path,
        template=REDIRECT,
        title=name,
        context={"name": name, "target": target},
        indexable=False,
    )
