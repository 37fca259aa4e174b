"""Answers on the command line: the API's own JSON, a table, and the archive's own formats."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.event import Event
from events_archive.query.engine import QueryResult
from events_archive.query.parameters import API_EVENTS
from events_archive.query.parser import InvalidQueryError
from events_archive.render.assets import Assets
from events_archive.render.downloads import escape_formula
from events_archive.render.renderer import Renderer
from events_archive.site import urls
from events_archive.site.calendars import Calendar, calendar_entry, calendar_page
from events_archive.site.export_columns import COLUMNS, row
from events_archive.site.feed_entries import TAG, event_entry
from events_archive.site.feeds import Feed
from events_archive.site.formats import RSS
from events_archive.site.page import Page
from events_archive.site.site import Site

FORMATS = ("table", "json", "csv", "ics", "rss", "md")

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#|~&])")


@dataclass(frozen=True, kw_only=True)
class QueryResultWriter:
    """Writes answers to questions that were put to ``site``."""

    site: Site
    templates: Path
    """The folder of the site's templates."""

    def write(self, answer: QueryResult, form: str) -> str:
        """The answer in one of `FORMATS`.

        In JSON it is what the API would send. The other forms hold everything that was found,
        unless the question asks for a part of it by ``limit`` or ``offset``.
        """
        if form == "json":
            return self.api_json(answer)
        writers: dict[str, Callable[[QueryResult, Sequence[Event]], str]] = {
            "table": self._table,
            "csv": self._csv,
            "ics": self._calendar,
            "rss": self._feed,
            "md": self._markdown,
        }
        entries = answer.page if answer.query.is_paged else answer.rows
        by_id = {event.id: event for event in self.site.catalogue.events}
        return writers[form](answer, [by_id[entry.id] for entry in entries])

    def api_json(self, answer: QueryResult) -> str:
        """The API's envelope with its own records and addresses, indented by one."""
        tellings = self.site.query_index.api_records
        mode = answer.query.mode
        records = [
            tellings[entry.id].json(mode, tellings[entry.id].source_url) for entry in answer.page
        ]
        envelope = {
            "count": answer.count,
            "next": f"{API_EVENTS}?{answer.next}" if answer.next else None,
            "previous": f"{API_EVENTS}?{answer.previous}" if answer.previous else None,
            "results": [json.loads(record) for record in records],
        }
        return json.dumps(envelope, ensure_ascii=False, indent=1) + "\n"

    def _table(self, answer: QueryResult, events: Sequence[Event]) -> str:
        cells = [
            (str(event.id), event.date.display, event.type.name, event.name, event.location)
            for event in events
        ]
        cells.insert(0, ("id", "date", "type", "name", "place"))
        widths = [max(len(line[place]) for line in cells) for place in range(5)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in cells
        )
        return "".join(f"{line}\n" for line in lines)

    def _csv(self, answer: QueryResult, events: Sequence[Event]) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(column.name for column in COLUMNS)
        writer.writerows(
            [escape_formula(value) for value in row(self.site, event)] for event in events
        )
        return text.getvalue()

    def _markdown(self, answer: QueryResult, events: Sequence[Event]) -> str:
        lines = ["| Date | Event | Type | Place |", "| --- | --- | --- | --- |"]
        for event in events:
            page = self.site.base_url + self.site.urls.event(event)
            name = f"[{_escape_markdown(event.name)}]({page})"
            told = (
                _escape_markdown(event.date.display),
                name,
                _escape_markdown(event.type.name),
                _escape_markdown(event.location),
            )
            lines.append(f"| {' | '.join(told)} |")
        return "\n".join(lines) + "\n"

    def _calendar(self, answer: QueryResult, events: Sequence[Event]) -> str:
        calendar = Calendar(
            name=f"{self.site.title}: {answer.query.query_string() or 'everything'}",
            description="The answer to a question.",
            path="answer.ics",
            html_url=self._home(answer),
        )
        entries = tuple(calendar_entry(self.site, event) for event in events if event.date.utc)
        return self._renderer.content(calendar_page(calendar, entries)).decode()

    def _feed(self, answer: QueryResult, events: Sequence[Event]) -> str:
        query = answer.query.query_string()
        feed = Feed(
            id=f"{TAG}:events:answer:{query}",
            title=f"{self.site.title}: {query or 'everything'}",
            description="The answer to a question.",
            stem="answer",
            html_url=self._home(answer),
            entries=tuple(event_entry(self.site, event) for event in events),
        )
        page = Page(
            path="answer.rss", template=RSS.template, title=feed.title, context={"feed": feed}
        )
        return self._renderer.content(page).decode()

    def _home(self, answer: QueryResult) -> str:
        """The page with the same events."""
        return f"{urls.QUERY_PAGE}?{answer.query.query_string()}"

    @property
    def _renderer(self) -> Renderer:
        return Renderer(
            site=self.site,
            templates=self.templates,
            assets=Assets(by_name={}),
            thumbnails=Thumbnails(folder=Path(), by_key={}),
        )


def _escape_markdown(text: str) -> str:
    """The text for Markdown, so that nothing in it is taken for markup."""
    return _MARKDOWN.sub(r"\\\1", text)


def error_response(refused: InvalidQueryError, form: str) -> str:
    """What the API would answer; "" where the answer was not to be JSON."""
    return json.dumps(refused.errors, ensure_ascii=False, indent=1) + "\n" if form == "json" else ""
