"""From the news API to the site: what a new article changes, and what it does not."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from events_archive.store.articles_file import ArticlesContact
from events_archive.store.files import read_checked, write_checked
from tests.conftest import BASE_URL, PROJECT, Run, run_build
from tests.ll2_server import EventDatabase, Fault, LL2Server
from tests.news_server import ArticleDatabase, NewsServer, link_to
from tests.test_incremental import files

OPTIONS = ("--base-url", BASE_URL, "--no-pictures", "--json")
ALWAYS = {
    "service-worker-files.json", "service-worker.js", ".events-archive.json", "build.json",
}  # fmt: skip
"""Files that list others with their digests."""


@dataclass
class Archive:
    """An archive, its two servers, and its site."""

    ll2: LL2Server
    news: NewsServer
    folder: Path

    def build(self, *options: str) -> Run:
        """Build when the articles are due, and the events are not."""
        path = self.folder / "cache/articles-contact.json"
        if contact := read_checked(path, ArticlesContact):
            fields = ("last_full_refresh", "last_incremental_refresh")
            times = {name: getattr(contact, name) for name in fields}
            earlier = {name: time and time - timedelta(hours=7) for name, time in times.items()}
            write_checked(path, replace(contact, **earlier))
        return run_build(
            "--api-url", self.ll2.url, "--news-api-url", self.news.url, *OPTIONS, *options,
            cache=self.folder / "cache", output=self.folder / "out",
        )  # fmt: skip

    def build_clean(self) -> dict[str, bytes]:
        """Return the site that a build without a manifest makes of the same cache."""
        cache = self.folder / "cache"
        for manifest in (cache / "builds").iterdir():
            manifest.unlink()
        output = self.folder / "clean"
        run_build("--offline", "--base-url", BASE_URL, cache=cache, output=output)
        return files(output)

    def site(self) -> dict[str, bytes]:
        return files(self.folder / "out")

    def publications(self) -> dict[int, dict[str, object]]:
        text = (self.folder / "cache/publications.jsonl").read_text("utf-8")
        return {line["id"]: line for line in map(json.loads, text.splitlines())}

    def page_of(self, event_id: int) -> str:
        redirect = self.site()[f"id/{event_id}.html"].decode()
        found = re.search(r"\.\./(events/[^\"]+\.html)", redirect)
        assert found
        return found[1]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    events = EventDatabase.generate(12, images=0)
    articles = ArticleDatabase.generate(20, event_ids=events.ids)
    with LL2Server(events) as ll2, NewsServer(articles) as news:
        archive = Archive(ll2, news, tmp_path_factory.mktemp("articles"))
        archive.build()
        yield archive


def test_a_new_article_changes_the_page_of_its_event_and_its_date_in_the_sitemap(
    archive: Archive,
) -> None:
    event_id = archive.ll2.database.ids[3]
    before, published = archive.site(), archive.publications()
    # Dates in the sitemap have no fractions of a second.
    time.sleep(1.1)
    archive.news.database.advance(hours=1)
    archive.news.database.add(title="A new <article>", id=900, events=link_to(event_id))
    run = archive.build()
    assert run.report["articles"] == {"outcome": "delta", "requests": 2}
    assert "articles: 1 new" in run.report["summary"]
    after = archive.site()
    changed = {path for path in before if before[path] != after[path]} - ALWAYS
    signs = (b"A new ", b"https://news.example/articles/900")
    holding = {path for path in after if any(sign in after[path] for sign in signs)}
    # The data of the search hold a title in lower case.
    derived = {
        "sitemap.xml", "data.html", "data/SHA256SUMS", "data/datapackage.json",
        "data/croissant.json", "data/search.js", "data/content_cache.zip",
    }  # fmt: skip
    assert changed == holding | derived
    page = archive.page_of(event_id)
    assert {path for path in holding if path.endswith(".html")} == {page}
    assert {Path(path).suffix for path in holding} == {
        ".html", ".md", ".json", ".jsonl", ".csv", ".sqlite", ".js",
    }  # fmt: skip
    assert not [path for path in holding if path.endswith(".feed.json")]
    # Of all dates and revisions, one date of the page is another.
    now = archive.publications()
    assert now[event_id]["articles"] != published[event_id]["articles"]
    of_page = ("articles", "articles_changed")
    for one in (now[event_id], published[event_id]):
        for name in of_page:
            del one[name]
    assert now == published
    dates, former = (_dates(site["sitemap.xml"]) for site in (after, before))
    [moved] = [url for url in dates if dates[url] != former[url]]
    assert moved == BASE_URL + archive.page_of(event_id)
    assert dates[moved] > former[moved]


def _dates(sitemap: bytes) -> dict[str, str]:
    return dict(re.findall(r"<loc>(.*?)</loc><lastmod>(.*?)</lastmod>", sitemap.decode()))


def test_a_build_in_steps_is_a_clean_build_and_a_second_one_writes_nothing(
    archive: Archive,
) -> None:
    archive.news.database.advance(hours=1)
    archive.news.database.change("articles", 1, title="Another title")
    archive.news.database.delete("articles", 2)
    archive.build()
    before = archive.site()
    written = archive.build().report["written"]
    assert (written["added"], written["changed"], written["removed"]) == (0, 0, 0)
    assert archive.site() == before
    clean = archive.build_clean()
    assert clean == before


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.HTML, Fault.THROTTLED, Fault.RESET])
def test_without_the_news_api_the_site_is_built_as_before_with_one_sentence(
    archive: Archive, fault: Fault
) -> None:
    archive.build()
    before = archive.site()
    archive.news.faults.add(fault, times=None)
    run = archive.build("--timeout", "1s")
    archive.news.faults.clear()
    assert archive.site() == before
    [warning] = run.report["warnings"]
    assert "the articles about events stay as they were" in warning


def test_events_are_refreshed_and_saved_whatever_the_news_api_does(archive: Archive) -> None:
    archive.news.faults.add(Fault.STALL, times=None)
    event_id = archive.ll2.database.ids[5]
    archive.ll2.database.rename(event_id, "Renamed meanwhile")
    run = archive.build("--timeout", "1s", "--max-age", "0s")
    archive.news.faults.clear()
    assert run.report["refresh"]["changes"] == {"renamed": 1}
    assert b"Renamed meanwhile" in archive.site()[archive.page_of(event_id)]


def test_the_setting_leaves_articles_out_and_asks_nobody(archive: Archive, tmp_path: Path) -> None:
    archive.build()
    archive.news.requests.clear()
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(PROJECT / "build.py", project)
    for name in ("events_archive", "static", "templates"):
        (project / name).symlink_to(PROJECT / name)
    (project / "pyproject.toml").write_text("[tool.events-archive]\nnews = false\n")
    output = tmp_path / "out"
    run_build(
        "--api-url", archive.ll2.url, "--news-api-url", archive.news.url, "--no-pictures",
        cache=archive.folder / "cache", output=output, project=project,
    )  # fmt: skip
    assert len(archive.news.requests) == 0
    assert not [path for path in output.glob("events/*.html") if "In the news" in path.read_text()]
