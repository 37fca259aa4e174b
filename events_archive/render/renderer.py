"""From a page of the plan to its bytes, by a template or by a function."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from events_archive import __version__
from events_archive.errors import ArchiveError
from events_archive.model.archived_copies import archived_copy_url, day_of_event
from events_archive.model.event import Event, Image, host_of
from events_archive.model.event_date import EventDate
from events_archive.model.interval import MONTHS, format_day, format_day_of_year, format_duration
from events_archive.model.places import place_of
from events_archive.model.timestamps import format_utc
from events_archive.pages.data_quality import dead_links, quality_issues
from events_archive.pages.superlatives import superlatives
from events_archive.render.api_mirror import (
    api_event,
    api_event_list,
    api_root,
    api_type,
    api_type_list,
    sample_record,
)
from events_archive.render.calendar_links import event_links, subscription_links
from events_archive.render.calendars import calendar_file
from events_archive.render.citations import citations
from events_archive.render.context import RenderContext
from events_archive.render.dataset import croissant, data_package
from events_archive.render.downloads import checksums, download, downloads
from events_archive.render.event_markdown import event_markdown
from events_archive.render.feeds import enclosure, entry_summary, feed_bytes, rfc822
from events_archive.render.jinja import TemplateEnvironment
from events_archive.render.json_ld import json_ld_block
from events_archive.render.link_labels import with_labels
from events_archive.render.markdown import markdown_to_html, render_markdown_file
from events_archive.render.next_events import next_events
from events_archive.render.query_data import (
    query_events,
    query_records,
    query_table,
    query_words,
)
from events_archive.render.search_data import search_data
from events_archive.site import categories, urls
from events_archive.site.page import Page, Writer
from events_archive.source.links import host_note
from events_archive.store.canonical_json import compact_json

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self' file:"
)
"""Nothing from other sites and nothing inline; auditing tools need connect-src for robots.txt.

In a page opened from disk, Firefox submits a form only where ``file:`` is named.
"""


class Renderer(Struct, frozen=True, kw_only=True, dict=True):
    """Renders pages."""

    context: RenderContext
    templates: Path
    """The folder of the templates."""

    def content(self, page: Page) -> bytes:
        """Return the bytes of a page; raises ArchiveError where its template has a mistake."""
        if page.writer is Writer.TEMPLATE:
            return self._render(page)
        return WRITERS[page.writer](self.context, page)

    def _render(self, page: Page) -> bytes:
        variables = {**page.context, "page": page, "root": self.context.root(page)}
        try:
            text = self.environment.render(page.template, variables)
        except ArchiveError as error:
            raise type(error)(f"{page.path}: {error}") from error
        is_feed = page.template.startswith("feeds/")
        return feed_bytes(text) if is_feed else text.encode("utf-8", "replace")

    @cached_property
    def environment(self) -> TemplateEnvironment:
        """All templates, with `template_globals` and the filters of the archive."""
        return TemplateEnvironment(self.templates, globals=self.template_globals, filters=FILTERS)

    @cached_property
    def template_globals(self) -> dict[str, Any]:
        """What all templates can use by name."""
        context, site = self.context, self.context.site
        return {
            "MONTHS": MONTHS,
            "absolute": context.absolute,
            "add_to_calendar": partial(event_links, site),
            "archived_copy_url": archived_copy_url,
            "asset": context.assets.url,
            "category_of": categories.category_of,
            "citations": partial(citations, site),
            "dead_links": partial(dead_links, site),
            "downloads": partial(downloads, context),
            "enclosure": partial(enclosure, context),
            "entry_summary": entry_summary,
            "event_day": day_of_event,
            "event_url": site.urls.event,
            "follow_calendar": partial(subscription_links, site),
            "image_alt": image_alt,
            "json_ld": partial(json_ld_block, context),
            "markdown_file": lambda name: render_markdown_file(self.templates / name),
            "quality_issues": partial(quality_issues, site.catalogue),
            "sample_record": partial(sample_record, context),
            "place_of": place_of,
            "policy": Markup(CONTENT_SECURITY_POLICY),
            "site": site,
            "superlatives": partial(superlatives, site),
            "thumbnail": context.thumbnails.of,
            "type_description": categories.type_description,
            "type_explanation": categories.type_explanation,
            "type_url": site.urls.type,
            "urls": urls,
            "version": __version__,
        }


_MADE_UP_NAME = re.compile(r"\[AUTO\] (.+) - image")


def image_alt(image: Image, event: Event) -> str:
    """Return the alternative text of an event's image: LL2's name of the image or of its subject.

    A name that LL2 made from that of the event itself says nothing about the image.
    """
    made_up = _MADE_UP_NAME.fullmatch(image.name)
    subject = made_up[1] if made_up else image.caption
    is_known = subject and subject.casefold() != event.name.casefold()
    return subject if is_known else f"Picture for {event.name} (no description)"


_DESIGNATOR = re.compile(r"\w{1,9}-\d{1,4}")


@lru_cache(maxsize=1 << 16)
def unbroken(name: str) -> Markup:
    """Return a name as HTML in which "CRS-39" does not break at its hyphen."""
    return Markup(_DESIGNATOR.sub(r'<span class="designator">\g<0></span>', str(escape(name))))


def date_parts(date: EventDate) -> tuple[str, str, str]:
    """Return ("4", "July 2021", "00:11 UTC"): the day, the month with the year, and the time.

    Parts that are not known are empty: ("", "September 2026", "").
    """
    head, _, clock = date.display.partition(", ")
    day, _, rest = head.partition(" ")
    return (day, rest, clock) if day.isdigit() and rest else ("", head, clock)


def row_date(date: EventDate, given: str) -> tuple[str, str, str]:
    """Return `date_parts` without what is ``given``: "year", "month" (with the year) or "day".

    A month is shortened: ("4", "Jul", "00:11 UTC"). If the day is not known, all is shown, but
    for the month that is given.
    """
    day, rest, clock = date_parts(date)
    if not day:
        return ("", "day unknown" if given == date.precision == "month" else rest, clock)
    month, year = rest.split()
    shown = {"": f"{month[:3]} {year}", "year": month[:3]}
    return (day if given != "day" else "", shown.get(given, ""), clock.removeprefix("in the "))


def format_size(size: int) -> str:
    """Return a number of bytes as ``5.2 MB`` or ``310 kB``, in powers of 1,000."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1e3))} kB"


