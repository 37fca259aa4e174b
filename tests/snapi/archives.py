"""Articles in a folder, and the news server that they are refreshed from."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from events_archive.console import Console
from events_archive.settings import Settings
from events_archive.snapi.refresh import ArticlesResult, refresh_articles
from tests.news_server import NewsServer
from tests.news_server.database import NOW


class NewsArchive:
    """An archive with its cache in ``folder``."""

    def __init__(self, folder: Path, server: NewsServer, **settings: Any) -> None:
        self.settings = Settings(
            cache=folder, news_api_url=server.url, **{"timeout": 5.0, **settings}
        )
        self.server = server
        self.now = NOW
        self.warnings: list[str] = []
        """The warnings of the last refresh."""
        self.printed = ""

    def refresh(self, *, after: float = 7.0, **settings: Any) -> ArticlesResult:
        """Refresh the articles ``after`` so many hours, by the server's clock too."""
        self.now += timedelta(hours=after)
        self.server.database.clock = max(self.server.database.clock, self.now)
        self.server.requests.clear()
        console = Console(stream=io.StringIO())
        result = refresh_articles(replace(self.settings, **settings), console, now=self.now)
        self.warnings, self.printed = console.warnings, console.stream.getvalue()
        return result

    @property
    def path(self) -> Path:
        return self.settings.cache / "articles.jsonl"

    @property
    def contact(self) -> Path:
        return self.settings.cache / "articles-contact.json"

    def articles(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Return the records in the file by kind and id."""
        records = map(json.loads, self.path.read_text("utf-8").splitlines())
        return {(record["kind"], record["id"]): record for record in records}

    def keys(self) -> set[tuple[str, int]]:
        return set(self.articles())

    def upstream(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Return what the server has, as the file should have it."""
        members = ("id", "news_site", "published_at", "title", "updated_at", "url")
        return {
            (kind, record["id"]): {
                "kind": kind,
                "authors": [{"name": author["name"]} for author in record["authors"]],
                "events": record["events"],
                **{name: record[name] for name in members},
            }
            for kind, name in (("article", "articles"), ("blog", "blogs"))
            for record in self.server.database.records(name)
            if record["events"]
        }

    @property
    def queries(self) -> list[tuple[str, dict[str, str]]]:
        """Path and parameters of each request of the last refresh, but those of all."""
        common = {"has_event", "limit", "ordering"}
        return [
            (
                request.path.removeprefix("/v4/"),
                {name: value for name, value in request.query.items() if name not in common},
            )
            for request in self.server.requests.all
        ]
