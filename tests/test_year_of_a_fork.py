"""A fork lives for a year, under a false clock, with real git and the real scripts.

Upstream's updates are taken over each month. There are an owner's edits, pushes by force, runs that
wait or are overtaken, days of failure, and 80 days in which the API is silent. What is counted: the
addresses that were published and are lost, the changes that are told twice, and the red runs.
``ARCHIVE_RUNS=100`` plays more ordinary runs in between.
"""

import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fork import DATA_BRANCH, Attempt, Fork, clock, commit_all, git, make_upstream
from tests.ll2_server import EventDatabase, Fault, LL2Server
from tests.news_server import ArticleDatabase, NewsServer

START = datetime(2027, 1, 1, 6, tzinfo=UTC)
MORE_RUNS = int(os.environ.get("ARCHIVE_RUNS", "0"))


@dataclass
class Year:
    """The fork, upstream and LL2, and what subscribers saw."""

    fork: Fork
    upstream: Path
    server: LL2Server
    news: NewsServer
    now: datetime = START
    red: list[str] = field(default_factory=list)
    """Why runs failed."""
    lost: set[str] = field(default_factory=set)
    """Addresses that a deployment took away."""
    entries: dict[str, str] = field(default_factory=dict)
    """The entries of the feed of changes by id, as a reader has seen them."""
    edits: random.Random = field(default_factory=lambda: random.Random(2027))

    def wait(self, **amount: float) -> None:
        self.now += timedelta(**amount)
        self.server.database.clock = self.news.database.clock = self.now
        self.fork.environ |= clock(self.now)

    def rename(self, name: str) -> None:
        """Have LL2 rename an event, an hour before the next run."""
        self.server.database.rename(self.edits.choice(self.server.database.ids), name)
        self.wait(hours=1)

    def update(self, name: str, old: str, new: str) -> None:
        """Have upstream change its code, and the owner take over the update."""
        text = (self.upstream / name).read_text()
        assert old in text
        (self.upstream / name).write_text(text.replace(old, new))
        commit_all(self.upstream, f"Update {name}", **clock(self.now))
        self.fork.take_over_updates()

    def run(self, *, expect: int = 0, why: str = "") -> None:
        """Have the workflow run; with ``expect`` 1 the run is red, rightly, for ``why``."""
        self.deploy(self.fork.build(expect=expect if why != "silence" else 0), expect, why)

    def deploy(self, attempt: Attempt, expect: int = 0, why: str = "") -> str:
        before, log = self.fork.addresses(), ""
        if not attempt.status:
            log = self.fork.publish(attempt, expect=expect)
        if expect:
            self.red.append(why)
        self.lost |= before - self.fork.addresses()
        for path in self.fork.site.glob("changes*.atom"):
            for entry in re.findall(r"<entry>.*?</entry>", path.read_text(), re.DOTALL):
                id, title = (
                    re.search(f"<{tag}[^>]*>(.*?)</{tag}>", entry) for tag in ("id", "title")
                )
                assert id
                assert title
                assert self.entries.setdefault(id[1], title[1]) == title[1]
        return log


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    database = EventDatabase.generate(12, images=0)
    upstream = make_upstream(tmp_path / "upstream")
    articles = ArticleDatabase.generate(8, event_ids=database.ids)
    with LL2Server(database) as server, NewsServer(articles) as news:
        fork = Fork(tmp_path, upstream, server.url, news.url, environ={"NO_PICTURES": "true"})
        year = Year(fork, upstream, server, news)
        with fork.served():
            year.wait(hours=1)
            yield year


