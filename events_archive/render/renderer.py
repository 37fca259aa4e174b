"""From a page of the plan to its bytes, by a template or by a function."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from events_archive import __version__
from events_archive.errors import ArchiveError
from events_archive.images.thumbnails import Thumbnails
from events_archive.model.event import Event, Image, host_of
from events_archive.model.event_date import EventDate
from events_archive.model.interval import MONTHS, format_day, format_duration
from events_archive.model.timestamps import format_utc
from events_archive.render.api_mirror import ApiMirror
from events_archive.render.assets import Assets, web_manifest
from events_archive.render.calendar_links import CalendarLinkBuilder
from events_archive.render.calendars import CalendarWriter
from events_archive.render.downloads import Downloads
from events_archive.render.feeds import Enclosures, JsonFeedWriter, entry_summary, rfc822, xml_bytes
from events_archive.render.jinja import TemplateEnvironment
from events_archive.render.json_ld import JsonLd
from events_archive.render.markdown import markdown_to_html, render_markdown_file
from events_archive.render.query_data import QueryDataWriter
from events_archive.site import categories, urls
from events_archive.site.on_this_day import format_day_of_year
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'"
)
"""Nothing from other sites and nothing inline; auditing tools need connect-src for robots.txt."""


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """Renders pages."""

    site: Site
    templates: Path
    """The folder of the templates."""
    assets: Assets
    thumbnails: Thumbnails

    def warm_up(self) -> None:
        """Load what nearly every page needs, before worker processes are forked."""
        self.environment.get_template("base.html")
        self.environment.get_template("pages/event.html")
        markdown_to_html("*")

    def content(self, page: Page) -> bytes:
        """Return the bytes of a page; raises ArchiveError where its template has a mistake."""
        return self._writers[page.writer](page)

    def _render(self, page: Page) -> bytes:
        context = {**page.context, "page": page, "root": self.root(page)}
        try:
            text = self.environment.render(page.template, context)
        except ArchiveError as error:
            raise ArchiveError(f"{page.path}: {error}") from error
        is_xml = page.template.endswith(".xml")
        return xml_bytes(text) if is_xml else text.encode("utf-8", "replace")

    def root(self, page: Page) -> str:
        """Return what leads from a page to the site's root: ``../``, ``""``, ...

        In feeds it is the base URL, if there is one. GitHub Pages answers with 404.html at any
        depth, so this page starts from the root of the host.
        """
        is_feed = page.template.startswith("feeds/") or page.writer is Writer.JSON_FEED
        if self.site.base_url and is_feed:
            return self.site.base_url
        if self.site.base_url and page.path == urls.NOT_FOUND:
            return urlsplit(self.site.base_url).path
        return urls.relative_root(page.path)

    def absolute(self, url: str) -> str:
        """Return a URL of the site with the base URL; without one, as it is."""
        if not self.site.base_url:
            return url
        return self.site.base_url + ("" if url == urls.HOME else url)

    def link(self, url: str, root: str) -> str:
        """Return an absolute link; without a base URL, one from a file with the given root."""
        return self.absolute(url) if self.site.base_url else root + url

    @cached_property
    def environment(self) -> TemplateEnvironment:
        """All templates, with `template_globals` and the filters of the archive."""
        return TemplateEnvironment(self.templates, globals=self.template_globals, filters=FILTERS)

    @cached_property
    def template_globals(self) -> dict[str, Any]:
        """What all templates can use by name."""
        links = CalendarLinkBuilder(site=self.site)
        json_ld = JsonLd(site=self.site, thumbnails=self.thumbnails, absolute=self.absolute)
        return {
            "MONTHS": MONTHS,
            "absolute": self.absolute,
            "add_to_calendar": links.event_links,
            "asset": self.assets.url,
            "category_of": categories.category_of,
            "downloads": lambda: self._downloads.files,
            "enclosure": self._enclosures.of,
            "entry_summary": entry_summary,
            "event_url": self.site.urls.event,
            "follow_calendar": links.subscription_links,
            "image_alt": image_alt,
            "json_ld": json_ld.block,
            "link": self.link,
            "markdown_file": lambda name: render_markdown_file(self.templates / name),
            "policy": Markup(CONTENT_SECURITY_POLICY),
            "site": self.site,
            "thumbnail": self.thumbnails.of,
            "type_description": categories.type_description,
            "type_explanation": categories.type_explanation,
            "type_url": self.site.urls.type,
            "urls": urls,
            "version": __version__,
        }

    @cached_property
    def _writers(self) -> dict[Writer, Callable[[Page], bytes]]:
        """The functions that write pages; `Writer.DERIVED` stands for the build itself."""
        calendars = CalendarWriter(base_url=self.site.base_url, thumbnails=self.thumbnails)
        json_feeds = JsonFeedWriter(
            site=self.site,
            link=self.link,
            content=self.environment.macro("feeds/content.html", "content"),
            enclosure=self._enclosures.of,
        )
        query_data = QueryDataWriter(site=self.site, thumbnails=self.thumbnails)
        return {
            Writer.TEMPLATE: self._render,
            Writer.CALENDAR: calendars.write,
            Writer.JSON_FEED: lambda page: json_feeds.write(page, self.root(page)),
            Writer.CNAME: lambda page: f"{self.site.settings.cname}\n".encode(),
            Writer.EMPTY: lambda page: b"",
            Writer.WEB_MANIFEST: lambda page: web_manifest(self.site, self.assets),
            **self._downloads.mirror.writers,
            **self._downloads.writers,
            **query_data.writers,
        }

    @cached_property
    def _downloads(self) -> Downloads:
        mirror = ApiMirror(site=self.site, thumbnails=self.thumbnails)
        return Downloads(site=self.site, mirror=mirror)

    @cached_property
    def _enclosures(self) -> Enclosures:
        return Enclosures(thumbnails=self.thumbnails, link=self.link)


def image_alt(image: Image, event: Event) -> str:
    """Return the alternative text of an event's image: its name, unless that was made up."""
    if image.name and not image.name.startswith("["):
        return image.name
    return f"Picture published with {event.name}"


def date_parts(date: EventDate) -> tuple[str, str, str]:
    """Return ("4", "July 2021", "00:11 UTC"): the day, the month with the year, and the time.

    Parts that are not known are empty: ("", "September 2026", "").
    """
    head, _, clock = date.display.partition(", ")
    day, _, rest = head.partition(" ")
    return (day, rest, clock) if day.isdigit() and rest else ("", head, clock)


def format_size(size: int) -> str:
    """Return a number of bytes as ``5.2 MB`` or ``310 kB``, in powers of 1,000."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1e3))} kB"


FILTERS: dict[str, Callable[..., Any]] = {
    "date_parts": date_parts,
    "format_day": format_day,
    "format_day_of_year": format_day_of_year,
    "format_duration": format_duration,
    "format_size": format_size,
    "host": host_of,
    "markdown": markdown_to_html,
    "rfc3339": format_utc,
    "rfc822": rfc822,
}
"""The filters that templates have beside Jinja's own."""
