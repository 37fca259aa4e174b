"""An archive in a folder and the upstream API it is refreshed from, for tests of refreshes."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from events_archive.console import Console
from events_archive.ll2.client import ApiClient
from events_archive.ll2.load import load_events
from events_archive.ll2.refresh import RefreshResult, refresh
from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.event import Event
from events_archive.settings import Settings
from events_archive.source.api_page import ApiPage
from events_archive.source.client import RateLimitedError
from events_archive.store.state_files import persist_slugs
from tests.ll2_server import EventDatabase, seed_records
from tests.ll2_server.api import Api
from tests.store.record_files import save_records

ORIGIN = "http://ll2.example"
ROOT = f"{ORIGIN}/2.3.0/"
START = datetime(2026, 9, 1, 12, tzinfo=UTC)


class Upstream:
    """LL2 without a network, with hooks for what happens before a request and to its response."""

    def __init__(self, database: EventDatabase, **options: Any) -> None:
        self.database = database
        self.api = Api(database, **options)
        self.requested: list[str] = []
        self.before_request: Callable[[int], object] = lambda number: None
        self.rate_limit: int | None = None
        """How many requests are answered; None for all."""
        self.rate_limit_requests = 0
        self.edit_page: Callable[[ApiPage], ApiPage] = lambda page: page

    def page(self, url: str) -> ApiPage:
        if self.rate_limit is not None and len(self.requested) >= self.rate_limit:
            raise RateLimitedError("LL2 has no more requests for us in this hour", 1800)
        self.before_request(len(self.requested))
        self.requested.append(url)
        parts = urlsplit(url)
        payload = self.api.payload(parts.path, parse_qs(parts.query), ORIGIN)
        payload = json.loads(json.dumps(payload))
        return self.edit_page(
            ApiPage(
                count=payload["count"],
                has_next=payload["next"] is not None,
                records=tuple(payload["results"]),
            )
        )

    def connect(self, settings: Settings) -> ApiClient:
        return _DirectClient(settings, self)


class _DirectClient(ApiClient):
    """A client that gets its pages from `Upstream` instead of over HTTP."""

    def __init__(self, settings: Settings, upstream: Upstream) -> None:
        super().__init__(settings)
        self._upstream = upstream

    def fetch_events(self, query: Mapping[str, str]) -> ApiPage:
        self.count_request()
        return self._upstream.page(self.events_url(query))

    def fetch_rate_limit(self) -> None:
        self._upstream.rate_limit_requests += 1


class Archive:
    """An archive with its cache in ``folder``."""

    def __init__(self, folder: Path, upstream: Upstream, **settings: Any) -> None:
        self.settings = Settings(cache=folder, api_url=ROOT, **settings)
        self.upstream = upstream
        self.now = START
        self.warnings: list[str] = []
        """The warnings of the last refresh."""
        self.output = ""
        """What the last refresh has printed."""

    def seed(self) -> None:
        """Save the ten events that a clone has, which were fetched in normal mode."""
        records = {record["id"]: record for record in seed_records()}
        save_records(self.settings.cache / "events.jsonl", records)

    def refresh(self, *, after: float = 7.0, **settings: Any) -> RefreshResult:
        """Refresh the cache ``after`` so many hours."""
        self.now += timedelta(hours=after)
        self.upstream.requested.clear()
        stream = io.StringIO()
        console = Console(stream=stream)
        try:
            return refresh(
                replace(self.settings, **settings), console, now=self.now,
                connect=self.upstream.connect,
            )  # fmt: skip
        finally:
            self.warnings, self.output = console.warnings, stream.getvalue()

    def load(self, result: RefreshResult) -> tuple[list[Event], ArchiveHistory]:
        """Return the events and the history after a refresh; save the slugs."""
        console = Console(stream=io.StringIO())
        events = load_events(result.records, console)
        history = persist_slugs(
            self.settings, result.archive_state, events, console, latest=self.now
        )
        return events, history

    def files(self) -> dict[str, bytes]:
        """Return the files of the cache, without those of an unfinished refresh."""
        return {
            path.name: path.read_bytes() for path in self.settings.cache.iterdir() if path.is_file()
        }
