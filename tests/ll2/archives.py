"""An archive in a folder and the LL2 that it asks, for tests of what it keeps and remembers."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from events_archive.console import Console
from events_archive.ll2.client import ApiClient, ApiPage, RateLimitedError
from events_archive.ll2.load_events import load_events
from events_archive.ll2.refresh import RefreshResult, persist_slugs, refresh
from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.event import Event
from events_archive.settings import Settings
from tests.ll2_server import World, seed_records
from tests.ll2_server.api import Api as Ll2
from tests.store.record_files import save_records

ORIGIN = "http://ll2.example"
ROOT = f"{ORIGIN}/2.3.0/"
BEGINNING = datetime(2026, 9, 1, 12, tzinfo=UTC)


class Upstream:
    """LL2, with hooks: what happens before a request, and when requests are refused."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ll2 = Ll2(world)
        self.asked: list[str] = []
        self.before: Callable[[int], object] = lambda number: None
        self.refuse_after: int | None = None
        self.spoil: Callable[[ApiPage], ApiPage] = lambda page: page

    def page(self, url: str) -> ApiPage:
        if self.refuse_after is not None and len(self.asked) >= self.refuse_after:
            raise RateLimitedError("LL2 has no more requests for us in this hour", 1800)
        self.before(len(self.asked))
        self.asked.append(url)
        parts = urlsplit(url)
        payload = self.ll2.payload(parts.path, parse_qs(parts.query), ORIGIN)
        payload = json.loads(json.dumps(payload))
        return self.spoil(
            ApiPage(count=payload["count"], next=payload["next"], records=tuple(payload["results"]))
        )

    def connect(self, settings: Settings) -> ApiClient:
        return _DirectApi(root=settings.api_url).to(self)


class _DirectApi(ApiClient):
    """Our client without a network: pages come straight out of the upstream's world."""

    __slots__ = ("_upstream",)

    def to(self, upstream: Upstream) -> ApiClient:
        self._upstream = upstream
        return self

    def fetch_page(self, url: str) -> ApiPage:
        self.budget.spend()
        return self._upstream.page(url)

    def fetch_rate_limit(self) -> None:
        return None


class Archive:
    """A cache in ``folder``, and what its runs said."""

    def __init__(self, folder: Path, upstream: Upstream, **settings: Any) -> None:
        self.settings = Settings(cache=folder, api_url=ROOT, **settings)
        self.upstream = upstream
        self.now = BEGINNING
        self.warnings: list[str] = []

    def seed(self) -> None:
        """The ten events that a clone has, in normal mode."""
        records = {record["id"]: record for record in seed_records()}
        save_records(self.settings.cache / "events.jsonl", records)

    def run(self, *, after: float = 7.0, **settings: Any) -> RefreshResult:
        """Refresh ``after`` so many hours."""
        self.now += timedelta(hours=after)
        self.upstream.asked.clear()
        report = Console(stream=io.StringIO())
        try:
            return refresh(
                replace(self.settings, **settings), report, now=self.now,
                connect=self.upstream.connect,
            )  # fmt: skip
        finally:
            self.warnings = report.warnings

    def remember(self, refreshed: RefreshResult) -> tuple[list[Event], ArchiveHistory]:
        report = Console(stream=io.StringIO())
        events = load_events(refreshed.records, report)
        return events, persist_slugs(self.settings, refreshed.archive_state, events, report)

    def files(self) -> dict[str, bytes]:
        """The cache, without what is only kept for the next run."""
        return {
            path.name: path.read_bytes() for path in self.settings.cache.iterdir() if path.is_file()
        }
