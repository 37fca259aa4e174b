"""Writes the results of queries on the command line, in the API's JSON and in other formats."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.event import Event
from events_archive.model.timestamps import FIRST_DATE
from events_archive.query.engine import QueryResult
from events_archive.query.parameters import API_EVENTS
from events_archive.render.assets import Assets
from events_archive.render.context import RenderContext
from events_archive.render.downloads import csv_text, indented_json
from events_archive.render.renderer import Renderer
from events_archive.site import urls
from events_archive.site.calendars import Calendar, calendar_entry, calendar_page
from events_archive.site.export_columns import COLUMNS, rows_of
from events_archive.site.feed_entries import TAG, event_entry
from events_archive.site.feeds import Feed
from events_archive.site.formats import RSS
from events_archive.site.page import Page
from events_archive.site.site import Site

FORMATS = ("table", "json", "csv", "ics", "rss", "md")

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#|~&])")


def query_output(site: Site, templates: Path, result: QueryResult, format: str) -> str:
    """Return the result in one of `FORMATS`.

    JSON is what the API returns: one page. The other formats have the events of all pages,
    unless the query has a limit or an offset.
    """
    if format == "json":
        return _api_json(site, result)
    by_id = {event.id: event for event in site.catalogue.events}
    rows = result.page if result.query.is_paged else result.rows
    events = [by_id[row.id] for row in rows]
    if format == "table":
        return _table(events)
    if format == "csv":
        return csv_text(COLUMNS, rows_of(COLUMNS, site, events))
    if format == "md":
        return _markdown_table(site, events)
    page = (_calendar if format == "ics" else _feed)(site, result, events)
    renderer = Renderer(
        context=RenderContext(
            site=site, assets=Assets(by_name={}), thumbnails=Thumbnails(folder=Path(), by_key={})
        ),
        templates=templates,
    )
    return renderer.content(page).decode()


def _api_json(site: Site, result: QueryResult) -> str:
    records = [site.query_index.api_records[row.id] for row in result.page]
    return indented_json(
        {
            "count": result.count,
            "next": f"{API_EVENTS}?{result.next}" if result.next else None,
            "previous": f"{API_EVENTS}?{result.previous}" if result.previous else None,
            "results": [
                json.loads(record.json(result.query.mode, record.source_url)) for record in records
            ],
        }
    )


def _markdown_table(site: Site, events: Iterable[Event]) -> str:
    lines = ["| Date | Event | Type | Place |", "| --- | --- | --- | --- |"]
    for event in events:
        texts = (event.date.display, event.name, event.type.name, event.location)
        date, name, type, place = (_MARKDOWN.sub(r"\\\1", text) for text in texts)
        url = site.base_url + urls.permalink(event.id)
        lines.append(f"| {date} | [{name}]({url}) | {type} | {place} |")
    return "\n".join(lines) + "\n"


def _calendar(site: Site, result: QueryResult, events: Sequence[Event]) -> Page:
    calendar = Calendar(
        name=f"{site.title}: {result.query.query_string() or 'everything'}",
        description="The answer to a question.",
        path="",
        html_url=_html_url(result),
    )
    entries = tuple(calendar_entry(site, event) for event in events if event.date.utc)
    return calendar_page(calendar, entries)


def _feed(site: Site, result: QueryResult, events: Sequence[Event]) -> Page:
    query = result.query.query_string()
    entries = tuple(event_entry(site, event) for event in events)
    feed = Feed(
        id=f"{TAG}:events:answer:{query}",
        title=f"{site.title}: {query or 'everything'}",
        description="The answer to a question.",
        stem="",
        html_url=_html_url(result),
        entries=entries,
        updated=max((entry.updated for entry in entries), default=FIRST_DATE),
    )
    return Page(path="answer.rss", template=RSS.template, title=feed.title, context={"feed": feed})


def _table(events: Iterable[Event]) -> str:
    """Return the events in columns that are padded with spaces."""
    lines = [("id", "date", "type", "name", "place")]
    lines += [
        (str(event.id), event.date.display, event.type.name, event.name, event.location)
        for event in events
    ]
    return padded_columns(lines)


def padded_columns(lines: Sequence[tuple[str, ...]]) -> str:
    """Return lines of columns that are padded with spaces."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


def _html_url(result: QueryResult) -> str:
    """Return the URL of the query page with the same events."""
    return f"{urls.QUERY_PAGE}?{result.query.query_string()}"
