"""Random sequences of upstream edits, runs, faults and crashes.

``ARCHIVE_SEQUENCES=200 pytest tests/test_random_runs.py`` runs more sequences than the usual few.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import PROJECT, run_build
from tests.ll2_server import EventDatabase, Fault, LL2Server, LoggedRequest
from tests.news_server import ArticleDatabase, NewsServer, link_to
from tests.published_site import PublishedSite

SEQUENCES = int(os.environ.get("ARCHIVE_SEQUENCES", "2"))
STEPS = 7
UNLIMITED = 10**9
OPTIONS = (
    "--max-age", "0", "--timeout", "5s", "--no-pictures", "--base-url", "https://example.org/",
)  # fmt: skip


class Simulation:
    """A server, an archive of it, and all paths that the archive has published."""

    def __init__(self, seed: int, folder: Path, server: LL2Server, news: NewsServer) -> None:
        self.random = random.Random(seed)
        self.server, self.database = server, server.database
        self.news = news
        self.cache, self.output = folder / "cache", folder / "output"
        self.published: set[str] = set()
        self.deleted: list[int] = []

    def edit(self) -> None:
        """Change something in the database."""
        choice = self.random.choice
        match choice(("add", "change", "silent", "rename", "reuse", "delete", "restore", "move")):
            case "add":
                self.database.add(name=choice(("Static Fire", "Docking", "US EVA", "STATIC fire")))
            case "change":
                self.database.change(self.any(), description=f"Edited {self.random.random()}")
            case "silent":
                self.database.change(self.any(), silently=True, location=choice(("ISS", None)))
            case "move":
                year, month = self.random.randint(2019, 2031), self.random.randint(1, 12)
                self.database.change(self.any(), date=f"{year}-{month:02}-15T00:00:00Z")
            case "rename":
                self.database.rename(self.any(), f"Renamed {self.random.randint(1, 30)}")
            case "reuse":
                first, second = self.any(), self.any()
                name = self.database[first]["name"]
                self.database.rename(first, f"Continued {self.random.randint(1, 30)}")
                self.database.rename(second, name)
            case "delete" if len(self.database) > 30:
                self.deleted.append(self.any())
                self.database.delete(self.deleted[-1])
            case "restore" if self.deleted:
                self.database.restore(self.deleted.pop())
        self.edit_articles()
        self.database.advance(hours=self.random.choice((1, 30, 400)))

    def edit_articles(self) -> None:
        """Change something at the news API."""
        articles, numbers = (
            self.news.database,
            [a["id"] for a in self.news.database.records("blogs")],
        )
        articles.clock = self.database.clock
        match self.random.choice(("add", "change", "silent", "delete")):
            case "add":
                articles.add("blogs", title=f"{self.random.random()}", events=link_to(self.any()))
            case "delete" if len(numbers) > 5:
                articles.delete("blogs", self.random.choice(numbers))
            case action:
                changes = {"events": link_to(self.any()), "silently": action == "silent"}
                articles.change("blogs", self.random.choice(numbers), **changes)

    def any(self) -> int:
        return self.random.choice(self.database.ids)

    def run(self) -> None:
        """Run a build, possibly with a fault."""
        match self.random.choice(("normal", "normal", "throttled", "killed", "drifting", "down")):
            case "throttled":
                self.server.throttle.limit = self.random.randint(0, 1)
                self.build()
                self.server.throttle.limit = UNLIMITED
            case "killed":
                self.build_and_kill()
            case "drifting":
                self.server.faults.before_request(self.drift, path="offset=", nth=1)
                self.build("--full")
            case "down":
                self.server.faults.add(Fault.HTML, path="/events/", times=2)
                self.news.faults.add(Fault.RESET, times=4)
                self.build()
            case _:
                self.build(*self.random.choice(((), ("--full",))))
        self.server.faults.clear()
        self.news.faults.clear()
        self.server.throttle.reset()

    def drift(self, request: LoggedRequest) -> None:
        """Move an event to another page while the pages are read."""
        self.database.change(self.any(), description="Edited between two pages")

    @property
    def apis(self) -> tuple[str, ...]:
        return ("--api-url", self.server.url, "--news-api-url", self.news.url)

    def build(self, *options: str) -> None:
        run = run_build(
            *self.apis, *OPTIONS, *options,
            cache=self.cache, output=self.output, expect=None,
        )  # fmt: skip
        assert "Traceback" not in run.stderr
        if run.status == 0:
            self.check_output()
        else:
            assert "no cache" in run.stderr, run.stderr

    def build_and_kill(self) -> None:
        command = [sys.executable, str(PROJECT / "build.py"), *self.apis]
        folders = ["--cache", str(self.cache), "--output", str(self.output)]
        process = subprocess.Popen([*command, *OPTIONS, *folders], stderr=subprocess.DEVNULL)
        time.sleep(self.random.uniform(0.1, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()

    def check_output(self) -> None:
        """Check that every path ever published exists, and that calendar UIDs are unique."""
        files = {
            path.relative_to(self.output).as_posix()
            for path in self.output.rglob("*")
            if path.is_file() and path.suffix in (".html", ".ics", ".rss", ".atom")
        }
        assert self.published - files == set(), "a published path is missing"
        self.published |= files
        uids = re.findall(
            r"^UID:(.*)\r$", (self.output / "calendar-all.ics").read_text("utf-8"), re.M
        )
        assert [uid for uid, count in Counter(uids).items() if count > 1] == []


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_after_any_sequence_the_cache_equals_upstream_and_no_path_is_missing(
    seed: int, tmp_path: Path
) -> None:
    database = EventDatabase.generate(60, images=0)
    articles = ArticleDatabase.generate(40, event_ids=database.ids)
    with LL2Server(database) as server, NewsServer(articles) as news:
        simulation = Simulation(seed, tmp_path, server, news)
        for _ in range(STEPS):
            for _ in range(simulation.random.randint(0, 4)):
                simulation.edit()
            simulation.run()
        simulation.build("--full", "--accept-withdrawals")
        simulation.build()
        _check_cache(simulation)
        _check_articles(simulation)
        _check_pages(simulation)


def _check_cache(simulation: Simulation) -> None:
    ledger = json.loads((simulation.cache / "ledger.json").read_text("utf-8"))
    withdrawn = {int(id) for id in ledger["withdrawn"]}
    lines = (simulation.cache / "events.jsonl").read_text("utf-8").splitlines()
    cached = {record["id"]: record for record in map(json.loads, lines)}
    assert set(cached) - withdrawn == set(simulation.database.ids)
    for event_id in simulation.database.ids:
        upstream = simulation.database[event_id]
        for field in ("name", "slug", "date", "description", "location"):
            assert cached[event_id][field] == upstream[field], (event_id, field)


def _check_articles(simulation: Simulation) -> None:
    lines = (simulation.cache / "articles.jsonl").read_text("utf-8").splitlines()
    cached = {(one["kind"], one["id"]): one for one in map(json.loads, lines)}
    upstream = {
        (kind, record["id"]): record
        for kind in ("article", "blog")
        for record in simulation.news.database.records(f"{kind}s")
    }
    assert cached.keys() == upstream.keys()
    for key, record in upstream.items():
        for field in ("title", "url", "events"):
            assert cached[key][field] == record[field], (key, field)


def _check_pages(simulation: Simulation) -> None:
    """Check that permalinks lead to the event, and that a unique slug has the page of its event."""
    site = PublishedSite(simulation.output)
    for event_id in simulation.database.ids:
        redirect = site.page(f"id/{event_id}.html")
        link = next(redirect.links_of("a"))
        target = site.resolve(redirect.path, link, "https://x.example/")
        assert target is not None
        page = site.page(target[0])
        name = " ".join(simulation.database[event_id]["name"].split())
        assert name in "".join(page.first("h1").itertext())
    slugs = Counter(
        simulation.database[event_id]["slug"].lower() for event_id in simulation.database.ids
    )
    for event_id in simulation.database.ids:
        slug = simulation.database[event_id]["slug"]
        if slugs[slug.lower()] == 1:
            name = " ".join(simulation.database[event_id]["name"].split())
            assert name in site.page(f"events/{slug.lower()}.html").text
