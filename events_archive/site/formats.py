"""The table of output formats: what each is called, how it is served, announced and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from mimetypes import guess_type

from events_archive.site import urls
from events_archive.site.page import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of published files."""

    key: str
    suffix: str
    """The end of its files' names, from the last dot."""
    media_type: str
    """As links announce it."""
    content_type: str = ""
    """As a server sends it, if that is not just `media_type`."""
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
    """Finds the ids of the entries in a file. Text in entries is escaped, so it cannot match."""
    validator: str = ""
    """Which of ``check``'s validators reads it; ``""`` for none."""
    is_feed: bool = False
    has_archives: bool = True
    """Of a format of feeds: whether it can link to archive documents (RFC 5005)."""
    term_suffix: str = ""
    """Of a format of feeds: the suffix of the feed of a term, if it is not `suffix`."""
    writer: Writer = Writer.TEMPLATE
    """Of a format of feeds: what writes it."""
    template: str = ""
    """Of a format of feeds that has one."""


RSS = Format(
    key="rss",
    suffix=".rss",
    media_type="application/rss+xml",
    label="RSS",
    noun="feed",
    entry_ids=re.compile(rb"<guid[^>]*>([^<]*)</guid>"),
    validator="rss",
    is_feed=True,
    template="feeds/rss.xml",
)
ATOM = Format(
    key="atom",
    suffix=".atom",
    media_type="application/atom+xml",
    label="Atom",
    noun="feed",
    entry_ids=re.compile(rb"<entry>.*?<id>([^<]*)</id>", re.DOTALL),
    validator="atom",
    is_feed=True,
    template="feeds/atom.xml",
)
JSON_FEED = Format(
    key="json-feed",
    suffix=".json",
    media_type="application/feed+json",
    # Browsers show this type, and would download the other.
    content_type="application/json",
    label="JSON",
    noun="feed",
    paths=rf"(?:{'|'.join(urls.FEEDS)})\.json|.+\.(?:feed|happened)\.json",
    entry_ids=re.compile(rb'[{,]"id":"([^"]*)"'),
    validator="json-feed",
    is_feed=True,
    has_archives=False,
    term_suffix=".feed.json",
    writer=Writer.JSON_FEED,
)
CALENDAR = Format(
    key="icalendar",
    suffix=".ics",
    media_type="text/calendar",
    content_type="text/calendar; charset=utf-8",
    noun="calendar",
    is_precached=True,
    entry_ids=re.compile(rb"\nUID:([^\r\n]*(?:\r\n [^\r\n]*)*)"),
    validator="icalendar",
)
FORMATS: tuple[Format, ...] = (
    Format(
        key="html",
        suffix=".html",
        media_type="text/html",
        content_type="text/html; charset=utf-8",
        noun="page",
        is_precached=True,
    ),
    RSS,
    ATOM,
    JSON_FEED,
    CALENDAR,
    Format(key="opml", suffix=".opml", media_type="text/x-opml", validator="xml"),
    Format(key="xml", suffix=".xml", media_type="application/xml", validator="xml"),
    Format(key="json", suffix=".json", media_type="application/json"),
    Format(key="jsonl", suffix=".jsonl", media_type="application/jsonl"),
    Format(
        key="manifest",
        suffix=".webmanifest",
        media_type="application/manifest+json",
        is_precached=True,
    ),
    Format(
        key="css",
        suffix=".css",
        media_type="text/css",
        content_type="text/css; charset=utf-8",
        is_precached=True,
    ),
    Format(
        key="js",
        suffix=".js",
        media_type="text/javascript",
        content_type="text/javascript; charset=utf-8",
        is_precached=True,
    ),
    Format(
        key="text",
        suffix=".txt",
        media_type="text/plain",
        content_type="text/plain; charset=utf-8",
    ),
    Format(key="svg", suffix=".svg", media_type="image/svg+xml", is_precached=True),
    Format(key="png", suffix=".png", media_type="image/png", is_precached=True),
    Format(
        key="webp",
        suffix=".webp",
        media_type="image/webp",
        noun="picture",
        is_precached=True,
    ),
)
"""All formats but those of a single file."""

FEED_FORMATS = tuple(format for format in FORMATS if format.is_feed)

_BY_SUFFIX: Mapping[str, tuple[Format, ...]] = {
    suffix: tuple(format for format in FORMATS if format.suffix == suffix)
    for suffix in {format.suffix for format in FORMATS}
}


def format_of(path: str) -> Format | None:
    """Return the format of a file by its path below the site's root; None if it is not listed."""
    for format in _BY_SUFFIX.get(path[path.rfind(".") :].lower(), ()):
        if not format.paths or re.fullmatch(format.paths, path):
            return format
    return None


def content_type(path: str) -> str:
    """Return the media type with which a file is served, and its character set if it is text."""
    if format := format_of(path):
        return format.content_type or format.media_type
    return guess_type(path)[0] or "application/octet-stream"


_NEVER_PRECACHED = frozenset({urls.NOT_FOUND, urls.SERVICE_WORKER})


def is_precached(path: str) -> bool:
    """Whether a browser that saves the site for reading offline saves the file."""
    format = format_of(path)
    return format is not None and format.is_precached and path not in _NEVER_PRECACHED
