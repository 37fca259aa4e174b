"""Which feeds exist.

There are two orders: what is new or changed, latest first, and what happened, latest first.
"""

from datetime import datetime

from msgspec import Struct

from events_archive.model.timestamps import FIRST_DATE
from events_archive.site import urls
from events_archive.site.feed_entries import TAG, FeedEntry
from events_archive.site.formats import FEED_FORMATS, Format
from events_archive.site.page import Alternate
from events_archive.site.site import Site
from events_archive.site.terms import Term

MAX_ENTRIES = 50
"""The most entries of a feed: readers fetch whole files, again and again."""

MAX_ENTRIES_WITHOUT_ARCHIVE = 20
"""The most entries of a feed without archive documents: there are hundreds of such feeds."""

Entries = tuple[FeedEntry, ...]


class Feed(Struct, frozen=True, kw_only=True):
    """A feed, or a document of its archive."""

    id: str
    """Its permanent id in Atom, which all documents of a feed share."""
    title: str
    description: str
    stem: str
    """Its path without a suffix; ``""`` if it is not published."""
    html_url: str
    """The page with the same events."""
    entries: Entries = ()
    """Latest first."""
    is_of_term: bool = False
    """Whether it lies beside the page of a term, with the suffixes for that."""
    main: str = ""
    """Of an archive document: the stem of the feed itself."""
    prev_archive: str = ""
    """The stem of the archive document before this one, or ``""``."""
    next_archive: str = ""
    """The stem of the archive document after this one, or ``""``."""
    updated: datetime = FIRST_DATE
    """When its newest entry changed (RFC 4287 section 4.2.15); it never goes back."""

    @property
    def files(self) -> tuple[tuple[Format, str], ...]:
        """Its formats, each with the path of its file."""
        formats = (format for format in FEED_FORMATS if format.has_archives or not self.main)
        return tuple((format, self.path(format)) for format in formats)

    def path(self, format: Format) -> str:
        """Return the path of its file in a format."""
        return self.stem + ((self.is_of_term and format.term_suffix) or format.suffix)

    def alternates(self, title: str) -> tuple[Alternate, ...]:
        """Return the links by which pages announce it, one for each format."""
        return tuple(
            Alternate(url=path, media_type=format.media_type, title=f"{title} ({format.label})")
            for format, path in self.files
        )


_SITE_FEEDS = {
    urls.MAIN_FEED: ("", "Spaceflight events that are new here or have changed, latest first."),
    urls.HAPPENED: (
        ": what happened",
        "Spaceflight events that are over, in the order in which they happened. Each entry is "
        "dated by its event and not by when it appeared here.",
    ),
    urls.CHANGES: (
        ": changes",
        "One entry each time an event is added, moved to another date, renamed, changed in another "
        "way, or withdrawn.",
    ),
    urls.DAYS_FEED: (
        ": on this day",
        "Each day, what happened in spaceflight on the same day in earlier years.",
    ),
}
"""By stem: the end of the title, and the description."""


def site_feed(site: Site, stem: str) -> Feed:
    """Return one of the feeds of the whole site (`urls.FEEDS`), without its entries."""
    title, description = _SITE_FEEDS[stem]
    return Feed(
        id=f"{TAG}:events:{stem}",
        title=site.title + title,
        description=description,
        stem=stem,
        html_url=urls.ALL_DAYS if stem == urls.DAYS_FEED else urls.HOME,
    )


def term_feed(site: Site, term: Term) -> Feed:
    """Return the feed of what is new or changed among a term's events, without its entries."""
    return Feed(
        id=f"{TAG}:events:{term.taxonomy.feed_id}:{term.key}",
        title=f"{site.taxonomies.title(term)} · {site.title}",
        description=f"Events of {term.phrase} that are new here or have changed.",
        stem=term.stem,
        html_url=term.url,
        is_of_term=True,
    )


def term_chronological_feed(site: Site, term: Term) -> Feed:
    """Return the feed of what happened among a term's events, without its entries."""
    return Feed(
        id=f"{TAG}:events:{term.taxonomy.feed_id}:{term.key}:happened",
        title=f"{term.name}: what happened · {site.title}",
        description=f"Events of {term.phrase}, in the order in which they happened. Each entry "
        "is dated by its event and not by when it appeared here.",
        stem=f"{term.stem}.happened",
        html_url=term.url,
    )
