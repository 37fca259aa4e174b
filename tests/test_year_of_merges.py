"""Two archives keep their data on the branch of their code, and one merges the other each month.

Both refresh by themselves, on different days, and upstream changes its code and its sample. The
merges are plain ones of git, with nothing installed.
"""

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from events_archive.model.slugs import joined_owners
from events_archive.model.timestamps import parse_utc
from events_archive.store import canonical_json
from events_archive.store.ledger_reader import read_ledger
from events_archive.store.state_files import encode_state
from tests.conftest import Run, run_build
from tests.fork import clock, commit_all, git, make_upstream
from tests.ll2_server import EventDatabase, LL2Server
from tests.news_server import ArticleDatabase, NewsServer
from tests.test_sample import NEW, differing, files

START = datetime(2027, 1, 1, 6, tzinfo=UTC)
TRACKED = (
    "events.jsonl", "history.jsonl", "ledger.json", "publications.jsonl", "articles.jsonl",
    "published-ids.json", "sample.json",
)  # fmt: skip

Lines = dict[Any, dict[str, Any]]


@dataclass
class Archive:
    """A clone with data on the branch of the code."""

    folder: Path
    options: tuple[str, ...]

    def run(self, *arguments: str, cache: Path | None = None, **environ: str) -> Run:
        return run_build(
            *arguments, "--no-pictures", project=self.folder,
            cache=cache or self.folder / "content_cache", output=self.folder / "output", **environ,
        )  # fmt: skip

    def refresh(self, now: datetime) -> None:
        self.run("fetch", *self.options, "--max-age", "0s", **clock(now))
        commit_all(self.folder, f"Data of {now:%Y-%m-%d}", **clock(now))

    def lines(self, name: str, key: Callable[[dict[str, Any]], Any]) -> Lines:
        text = (self.folder / "content_cache" / name).read_text("utf-8")
        return {key(value): value for value in map(json.loads, text.splitlines())}

    def ledger(self) -> dict[str, Any]:
        state = read_ledger(self.folder / "content_cache/ledger.json").state
        return json.loads(encode_state(state))

    def copy(self, cache: Path) -> None:
        """Copy the files of the data that are in git."""
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        for name in TRACKED:
            shutil.copy(self.folder / "content_cache" / name, cache)

    def site(self, cache: Path, today: datetime) -> dict[str, bytes]:
        shutil.rmtree(self.folder / "output", ignore_errors=True)
        self.run("--offline", "--today", f"{today:%Y-%m-%d}", cache=cache)
        return files(self.folder / "output")


@dataclass
class Pair:
    """An upstream, its fork, and the APIs that both ask."""

    folder: Path
    upstream: Archive
    fork: Archive
    database: EventDatabase
    articles: ArticleDatabase
    now: datetime = START
    names: list[str] = field(default_factory=list)
    """What events were renamed to, in the order of time."""
    chance: random.Random = field(default_factory=lambda: random.Random(2027))

    def wait(self, **amount: float) -> None:
        self.now += timedelta(**amount)
        self.database.clock = self.articles.clock = self.now

    def rename(self) -> None:
        self.wait(hours=5)
        self.names.append(f"Name number {len(self.names)}")
        self.database.rename(self.chance.choice(self.database.ids), self.names[-1])
        self.wait(hours=5)

    def live_a_month(self, month: int) -> None:
        """Have both refresh, at times of their own, and upstream change what it ships."""
        self.wait(days=9)
        self.rename()
        if month % 3 == 1:
            self.database.delete(self.chance.choice(self.database.ids[-8:]))
        self.upstream.refresh(self.now)
        self.database.add(name=f"Event of month {month}")
        self.articles.add(title=f"Article of month {month}", id=900 + month)
        self.rename()
        self.fork.refresh(self.now)
        self.wait(days=9)
        self.rename()
        for archive in self.chance.sample([self.upstream, self.fork], 2):
            archive.refresh(self.now)
            self.rename()
        style = self.upstream.folder / "static/style.css"
        style.write_text(f"{style.read_text()}\n/* month {month} */\n")
        if month % 2:
            ship_another_event(self.upstream.folder / "content_cache", NEW + month)
        commit_all(self.upstream.folder, "Code", **clock(self.now))

    def merge(self, *, with_repair: bool) -> list[str]:
        """Have the fork merge upstream; return the files with conflicts.

        The ledger is repaired, or committed with its conflict markers.
        """
        pull = ("pull", "--no-rebase", "--no-edit", str(self.upstream.folder), "main")
        git(self.fork.folder, *pull, check=False, **clock(self.now))
        unmerged = git(self.fork.folder, "diff", "--name-only", "--diff-filter=U").splitlines()
        if unmerged and with_repair:
            self.fork.run("repair", **clock(self.now))
        if unmerged:
            commit_all(self.fork.folder, "Merge", **clock(self.now))
        return unmerged


def ship_another_event(cache: Path, event_id: int) -> None:
    lines = (cache / "events.jsonl").read_bytes().splitlines()
    record = {**json.loads(lines[0]), "id": event_id, "name": "A sample", "slug": f"s-{event_id}"}
    line = canonical_json.encode(record)
    (cache / "events.jsonl").write_bytes(b"".join(one + b"\n" for one in [*lines, line]))
    sample = json.loads((cache / "sample.json").read_bytes())
    sample["events"][str(event_id)] = [sha256(line).hexdigest()]
    (cache / "sample.json").write_bytes(canonical_json.encode_lines(sample) + b"\n")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    database = EventDatabase.generate(24, images=0)
    articles = ArticleDatabase.generate(12, event_ids=database.ids)
    upstream = make_upstream(tmp_path / "upstream")
    git(tmp_path, "clone", "--quiet", str(upstream), str(tmp_path / "fork"))
    with LL2Server(database) as server, NewsServer(articles) as news:
        options = ("--api-url", server.url, "--news-api-url", news.url)
        archives = [Archive(tmp_path / name, options) for name in ("upstream", "fork")]
        yield Pair(tmp_path, *archives, database, articles)


