"""What a feed says: RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1, the same entries in each.

Of each entry all but its dates is made once for all feeds that hold it, as the bytes that stand in
them; the dates differ between a feed of news and one of what happened when.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from typing import Any

from markupsafe import Markup

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.event import Image
from events_archive.model.timestamps import format_utc
from events_archive.render.templating.templates import Templates
from events_archive.render.templating.text import esc
from events_archive.site import urls
from events_archive.site.event_pages import meta_description
from events_archive.site.feed_entries import FeedEntry
from events_archive.site.feeds import Feed
from events_archive.site.page import Page
from events_archive.site.site import Site

JSON_TEMPLATE = "feed.json"
"""No template but a way of writing: JSON is not made from text."""

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_XML_FORBIDS = bytes(code for code in range(0x20) if code not in b"\t\n\r")


def rfc822(moment: datetime) -> str:
    """``Sun, 04 Jul 2021 00:11:00 GMT``: RFC 822 with the four-digit year that RSS 2.0 prefers."""
    return format_datetime(moment, usegmt=True)


_ENTRY_FORMATS: dict[str, tuple[str, str, Callable[[datetime], str]]] = {
    "feeds/rss.xml": (
        "<item>\n<pubDate>{}</pubDate>\n<atom:updated>{}</atom:updated>\n",
        "</item>\n",
        rfc822,
    ),
    "feeds/atom.xml": (
        "<entry>\n<published>{}</published>\n<updated>{}</updated>\n",
        "</entry>\n",
        format_utc,
    ),
}
"""How an entry begins, with its two dates, and ends; and the form of its date of publication."""

_ENTRIES = Markup("<entries/>")
"""Where in a feed its entries will stand: what the source tells is escaped, and never like this."""


def xml_bytes(text: str) -> bytes:
    """The text in UTF-8 without what no XML 1.0 document may hold (its section 2.2).

    On bytes, since that is a hundred times faster than to look at each character.
    """
    octets = text.encode("utf-8", "ignore").translate(None, _XML_FORBIDS)
    return octets.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """An entry's picture, as feeds announce it."""

    url: str
    length: int
    width: int
    height: int
    image: Image


