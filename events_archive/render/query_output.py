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
from events_archive.query.engine import Answer
from events_archive.query.parameters import API_EVENTS
from events_archive.query.parser import RefusedQuestion
from events_archive.render.assets import Assets
from events_archive.render.downloads import harmless
from events_archive.render.renderer import Renderer
from events_archive.site import urls
from events_archive.site.calendars import Calendar, calendar_item
from events_archive.site.export_columns import COLUMNS, row
from events_archive.site.feed_entries import TAG, event_entry
from events_archive.site.feeds import Feed
from events_archive.site.page import Page
from events_archive.site.site import Site

FORMATS = ("table", "json", "csv", "ics", "rss", "md")

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#|~&])")


@dataclass(frozen=True, kw_only=True)
class AnswerWriter:
    """Writes answers to questions that were put to ``site``."""

    site: Site
    templates: Path
    """The folder of the site's templates."""

    def write(self, answer: Answer, form: str) -> str:
        """The answer in one of `FORMATS`.

        In JSON it is what the API would send. The other forms hold everything that was found,
        unless the question asks for a part of it by ``limit`` or ``offset``.
        """
        if form == "json":
            return self.api_json(answer)
        writers: dict[str, Callable[[Answer, Sequence[Event]], str]] = {
            "table": self._table,
            "csv": self._csv,
            "ics": self._calendar,
            "rss": self._feed,
            "md": self._markdown,
        }
        entries = answer.page if answer.question.is_paged else answer.entries
        by_id = {event.id: event for event in self.site.catalogue.events}
        return writers[form](answer, [by_id[entry.id] for entry in entries])

    def api_json(self, answer: Answer) -> str:
        """The API's envelope with its own records and addresses, indented by one."""
        tellings = self.site.holdings.tellings
        mode = answer.question.mode
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

    def _table(self, answer: Answer, events: Sequence[Event]) -> str:
        cells = [
            (str(event.id), event.moment.words, event.type.name, event.name, event.location)
            for event in events
        ]
        cells.insert(0, ("id", "date", "type", "name", "place"))
        widths = [max(len(line[place]) for line in cells) for place in range(5)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in cells
        )
        return "".join(f"{line}\n" for line in lines)

    def _csv(self, answer: Answer, events: Sequence[Event]) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(column.name for column in COLUMNS)
        writer.writerows([harmless(value) for value in row(self.site, event)] for event in events)
        return text.getvalue()

    def _markdown(self, answer: Answer, events: Sequence[Event]) -> str:
        lines = ["| Date | Event | Type | Place |", "| --- | --- | --- | --- |"]
        for event in events:
            page = self.site.base_url + self.site.addresses.event(event)
            name = f"[{_plain(event.name)}]({page})"
            told = (
                _plain(event.moment.words),
                name,
                _plain(event.type.name),
                _plain(event.location),
            )
            lines.append(f"| {' | '.join(told)} |")
        return "\n".join(lines) + "\n"

    def _calendar(self, answer: Answer, events: Sequence[Event]) -> str:
        calendar = Calendar(
            name=f"{self.site.title}: {answer.question.query() or 'everything'}",
            description="The answer to a question.",
            address="answer.ics",
            home=self._home(answer),
            items=tuple(calendar_item(self.site, event) for event in events if event.moment.date),
        )
        page = Page(address=calendar.address, template="calendar", context={"calendar": calendar})
        return self._renderer.content(page).decode()

    def _feed(self, answer: Answer, events: Sequence[Event]) -> str:
        query = answer.question.query()
        feed = Feed(
            identity=f"{TAG}:events:answer:{query}",
            title=f"{self.site.title}: {query or 'everything'}",
            description="The answer to a question.",
            stem="answer",
            home=self._home(answer),
            entries=tuple(event_entry(self.site, event) for event in events),
        )
        page = Page(
            address="answer.rss", template="feeds/rss.xml", title=feed.title, context={"feed": feed}
        )
        return self._renderer.content(page).decode()

    def _home(self, answer: Answer) -> str:
        """The page with the same events."""
        return f"{urls.EXPLORE}?{answer.question.query()}"

    @property
    def _renderer(self) -> Renderer:
        return Renderer(
            site=self.site,
            templates=self.templates,
            assets=Assets(by_name={}),
            thumbnails=Thumbnails(folder=Path(), by_key={}),
        )


def _plain(text: str) -> str:
    """The text for Markdown, so that nothing in it is taken for markup."""
    return _MARKDOWN.sub(r"\\\1", text)


def refusal(refused: RefusedQuestion, form: str) -> str:
    """What the API would answer; "" where the answer was not to be JSON."""
    return json.dumps(refused.errors, ensure_ascii=False, indent=1) + "\n" if form == "json" else ""
