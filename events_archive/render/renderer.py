"""From a page of the plan to its bytes: the templates, and what every one of them may call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from events_archive import __version__
from events_archive.errors import ArchiveError
from events_archive.images.thumbnails import Thumbnails
from events_archive.model.event import Event, Image, host_of
from events_archive.model.event_date import MONTHS, EventDate, format_day, format_month
from events_archive.model.interval import format_duration
from events_archive.model.timestamps import format_utc
from events_archive.render import feeds
from events_archive.render.assets import Assets
from events_archive.render.calendar_links import CalendarLinkBuilder
from events_archive.render.calendars import CalendarWriter
from events_archive.render.data_files import DataFiles, format_size
from events_archive.render.feeds import FeedWriter
from events_archive.render.json_ld import JsonLd
from events_archive.render.markdown import (
    escaped,
    markdown_to_html,
    normalize_newlines,
    render_markdown_file,
)
from events_archive.render.service_worker import web_manifest
from events_archive.render.templating.templates import Templates
from events_archive.render.templating.text import esc, marked
from events_archive.site import categories, on_this_day, urls
from events_archive.site.page import Page
from events_archive.site.site import Site

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'"
)
"""Nothing from elsewhere and nothing inline; connect-src lets auditing tools read robots.txt."""


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """Turns pages into bytes; what several pages share is rendered once."""

    site: Site
    templates: Path
    assets: Assets
    thumbnails: Thumbnails
    cache_dir: Path | None = None
    """A folder for what is worth keeping from one build to the next."""
    _cards: dict[tuple[int, str], Markup] = field(default_factory=dict, init=False)
    _event_links: dict[tuple[int, str], Markup] = field(default_factory=dict, init=False)

    def warm_up(self) -> None:
        """Have at hand what nearly every page needs, before two processes get it each."""
        self._templates.page("pages/event.html")
        markdown_to_html("*")

    def keep_templates(self) -> None:
        """Keep what was compiled of the templates for the next run."""
        self._templates.keep()

    @property
    def state_of_templates(self) -> bytes:
        """A digest of all templates."""
        return self._templates.digest

    def content(self, page: Page) -> bytes:
        """One page's bytes; raises ArchiveError where its template has a fault."""
        special = self._writers.get(page.template)
        if special:
            return special(page)
        context = {**page.context, "page": page, "root": self.root(page)}
        try:
            text = self._templates.render(page.template, context)
        except ArchiveError as error:
            raise ArchiveError(f"{page.path}: {error}") from error
        return text.encode("utf-8", "replace")

    def root(self, page: Page) -> str:
        """What leads from the page to the site's root.

        GitHub Pages answers with 404.html at any depth, so it alone starts from the host's root.
        """
        if page.path == urls.NOT_FOUND and self.site.base_url:
            return urlsplit(self.site.base_url).path
        return urls.relative_root(page.path)

    @cached_property
    def _writers(self) -> dict[str, Callable[[Page], bytes]]:
        """Pages that a template would only slow down."""
        return {
            "calendar": self._calendars.write,
            "feed.json": self._feeds.write,
            "feeds/atom.xml": self._feeds.write,
            "feeds/rss.xml": self._feeds.write,
            "cname": lambda page: f"{self.site.settings.cname}\n".encode(),
            "empty": lambda page: b"",
            "web-manifest": lambda page: web_manifest(self.site, self.assets),
            **self._data.writers,
        }

    @cached_property
    def _data(self) -> DataFiles:
        return DataFiles(site=self.site, thumbnails=self.thumbnails, cache_dir=self.cache_dir)

    @cached_property
    def _calendars(self) -> CalendarWriter:
        return CalendarWriter(base_url=self.site.base_url, thumbnails=self.thumbnails)

    @cached_property
    def _feeds(self) -> FeedWriter:
        return FeedWriter(
            site=self.site,
            templates=self._templates,
            link=self.link,
            thumbnails=self.thumbnails,
        )

    @cached_property
    def _templates(self) -> Templates:
        return Templates(self.templates, known=self.template_globals, filters=FILTERS)

    @cached_property
    def template_globals(self) -> dict[str, Any]:
        """What every template knows by name."""
        links = CalendarLinkBuilder(site=self.site)
        structured = JsonLd(site=self.site, thumbnails=self.thumbnails, absolute=self.absolute)
        return {
            "absolute": self.absolute,
            "add_to_calendar": links.add,
            "urls": urls,
            "asset": self.assets.url,
            "card": self._card,
            "downloads": lambda: self._data.downloads.files,
            "link": self.link,
            "event_url": self.site.urls.event,
            "event_link": self._event_link,
            "category_of": categories.category_of,
            "follow_calendar": links.follow,
            "format_month": format_month,
            "MONTHS": MONTHS,
            "markdown_file": self._markdown_file,
            "image_alt": image_alt,
            "policy": Markup(CONTENT_SECURITY_POLICY),
            "markdown": markdown_to_html,
            "range": range,
            "site": self.site,
            "json_ld": structured.block,
            "thumbnail": self.thumbnails.of,
            "type_url": self.site.urls.type,
            "type_gloss": categories.type_gloss,
            "type_description": categories.type_description,
            "version": __version__,
        }

    def absolute(self, address: str) -> str:
        """The address on the published site; without a base URL, as it stands."""
        home = "" if address == urls.HOME else address
        return f"{self.site.base_url}{home}" if self.site.base_url else address

    def _card(self, event: Event, root: str) -> Markup:
        """The event as it stands in lists; the same on every page of one depth."""
        key = (event.id, root)
        card = self._cards.get(key)
        if card is None:
            context = {"event": event, "root": root}
            card = self._cards[key] = marked(self._templates.render("partials/card.html", context))
        return card

    def _event_link(self, event: Event, root: str) -> Markup:
        """The event's name, which leads to its page."""
        key = (event.id, root)
        link = self._event_links.get(key)
        if link is None:
            address = esc(root + self.site.urls.event(event))
            link = marked(f'<a href="{address}" dir="auto">{esc(event.name)}</a>')
            self._event_links[key] = link
        return link

    def link(self, address: str, root: str) -> str:
        """What a feed links to: absolute where the site's place is known, else from its folder."""
        return self.absolute(address) if self.site.base_url else root + address

    def _markdown_file(self, name: str) -> Markup:
        return render_markdown_file(self.templates / name)


def date_parts(moment: EventDate) -> tuple[str, str, str]:
    """A date's words as ("4", "July 2021", "00:11 UTC"), for lists that set the day large.

    What has no day or no clock leaves that part empty: ("", "September 2026", "").
    """
    head, _, clock = moment.display.partition(", ")
    day, _, rest = head.partition(" ")
    return (day, rest, clock) if day.isdigit() and rest else ("", head, clock)


def image_alt(image: Image, event: Event) -> str:
    """What stands in for the event's picture: its name, where a person wrote one."""
    if image.name and not image.name.startswith("["):
        return image.name
    return f"Picture published with {event.name}"


FILTERS: dict[str, Callable[..., Any]] = {
    "format_size": format_size,
    "date_parts": date_parts,
    "format_day": format_day,
    "format_day_of_year": on_this_day.format_day_of_year,
    "escaped": escaped,
    "host": host_of,
    "format_duration": format_duration,
    "normalize_newlines": normalize_newlines,
    "markdown": markdown_to_html,
    "rfc3339": format_utc,
    "rfc822": feeds.rfc822,
}
"""The filters of our own."""
