"""The table of output formats: what each is called, how it is served, announced and checked."""

import re

from msgspec import Struct

from events_archive.model.catalogue import grouped
from events_archive.site import urls


class Format(Struct, frozen=True):
    """A format of published files."""

    suffix: str
    """The end of its files' names, from the last dot."""
    media_type: str
    """As links announce it."""
    is_text: bool = False
    """Whether a server sends its files with a character set."""
    served_as: str = ""
    """The media type that a server sends, if not `media_type`."""
    label: str = ""
    """Its name in links."""
    noun: str = "file"
    """What one of its files is called in the summary of a build."""
    paths: str = ""
    """A pattern of its files' paths, where another format has the same suffix."""
    is_precached: bool = False
    """Whether a browser that saves the site for reading offline saves these files. Feeds, tables
    and databases are for programs, which save them by themselves."""
    entry_ids: re.Pattern[bytes] | None = None
    """Finds the ids of the entries in a file; formats of feeds and calendars have it. Text in
    entries is escaped, so it cannot match."""
    validator: str = ""
    """Which of ``check``'s validators reads it; ``""`` for none."""
    is_feed: bool = False
    has_archives: bool = True
    """Of a format of feeds: whether it can link to archive documents (RFC 5005)."""
    term_suffix: str = ""
    """Of a format of feeds: the suffix of the feed of a term, if it is not `suffix`."""
    template: str = ""
    """Of a format of feeds."""


RSS = Format(
    ".rss", "application/rss+xml", label="RSS", noun="feed",
    entry_ids=re.compile(rb"<guid[^>]*>([^<]*)</guid>"),
    validator="rss", is_feed=True, template="feeds/rss.xml",
)  # fmt: skip
ATOM = Format(
    ".atom", "application/atom+xml", label="Atom", noun="feed",
    entry_ids=re.compile(rb"<entry>.*?<id>([^<]*)</id>", re.DOTALL),
    validator="atom", is_feed=True, template="feeds/atom.xml",
)  # fmt: skip
JSON_FEED = Format(
    ".json", "application/feed+json", label="JSON", noun="feed",
    # Browsers show this type, and would download the other.
    served_as="application/json",
    paths=rf"(?:{'|'.join(urls.FEEDS)})\.json|.+\.(?:feed|happened)\.json",
    entry_ids=re.compile(rb'"id":"([^"]*)"'),
    validator="json-feed", is_feed=True, has_archives=False, term_suffix=".feed.json",
    template="feeds/feed.json",
)  # fmt: skip
CALENDAR = Format(
    ".ics", "text/calendar", is_text=True, noun="calendar", is_precached=True,
    entry_ids=re.compile(rb"\nBEGIN:VEVENT\r\nUID:([^\r\n]*(?:\r\n [^\r\n]*)*)"),
    validator="icalendar",
)  # fmt: skip
MARKDOWN = Format(".md", "text/markdown", is_text=True)
FORMATS = (
    Format(".html", "text/html", is_text=True, noun="page", is_precached=True),
    RSS,
    ATOM,
    JSON_FEED,
    CALENDAR,
    MARKDOWN,
    Format(".opml", "text/x-opml", validator="xml"),
    Format(".xml", "application/xml", validator="xml"),
    Format(".json", "application/json"),
    Format(".jsonl", "application/jsonl"),
    Format(".csv", "text/csv"),
    Format(".sqlite", "application/vnd.sqlite3"),
    Format(".zip", "application/zip"),
    Format(".webmanifest", "application/manifest+json", is_precached=True),
    Format(".css", "text/css", is_text=True, is_precached=True),
    Format(".js", "text/javascript", is_text=True, is_precached=True),
    Format(".txt", "text/plain", is_text=True),
    Format(".svg", "image/svg+xml", is_precached=True),
    Format(".png", "image/png", is_precached=True),
    Format(".webp", "image/webp", noun="picture", is_precached=True),
)
"""All formats of files with a suffix. Of two with one suffix the one with `paths` is first."""

_BY_SUFFIX = grouped(FORMATS, lambda format: format.suffix)

FEED_FORMATS = tuple(format for format in FORMATS if format.is_feed)

_PRECACHED_CALENDARS = re.compile(r"(?:(?:id|types|years)/)?[^/.]+\.ics")
"""Those of terms and those with reminders are for programs. Those in ``events/`` are also in
``id/``, where pages link to them."""

_NEVER_PRECACHED = frozenset({urls.NOT_FOUND, urls.SERVICE_WORKER})


def format_of(path: str) -> Format | None:
    """Return the format of a file by its path below the site's root; None if it is not listed."""
    for format in _BY_SUFFIX.get(path[path.rfind(".") :].lower(), ()):
        if not format.paths or re.fullmatch(format.paths, path):
            return format
    return None


def content_type(path: str) -> str:
    """Return the media type with which a file is served, and its character set if it is text."""
    if format := format_of(path):
        return (format.served_as or format.media_type) + "; charset=utf-8" * format.is_text
    return "application/octet-stream"


def is_precached(path: str) -> bool:
    """Whether a browser that saves the site for reading offline saves the file."""
    format = format_of(path)
    if format is None or path in _NEVER_PRECACHED:
        return False
    if format is CALENDAR:
        return _PRECACHED_CALENDARS.fullmatch(path) is not None
    return format.is_precached
