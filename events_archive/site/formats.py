"""The media type of every format that the site has, for those who serve or pack it."""

from mimetypes import guess_type

MEDIA_TYPES = {
    ".atom": "application/atom+xml",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".opml": "text/x-opml",
    ".rss": "application/rss+xml",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".xml": "application/xml",
}
"""Where the system's own table is silent or differs from one machine to the next."""


def media_type(address: str) -> str:
    """The media type of a file by its name, with the character set where it is a text."""
    suffix = "." + address.rpartition(".")[2].lower()
    return MEDIA_TYPES.get(suffix) or guess_type(address)[0] or "application/octet-stream"
