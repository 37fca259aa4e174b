"""What a feed says: RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1, the same entries in each.

Of each entry all but its dates is rendered once for all feeds that hold it; the dates differ
between a feed of news and one of what happened when.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property, lru_cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from events_archive.model.event import Image
from events_archive.publish.thumbnails import Thumbnails
from events_archive.site import addresses
from events_archive.site.entries import Entry
from events_archive.site.event_pages import summary
from events_archive.site.feeds import Feed
from events_archive.site.page import Page
from events_archive.site.site import Site

_XML_FORBIDS = bytes(code for code in range(0x20) if code not in b"\t\n\r")


@lru_cache(maxsize=8192)
def rfc822(moment: datetime) -> str:
    """``Sun, 04 Jul 2021 00:11:00 GMT``: RFC 822 with the four-digit year that RSS 2.0 prefers."""
    return format_datetime(moment, usegmt=True)


@lru_cache(maxsize=8192)
def rfc3339(moment: datetime) -> str:
    """``2021-07-04T00:11:00Z``, as Atom wants it (RFC 4287 section 3.3)."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


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
    octets: int
    width: int
    height: int
    image: Image


@dataclass(frozen=True, kw_only=True)
class FeedWriter:
    """Makes the files of feeds."""

    site: Site
    environment: Environment
    link: Callable[[str, str], str]
    """The address and what leads to the root, as one link: absolute where that is possible."""
    thumbnails: Thumbnails

    def xml(self, page: Page) -> bytes:
        """The file of one feed in RSS or Atom."""
        root = addresses.root(page.address)
        template = self.environment.get_template(page.template)
        suffix = page.address.rpartition(".")[2]

        def body(entry: Entry) -> Markup:
            return self._body(entry, suffix, root)

        return xml_bytes(template.render(page.context, page=page, root=root, body=body))

    def json(self, page: Page) -> bytes:
        """The file of one feed as JSON Feed."""
        feed, root = page.context["feed"], addresses.root(page.address)
        assert isinstance(feed, Feed)
        head = _json(self._json_head(feed, root))
        items = ",\n".join(
            f'{{"date_published":"{rfc3339(entry.published)}",'
            f'"date_modified":"{rfc3339(entry.updated)}",{self._body(entry, "json", root)[1:]}'
            for entry in feed.entries
        )
        text = f'{head[:-1]},"items":[\n{items}\n]}}\n'
        return text.encode("utf-8", "ignore")

    def _json_head(self, feed: Feed, root: str) -> dict[str, Any]:
        places = {
            "home_page_url": self.link(feed.home, root),
            "feed_url": self.link(feed.stem + feed.json_suffix, root),
        }
        author = {"name": self.site.title}
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            **(places if self.site.base_url else {}),
            "description": feed.description,
            "authors": [author | ({"url": self.site.base_url} if self.site.base_url else {})],
            "language": "en",
        }

    @cached_property
    def _bodies(self) -> dict[tuple[str, str, str], Markup]:
        return {}

    def _body(self, entry: Entry, format: str, root: str) -> Markup:
        """The entry without its dates; the same in every feed of one depth."""
        key = (entry.identity, format, root)
        if key not in self._bodies:
            make = self._json_body if format == "json" else self._xml_body
            self._bodies[key] = Markup(make(entry, format, root))
        return self._bodies[key]

    def _xml_body(self, entry: Entry, format: str, root: str) -> str:
        return self.environment.get_template(f"feeds/entry.{format}.xml").render(
            entry=entry,
            root=root,
            picture=self._enclosure(entry, root),
            summary=_summary(entry),
            content=self._content(entry, root),
        )

    def _json_body(self, entry: Entry, format: str, root: str) -> str:
        item: dict[str, Any] = {
            "id": entry.identity,
            "url": self.link(entry.address, root),
            "title": entry.title,
            "summary": _summary(entry),
            "content_html": self._content(entry, root),
        }
        if entry.event:
            item["tags"] = [entry.event.type.name]
        if picture := self._enclosure(entry, root):
            item["image"] = picture.url
            attachment: dict[str, Any] = {
                "url": picture.url,
                "mime_type": "image/webp",
                "size_in_bytes": picture.octets,
            }
            if picture.image.credit:
                attachment["title"] = f"Picture: {picture.image.credit}"
            item["attachments"] = [attachment]
        return _json(item)

    @cached_property
    def _contents(self) -> dict[tuple[str, str], str]:
        return {}

    def _content(self, entry: Entry, root: str) -> str:
        """The entry's HTML."""
        key = (entry.identity, root)
        if key not in self._contents:
            name = "feeds/change.html" if entry.is_change else "feeds/content.html"
            self._contents[key] = self.environment.get_template(name).render(
                entry=entry, event=entry.event, root=root, picture=self._enclosure(entry, root)
            )
        return self._contents[key]

    @cached_property
    def _enclosures(self) -> dict[tuple[str, str], Enclosure | None]:
        return {}

    def _enclosure(self, entry: Entry, root: str) -> Enclosure | None:
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
            octets=file.stat().st_size,
            width=size[0],
            height=size[1],
            image=image,
        )


def _summary(entry: Entry) -> str:
    """The entry in a sentence or two of plain text."""
    return summary(entry.event) if entry.event and not entry.is_change else entry.title


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
