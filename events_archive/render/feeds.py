"""Feeds in RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1, with the same entries in each.

RSS and Atom have templates, which use the functions of this module. JSON Feed has a writer instead,
since JSON is not made from text.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from events_archive.images.thumbnails import Thumbnail, Thumbnails
from events_archive.model.event import Image
from events_archive.model.timestamps import format_utc
from events_archive.site.event_pages import meta_description
from events_archive.site.feed_entries import FeedEntry
from events_archive.site.feeds import Feed
from events_archive.site.formats import JSON_FEED
from events_archive.site.page import Page
from events_archive.site.site import Site
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """The image of an entry."""

    url: str
    length: int
    """The size of its file in bytes."""
    width: int
    height: int
    image: Image


@dataclass(frozen=True, kw_only=True)
class Enclosures:
    """The images of entries, as feeds announce them."""

    thumbnails: Thumbnails
    link: Callable[[str, str], str]
    """Return the link to a URL of the site from a file with the given root."""
    _cache: dict[tuple[str, str], Enclosure] = field(default_factory=dict, init=False)
    """By the key of the image and the root."""

    def of(self, entry: FeedEntry, root: str) -> Enclosure | None:
        """Return the image of an entry's event; None for a change or without a thumbnail."""
        image = entry.event.image if entry.event and not entry.is_change else None
        thumbnail = self.thumbnails.of(image)
        if image is None or thumbnail is None:
            return None
        key = (image.key, root)
        if key not in self._cache:
            self._cache[key] = self._enclosure(image, thumbnail, root)
        return self._cache[key]

    def _enclosure(self, image: Image, thumbnail: Thumbnail, root: str) -> Enclosure:
        width, height = next(
            size for size in thumbnail.sizes if thumbnail.file(size[0]) == thumbnail.src
        )
        file = self.thumbnails.folder / thumbnail.src.rpartition("/")[2]
        return Enclosure(
            url=self.link(thumbnail.src, root),
            length=file.stat().st_size,
            width=width,
            height=height,
            image=image,
        )


@dataclass(frozen=True, kw_only=True)
class JsonFeedWriter:
    """Writes feeds in JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

    site: Site
    link: Callable[[str, str], str]
    """Return the link to a URL of the site from a file with the given root."""
    content: Callable[[FeedEntry, str], str]
    """Return the HTML of an entry in a file with the given root."""
    enclosure: Callable[[FeedEntry, str], Enclosure | None]

    def write(self, page: Page, root: str) -> bytes:
        """Return the file of a feed; ``root`` leads from it to the site's root."""
        feed = page.context["feed"]
        assert isinstance(feed, Feed)
        head = compact_json(self._head(feed, root)).removesuffix("}")
        items = ",\n".join(compact_json(self._item(entry, root)) for entry in feed.entries)
        return f'{head},"items":[\n{items}\n]}}\n'.encode("utf-8", "ignore")

    def _head(self, feed: Feed, root: str) -> dict[str, Any]:
        author, places = {"name": self.site.title}, {}
        if self.site.base_url:
            author["url"] = self.site.base_url
            places = {
                "home_page_url": self.link(feed.html_url, root),
                "feed_url": self.link(feed.path(JSON_FEED), root),
            }
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            **places,
            "description": feed.description,
            "authors": [author],
            "language": "en",
        }

    def _item(self, entry: FeedEntry, root: str) -> dict[str, Any]:
        item: dict[str, Any] = {
            "date_published": format_utc(entry.published),
            "date_modified": format_utc(entry.updated),
            "id": entry.id,
            "url": self.link(entry.url, root),
            "title": entry.title,
            "summary": entry_summary(entry),
            "content_html": self.content(entry, root),
        }
        if entry.event:
            item["tags"] = [entry.event.type.name]
        enclosure = self.enclosure(entry, root)
        if enclosure:
            credit = enclosure.image.credit
            item["image"] = enclosure.url
            item["attachments"] = [
                {
                    "url": enclosure.url,
                    "mime_type": "image/webp",
                    **({"title": f"Picture: {credit}"} if credit else {}),
                    "size_in_bytes": enclosure.length,
                }
            ]
        return item
