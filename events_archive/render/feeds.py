"""Feeds in RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1, with the same entries in each.

RSS and Atom have templates, which use the functions of this module. JSON Feed has a writer instead,
since JSON is not made from text.
"""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from msgspec import Struct

from events_archive.model.event import Image
from events_archive.model.timestamps import format_utc
from events_archive.render.context import RenderContext
from events_archive.site.event_pages import meta_description
from events_archive.site.feed_entries import FeedEntry
from events_archive.site.feeds import Feed
from events_archive.site.formats import JSON_FEED
from events_archive.site.page import Page
from events_archive.store.canonical_json import compact_json

_XML_FORBIDS = bytes(code for code in range(0x20) if code not in b"\t\n\r")


def rfc822(date: datetime) -> str:
    """Return ``Sun, 04 Jul 2021 00:11:00 GMT``: RFC 822 with the year that RSS 2.0 prefers."""
    return format_datetime(date, usegmt=True)


def xml_bytes(text: str) -> bytes:
    """Return the text in UTF-8 without the characters that XML 1.0 forbids (its section 2.2)."""
    if "\ufffe" in text or "\uffff" in text:
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
    thumbnail = context.thumbnails.of(image)
    if image is None or thumbnail is None:
        return None
    width, height = next(
        size for size in thumbnail.sizes if thumbnail.file(size[0]) == thumbnail.src
    )
    file = context.thumbnails.folder / thumbnail.src.rpartition("/")[2]
    return Enclosure(
        url=context.link(thumbnail.src, root),
        length=context.cached(file, lambda: file.stat().st_size),
        width=width,
        height=height,
        image=image,
    )


def json_feed(
    context: RenderContext, page: Page, content: Callable[[FeedEntry, str], str]
) -> bytes:
    """Return a feed in JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

    ``content`` returns the HTML of an entry in a file with the given root.
    """
    feed, root = page.context["feed"], context.root(page)
    head = compact_json(_json_head(context, feed, root)).removesuffix("}")
    items = ",\n".join(
        compact_json(_json_item(context, entry, root, content(entry, root)))
        for entry in feed.entries
    )
    return f'{head},"items":[\n{items}\n]}}\n'.encode("utf-8", "ignore")


def _json_head(context: RenderContext, feed: Feed, root: str) -> dict[str, Any]:
    author, places = {"name": context.site.title}, {}
    if context.site.base_url:
        author["url"] = context.site.base_url
        places = {
            "home_page_url": context.link(feed.html_url, root),
            "feed_url": context.link(feed.path(JSON_FEED), root),
        }
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        **places,
        "description": feed.description,
        "authors": [author],
        "language": "en",
    }


def _json_item(context: RenderContext, entry: FeedEntry, root: str, html: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "date_published": format_utc(entry.published),
        "date_modified": format_utc(entry.updated),
        "id": entry.id,
        "url": context.link(entry.url, root),
        "title": entry.title,
        "summary": entry_summary(entry),
        "content_html": str(html),
    }
    if entry.event:
        item["tags"] = [entry.event.type.name]
    attached = enclosure(context, entry, root)
    if attached:
        credit = attached.image.credit
        item["image"] = attached.url
        item["attachments"] = [
            {
                "url": attached.url,
                "mime_type": "image/webp",
                **({"title": f"Picture: {credit}"} if credit else {}),
                "size_in_bytes": attached.length,
            }
        ]
    return item
