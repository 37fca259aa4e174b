"""One search, two engines, which must find the same: the command's and the page's."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from events_archive.commands.fetch import load_site
from events_archive.console import Console
from events_archive.search.engine import SearchResult, search
from events_archive.search.index import SearchIndex
from events_archive.settings import Settings
from events_archive.site.search_index import build_search_index
from tests.browser import launch_browser
from tests.conftest import PROJECT, Run, run_build
from tests.random_searches import SearchGenerator
from tests.search_events import TODAY, listed_searches, search_records
from tests.store.record_files import save_records

pytestmark = pytest.mark.browser

SEARCHES = 500
NOW = datetime.combine(TODAY, time(12), UTC).timestamp()


@pytest.fixture(scope="module")
def search_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The site of the events that the listed searches are about."""
    folder = tmp_path_factory.mktemp("search")
    (folder / "cache").mkdir()
    save_records(
        folder / "cache/events.jsonl", {record["id"]: record for record in search_records()}
    )
    return run_build("--offline", cache=folder / "cache", output=folder / "output")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


def _index(cache: Path) -> tuple[SearchIndex, list[int]]:
    settings = Settings(cache=cache, templates=PROJECT / "templates", offline=True, dry_run=True)
    site = load_site(settings, Console(quiet=True))
    return build_search_index(site), [row.id for row in site.query_index.rows]


def _page(browser: Browser, run: Run) -> Page:
    page = browser.new_page()
    page.goto((run.output / "explore.html").as_uri())
    return page


def _results(page: Page, searches: list[str]) -> list[dict[str, Any]]:
    queries = [urlencode({"q": text, "limit": 100}, errors="replace") for text in searches]
    return page.evaluate(
        "([queries, now]) => Promise.all(queries.map(query => archiveQuery.run(query, now)))",
        [queries, NOW],
    )


def _as_in_the_page(result: SearchResult, ids: list[int]) -> dict[str, Any]:
    return {
        "ids": [ids[row] for row in result.rows[:100]],
        "count": len(result.rows),
        "concepts": [(concept.raw, concept.shown) for concept in result.concepts],
        "notes": [note.text for note in result.notes],
        "pages": [thing.path for thing in result.pages],
    }


def _assert_equal(index: SearchIndex, ids: list[int], page: Page, searches: list[str]) -> int:
    """Compare both engines; return how many searches have found something."""
    results = _results(page, searches)
    for text, from_page in zip(searches, results, strict=True):
        found = from_page["found"]
        assert {
            "ids": from_page["ids"],
            "count": from_page["count"],
            "concepts": [(concept["raw"], concept["shown"]) for concept in found["concepts"]],
            "notes": found["notes"],
            "pages": [thing["path"] for thing in found["pages"]],
        } == _as_in_the_page(search(index, text, NOW), ids), text
    return sum(result["count"] > 0 for result in results)


def test_the_page_finds_what_the_command_finds_for_listed_searches(
    browser: Browser, search_run: Run
) -> None:
    searches = [listed.search for listed in listed_searches()]
    found = _assert_equal(*_index(search_run.cache), _page(browser, search_run), searches)
    assert found > 90


def test_the_page_finds_what_the_command_finds_for_random_searches(
    browser: Browser, generated_run: Run
) -> None:
    index, ids = _index(generated_run.cache)
    things = (name for thing in index.things for name in thing.names)
    texts = [*index.names, *index.vocabulary.values(), *things]
    generator = SearchGenerator(texts)
    searches = [text for _ in range(SEARCHES) if (text := generator.search()) and "=" not in text]
    assert len(searches) >= SEARCHES - 10
    assert _assert_equal(index, ids, _page(browser, generated_run), searches) > SEARCHES // 2