@dataclass(frozen=True, kw_only=True)
class FeedWriter:
    """Makes the files of feeds."""

    site: Site
    templates: Templates
    link: Callable[[str, str], str]
    """The address and what leads to the root, as one link: absolute where that is possible."""
    thumbnails: Thumbnails

    def write(self, page: Page) -> bytes:
        """The file of one feed in one format."""
        feed, root = page.context["feed"], urls.relative_root(page.path)
        assert isinstance(feed, Feed)
        if page.template == JSON_TEMPLATE:
            return self._json(feed, root)
        context = {"feed": feed, "root": root, "entries": _ENTRIES}
        text = xml_bytes(self.templates.render(page.template, context))
        head, _, tail = text.partition(_ENTRIES.encode())
        return b"".join([head, *self._entries(feed, page.template, root), tail])

    def _entries(self, feed: Feed, template: str, root: str) -> Iterator[bytes]:
        opening, _, date = _ENTRY_FORMATS[template]
        for entry in feed.entries:
            yield opening.format(date(entry.published), format_utc(entry.updated)).encode()
            yield self._xml(entry, template, root)

    def _json(self, feed: Feed, root: str) -> bytes:
        items = ",\n".join(
            f'{{"date_published":"{format_utc(entry.published)}",'
            f'"date_modified":"{format_utc(entry.updated)}",{self._item(entry, root)}'
            for entry in feed.entries
        )
        head = _json_text(self._json_head(feed, root)).removesuffix("}")
        return f'{head},"items":[\n{items}\n]}}\n'.encode("utf-8", "ignore")

    def _json_head(self, feed: Feed, root: str) -> dict[str, Any]:
        author, places = {"name": self.site.title}, {}
        if self.site.base_url:
            author["url"] = self.site.base_url
            places = {
                "home_page_url": self.link(feed.html_url, root),
                "feed_url": self.link(feed.stem + feed.json_suffix, root),
            }
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            **places,
            "description": feed.description,
            "authors": [author],
            "language": "en",
        }

    @cached_property
    def _xml_cache(self) -> dict[tuple[str, str], dict[str, bytes]]:
        return {}

    def _xml(self, entry: FeedEntry, template: str, root: str) -> bytes:
        """The entry after its dates; the same in every feed, where links are absolute."""
        root = "" if self.site.base_url else root
        key = (entry.id, root)
        if key not in self._xml_cache:
            # In both formats at once, since they say the same: it is put together and escaped once.
            content = Markup(esc(self._content(entry, root)))
            told = (entry, root, _summary(entry), content, self._enclosure(entry, root))
            self._xml_cache[key] = {
                template: xml_bytes(self._macros[template](*told) + closing)
                for template, (_, closing, _) in _ENTRY_FORMATS.items()
            }
        return self._xml_cache[key][template]

    @cached_property
    def _json_cache(self) -> dict[tuple[str, str], str]:
        return {}

    def _item(self, entry: FeedEntry, root: str) -> str:
        """The same as an item of JSON Feed."""
        root = "" if self.site.base_url else root
        key = (entry.id, root)
        if key not in self._json_cache:
            content, picture = self._content(entry, root), self._enclosure(entry, root)
            self._json_cache[key] = _json_item(entry, self.link(entry.url, root), content, picture)
        return self._json_cache[key]

    @cached_property
    def _macros(self) -> dict[str, Any]:
        macro = self.templates.macro
        return {
            "feeds/rss.xml": macro("feeds/entry.xml", "rss"),
            "feeds/atom.xml": macro("feeds/entry.xml", "atom"),
            "event": macro("feeds/content.html", "event"),
            "change": macro("feeds/content.html", "change"),
            "day": macro("feeds/content.html", "day"),
        }

    def _content(self, entry: FeedEntry, root: str) -> str:
        """The entry's HTML, as plain text that has to be escaped."""
        if entry.event and not entry.is_change:
            html = self._macros["event"](entry.event, self._enclosure(entry, root))
        elif entry.anniversary_events:
            html = self._macros["day"](entry, self.site.urls.event, root)
        else:
            html = self._macros["change"](entry, root)
        return str(html)

    @cached_property
    def _enclosures(self) -> dict[tuple[str, str], Enclosure | None]:
        return {}

    def _enclosure(self, entry: FeedEntry, root: str) -> Enclosure | None:
        image = entry.event.image if entry.event and not entry.is_change else None
        if image is None:
            return None
        key = (image.key, root)
        if key not in self._enclosures:
            self._enclosures[key] = self._measured(image, root)
        return self._enclosures[key]

    def _measured(self, image: Image, root: str) -> Enclosure | None:
        copies = self.thumbnails.of(image)
        if copies is None:
            return None
        size = next(size for size in copies.sizes if copies.file(size[0]) == copies.src)
        file = self.thumbnails.folder / copies.src.rpartition("/")[2]
        return Enclosure(
            url=self.link(copies.src, root),
            length=file.stat().st_size,
            width=size[0],
            height=size[1],
            image=image,
        )


def _json_item(entry: FeedEntry, address: str, content: str, picture: Enclosure | None) -> str:
    """An item of JSON Feed without its opening brace and its dates."""
    item: dict[str, Any] = {
        "id": entry.id,
        "url": address,
        "title": entry.title,
        "summary": _summary(entry),
        "content_html": content,
    }
    if entry.event:
        item["tags"] = [entry.event.type.name]
    if picture:
        credit = picture.image.credit
        item["image"] = picture.url
        item["attachments"] = [
            {
                "url": picture.url,
                "mime_type": "image/webp",
                **({"title": f"Picture: {credit}"} if credit else {}),
                "size_in_bytes": picture.length,
            }
        ]
    return _json_text(item).removeprefix("{")


def _summary(entry: FeedEntry) -> str:
    """The entry in a sentence or two of plain text."""
    return meta_description(entry.event) if entry.event and not entry.is_change else entry.title


def _json_text(value: dict[str, Any]) -> str:
    return _to_json(value)
