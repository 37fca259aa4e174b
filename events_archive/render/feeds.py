"""What the templates of feeds use: RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1."""

from datetime import datetime
from email.utils import format_datetime
from functools import partial

from msgspec import Struct

from events_archive.model.event import Image
from events_archive.pages.event_pages import meta_description
from events_archive.render.context import RenderContext
from events_archive.site.feed_entries import FeedEntry

_XML_FORBIDS = bytes(code for code in range(0x20) if code not in b"\t\n\r")


def rfc822(date: datetime) -> str:
    """Return ``Sun, 04 Jul 2021 00:11:00 GMT``: RFC 822 with the year that RSS 2.0 prefers."""
    return format_datetime(date, usegmt=True)


def feed_bytes(text: str) -> bytes:
    """Return the text in UTF-8 without the characters that XML 1.0 forbids (its section 2.2)."""
    text = text.replace("\ufffe", "").replace("\uffff", "")
    return text.encode("utf-8", "ignore").translate(None, _XML_FORBIDS)


def entry_summary(entry: FeedEntry) -> str:
    """Return the entry in a sentence or two of plain text."""
    return meta_description(entry.event) if entry.event and not entry.is_change else entry.title


class Enclosure(Struct, frozen=True, kw_only=True):
    """The image of an entry."""

    url: str
    length: int
    """The size of its file in bytes."""
    width: int
    height: int
    image: Image


def enclosure(context: RenderContext, entry: FeedEntry, root: str) -> Enclosure | None:
    """Return the image of an entry's event; None for a change or without a thumbnail."""
    image = entry.event.image if entry.event and not entry.is_change else None
    if image is None:
        return None
    # An entry is in a dozen feeds: 1.5 % of a build.
    make = partial(_enclosure, context, image, root)
    found: Enclosure | None = context.cached((enclosure, image, root), make)
    return found


def _enclosure(context: RenderContext, image: Image, root: str) -> Enclosure | None:
    thumbnail = context.thumbnails.of(image)
    if thumbnail is None:
        return None
    width, height = thumbnail.default_size
    file = context.thumbnails.folder / thumbnail.src.rpartition("/")[2]
    return Enclosure(
        url=context.absolute(thumbnail.src, root),
        length=file.stat().st_size,
        width=width,
        height=height,
        image=image,
    )