def test_a_year_loses_no_address_tells_no_change_twice_and_fails_only_where_something_is_wrong(
    year: Year,
) -> None:
    fork, faults = year.fork, year.server.faults
    year.run()

    # February: an update, an owner's edit, and a run that another overtakes.
    year.wait(days=31)
    year.update("static/style.css", "body", "/* an update */\nbody")
    (style,) = (path.name for path in fork.site.glob("assets/style.*.css"))
    year.rename("The first name")
    overtaken = fork.build()
    fork.edit("README.md", "The owner's words")
    year.news.database.add(title="Written in February", id=900)
    year.news.database.delete("articles", 1)
    year.rename("The second name")
    year.run()
    assert "current=false" in year.deploy(overtaken)
    assert (fork.site / "assets" / style).exists()

    # March: the owner takes back commits by force, of the code and, while a run works, of the data.
    year.wait(days=28)
    git(fork.clone, "reset", "--quiet", "--hard", "HEAD~1")
    git(fork.clone, "push", "--quiet", "--force", "origin", "main")
    branch = f"refs/heads/{DATA_BRANCH}"
    before = git(fork.origin, "rev-parse", branch)
    mistake = ("commit-tree", f"{branch}^{{tree}}", "-p", branch, "-m", "A mistake")
    git(fork.origin, "update-ref", branch, git(fork.origin, *mistake, **clock(year.now)))
    year.rename("The third name")
    attempt = fork.build()
    git(fork.origin, "update-ref", branch, before)
    assert "current=false" in year.deploy(attempt)
    year.run()
    assert "A mistake" not in fork.log()

    # April: five days of failure, since an update breaks a page.
    year.wait(days=31)
    styles = set(fork.site.glob("assets/style.*.css"))
    year.update("static/style.css", "an update", "a failing update")
    year.update("templates/base.html", "</main>", "</div></main>")
    year.rename("The fourth name")
    year.run(expect=1, why="a broken page")
    year.wait(days=5)
    year.update("templates/base.html", "</div></main>", "</main>")
    year.update("static/style.css", "a failing update", "an update of April")
    year.run()
    # What was published before the failure is kept, and what never was is not.
    assert len(styles & set(fork.site.glob("assets/style.*.css"))) == 1
    assert len(list(fork.site.glob("assets/style.*.css"))) == 2

    # May to July: the API is silent for 80 days, and nobody commits.
    silence = faults.add(Fault.SERVER_ERROR, times=None)
    year.wait(days=13)
    year.run()
    year.wait(days=40)
    year.run(expect=1, why="silence")
    assert fork.log("main")[0].startswith("Still here after 53 days")
    year.wait(days=27)
    faults.remove(silence)
    year.update("static/style.css", "an update of April", "another update")
    year.rename("The fifth name")
    year.run()

    # August to December: only updates; GitHub would have stopped the schedule.
    for month in range(5):
        year.wait(days=31)
        year.update("static/style.css", "another update", f"another update\n{month}")
    for number in range(MORE_RUNS):
        year.wait(hours=6)
        year.rename(f"The name number {number}")
        year.run()
    year.wait(hours=6)
    year.rename("The last name")
    year.run()

    history = [json.loads(line) for line in fork.data("history.jsonl").splitlines()]
    told = Counter(
        json.dumps([change[key] for key in ("id", "kind", "field", "old", "new")])
        for change in history
    )
    assert year.lost == set()
    assert [change for change, times in told.items() if times > 1] == []
    assert max(Counter(year.entries.values()).values()) == 1
    assert year.red == ["a broken page", "silence"]
    names = [change["new"] for change in history if change["field"] == "name"]
    assert [name for name in names if "number" not in name] == [
        f"The {word} name" for word in ("first", "second", "third", "fourth", "fifth", "last")
    ]
    lines = map(json.loads, fork.data("articles.jsonl").splitlines())
    articles = {(line["kind"], line["id"]) for line in lines}
    assert ("article", 900) in articles
    assert ("article", 1) not in articles
    assert "articles: 1 new" in "".join(fork.log())
    # Two lists a run, and not all of them each time.
    queries = [request.query for request in year.news.requests.all]
    assert len(queries) <= 40
    assert sum("updated_at_gte" not in query for query in queries) <= 20
    changed = git(fork.origin, "log", "--format=%s", "main", "--", "content_cache").splitlines()
    assert changed == ["The code"]