def by_id(value: dict[str, Any]) -> int:
    return value["id"]


def by_kind(value: dict[str, Any]) -> tuple[str, int]:
    return value["kind"], value["id"]


def as_text(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True)


def later(one: Lines, other: Lines, rank: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    """Return what is in either, and of two with one key the later."""
    joined = {
        key: max((side[key] for side in (one, other) if key in side), key=rank)
        for key in one.keys() | other.keys()
    }
    return [joined[key] for key in sorted(joined)]


def write_union(cache: Path, ours: Archive, theirs: Archive) -> None:
    """Write what two archives know together, put together without the archive's own loaders."""
    ours.copy(cache)
    sample = json.loads((theirs.folder / "content_cache/sample.json").read_text())
    (cache / "sample.json").write_text(json.dumps(sample))
    seen = ours.ledger()["first_seen"].keys() | theirs.ledger()["first_seen"].keys()

    def write(name: str, values: list[dict[str, Any]]) -> None:
        lines = (canonical_json.encode(value) + b"\n" for value in values)
        (cache / name).write_bytes(b"".join(lines))

    def union(name: str, key: Callable[..., Any], rank: Callable[..., Any]) -> list[dict[str, Any]]:
        return later(ours.lines(name, key), theirs.lines(name, key), rank)

    records = union("events.jsonl", by_id, lambda record: parse_utc(record["last_updated"]))
    write("events.jsonl", [record for record in records if str(record["id"]) in seen])
    write("articles.jsonl", union("articles.jsonl", by_kind, lambda one: one["updated_at"]))
    published = union("publications.jsonl", by_id, lambda one: (one["sequence"], one["updated"]))
    write("publications.jsonl", published)
    history = {**ours.lines("history.jsonl", as_text), **theirs.lines("history.jsonl", as_text)}
    write("history.jsonl", sorted(history.values(), key=lambda c: (c["observed"], c["id"])))
    one, other = ours.ledger(), theirs.ledger()
    first_seen = joined(one["first_seen"], other["first_seen"], min)
    ledger = {
        **one,
        "withdrawn": joined(one["withdrawn"], other["withdrawn"], min),
        "first_seen": first_seen,
        "lists": one["lists"] | other["lists"],
        "feeds": joined(one.get("feeds", {}), other.get("feeds", {}), max),
    }
    times = {int(id): datetime.fromisoformat(time) for id, time in first_seen.items()}
    for name in ("event_addresses", "type_addresses"):
        ledger[name] = joined(
            one[name],
            other[name],
            lambda a, b: joined_owners([tuple(a), tuple(b)], times)[0],
        )
    (cache / "ledger.json").write_bytes(canonical_json.encode_lines(ledger) + b"\n")


def joined(
    one: Mapping[str, Any], other: Mapping[str, Any], join: Callable[[Any, Any], Any]
) -> dict[str, Any]:
    both = {name: join(one[name], other[name]) for name in one.keys() & other.keys()}
    return {**one, **other, **both}


@pytest.mark.parametrize("months", [2, pytest.param(12, marks=pytest.mark.extended)])
def test_a_fork_that_merges_its_upstream_loses_nothing_and_has_the_site_of_both(
    pair: Pair, months: int
) -> None:
    fork, upstream = pair.fork, pair.upstream
    clean, merged = pair.folder / "clean", pair.folder / "merged"
    for month in range(months):
        pair.live_a_month(month)
        sides = [
            (one.ledger(), one.lines("events.jsonl", by_id), one.lines("history.jsonl", as_text),
             one.lines("articles.jsonl", by_kind))
            for one in (fork, upstream)
        ]  # fmt: skip
        write_union(clean, fork, upstream)
        is_looked_at = month % 4 == 3 or month == months - 1
        before = fork.site(fork.folder / "content_cache", pair.now) if is_looked_at else {}
        git(fork.folder, "checkout", "--quiet", "--", "content_cache")

        conflicts = pair.merge(with_repair=month % 2 == 0)
        # The lines of the other files merge by themselves.
        assert set(conflicts) <= {"content_cache/ledger.json"}
        assert git(fork.folder, "status", "--porcelain") == ""
        ledger = fork.ledger()
        for known, records, history, articles in sides:
            seen = [id for id in records if id < NEW]
            assert fork.lines("events.jsonl", by_id).keys() >= set(seen)
            assert fork.lines("history.jsonl", as_text).keys() >= history.keys()
            assert fork.lines("articles.jsonl", by_kind).keys() >= articles.keys()
            for name in ("event_addresses", "type_addresses"):
                for slug, owners in known[name].items():
                    assert set(owners) <= set(ledger[name][slug])
            for name in ("first_seen", "lists", "withdrawn"):
                assert known[name].keys() <= ledger[name].keys()
        if is_looked_at:
            fork.copy(merged)
            after = fork.site(merged, pair.now)
            assert differing(fork.site(clean, pair.now), after) == []
            lost = {path for path in before.keys() - after.keys() if path.endswith(".html")}
            assert lost == set()
            assert not [path for path in after if b">A sample<" in after[path]]

    # Whoever asks the archive is told each change once.
    pair.wait(hours=9)
    fork.refresh(pair.now)
    run = fork.run("diff", "--json", "--since", "2020-01-01")
    told = [change["new"] for change in run.report["changes"] if change["field"] == "name"]
    assert max(Counter(told).values()) == 1
    assert set(told) <= set(pair.names)
    assert len(told) > months