def json_filter(value: object) -> str:
    """Return ``value`` as JSON without white space."""
    return compact_json(str(value) if isinstance(value, str) else value)


FILTERS: dict[str, Callable[..., Any]] = {
    "date_parts": date_parts,
    "format_day": format_day,
    "format_day_of_year": format_day_of_year,
    "format_duration": format_duration,
    "format_size": format_size,
    "host": host_of,
    "host_note": host_note,
    "json": json_filter,
    "markdown": markdown_to_html,
    "row_date": row_date,
    # An entry is in a dozen feeds, in up to three formats.
    "rfc3339": lru_cache(maxsize=32768)(format_utc),
    "rfc822": rfc822,
    "unbroken": unbroken,
    "with_labels": with_labels,
}
"""The filters that templates have beside Jinja's own."""

WRITERS: Mapping[Writer, Callable[[RenderContext, Page], bytes]] = {
    Writer.CALENDAR: calendar_file,
    Writer.EVENT_MARKDOWN: event_markdown,
    Writer.NEXT_EVENTS: next_events,
    Writer.API_ROOT: api_root,
    Writer.API_EVENT_LIST: api_event_list,
    Writer.API_EVENT: api_event,
    Writer.API_TYPE_LIST: api_type_list,
    Writer.API_TYPE: api_type,
    Writer.QUERY_TABLE: query_table,
    Writer.QUERY_EVENTS: query_events,
    Writer.QUERY_WORDS: query_words,
    Writer.QUERY_RECORDS: query_records,
    Writer.SEARCH_DATA: search_data,
    Writer.DOWNLOAD: download,
    Writer.CHECKSUMS: checksums,
    Writer.DATA_PACKAGE: data_package,
    Writer.CROISSANT: croissant,
    Writer.CNAME: lambda context, page: f"{context.site.settings.cname}\n".encode(),
    Writer.EMPTY: lambda context, page: b"",
}
"""What writes a page without a template."""
