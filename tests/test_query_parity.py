"""One query, three results, which must be equal: the API's, the command's and the page's.

The API is the test server. Its filters are written from the API's documentation and share nothing
with the archive.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Page

from events_archive import cli
from events_archive.commands import query as command
from events_archive.commands.fetch import load_site
from events_archive.console import Console
from events_archive.settings import Settings
from tests.browser import launch_browser
from tests.conftest import PROJECT, Run, run_build
from tests.ll2_server import LL2Server
from tests.query.test_parser import NOW, URLS
from tests.random_queries import QueryGenerator

QUERIES = 600


@dataclass(frozen=True)
class Outcome:
    """What must be equal in all three."""

    count: int = 0
    ids: tuple[int, ...] = ()
    refused: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def queries(generated_server: LL2Server) -> list[str]:
    generator = QueryGenerator(generated_server.database.records())
    return [generator.query_string() for _ in range(QUERIES)]


@pytest.fixture(scope="module")
def responses(generated_server: LL2Server, queries: list[str]) -> list[dict[str, Any]]:
    """The bodies of the test server's responses, with their status."""
    with requests.Session() as session:
        session.trust_env = False
        http_responses = (
            session.get(f"{generated_server.url}events/?{query}") for query in queries
        )
        return [{"status": each.status_code, **each.json()} for each in http_responses]


@pytest.fixture(scope="module")
def page(generated_run: Run) -> Iterator[Page]:
    """The query page, opened from disk."""
    with launch_browser() as browser:
        page = browser.new_page()
        page.goto((generated_run.output / "explore.html").as_uri())
        yield page


def _outcome(response: dict[str, Any]) -> Outcome:
    """Return what a response of the API holds; its status is 404 for an unknown format."""
    if response["status"] == 404:
        return Outcome(refused=frozenset({"format"}))
    if response["status"] == 400:
        return Outcome(refused=frozenset(response.keys() - {"status"}))
    return Outcome(response["count"], tuple(record["id"] for record in response["results"]))


def test_the_queries_cover_errors_and_results(responses: list[dict[str, Any]]) -> None:
    outcomes = [_outcome(response) for response in responses]
    refused = [outcome for outcome in outcomes if outcome.refused]
    assert len(outcomes) >= 500
    assert len(refused) >= 50
    assert len({name for outcome in refused for name in outcome.refused}) >= 8
    assert sum(len(outcome.ids) > 1 for outcome in outcomes) >= 200


def test_the_command_returns_what_the_api_returns(
    queries: list[str],
    responses: list[dict[str, Any]],
    generated_run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    # The cache is read once, not six hundred times; everything else is the command as it is.
    settings = Settings(
        cache=generated_run.cache, templates=PROJECT / "templates", offline=True, dry_run=True
    )
    site = load_site(settings, Console(quiet=True))
    monkeypatch.setattr(command, "read_site", lambda *_: site)
    for query, response in zip(queries, responses, strict=True):
        status = cli.main(["query", query or "?", "--format", "json"], PROJECT)
        result = json.loads(capsysbinary.readouterr().out.replace(b"?format=json", b""))
        assert status == (0 if response["status"] == 200 else 2), query
        if status:
            assert frozenset(result) == _outcome(response).refused, query
            assert all(name in result[name][0] for name in result)
            continue
        # The same records, not only the same events.
        assert result["count"] == response["count"], query
        assert result["results"] == response["results"], query
        for link in ("next", "previous"):
            assert _parameters(result[link]) == _parameters(response[link], known_only=True), query


def _parameters(link: str | None, *, known_only: bool = False) -> dict[str, list[str]] | None:
    """Return the parameters of a link; the API's links repeat those that it does not know."""
    if link is None:
        return None
    parameters = parse_qs(urlsplit(link).query)
    unknown = ("foo", "date__gt__lt", "type__id") if known_only else ()
    return {name: values for name, values in parameters.items() if name not in unknown}


@pytest.mark.browser
def test_the_page_finds_what_the_api_returns(
    page: Page, queries: list[str], responses: list[dict[str, Any]]
) -> None:
    results = page.evaluate(
        "queries => Promise.all(queries.map(query => archiveQuery.run(query)))", queries
    )
    for query, result, response in zip(queries, results, responses, strict=True):
        outcome = Outcome(
            result.get("count", 0),
            tuple(result.get("ids", ())),
            frozenset(result.get("errors", ())),
        )
        assert outcome == _outcome(response), query


def _page_result(page: Page, query: str) -> Any:
    return page.evaluate("query => archiveQuery.run(query)", query)


def _command(run: Run, query: str, expect: int | None = 0) -> Run:
    return run_build(
        "query", query, "--format", "json", cache=run.cache, output=run.output, expect=expect
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    "query",
    [
        "type=2,3&program=x&date__gt=2021-02-30&video_url=",
        "foo=1&limit=500&offset=x&ordering=name,-date&mode=whole&date__gt__lt=2021-01-01&year=2021",
        "https://ll.thespacedevs.com/2.3.0/launches/?limit=1",
        "launch__ids=17&id=" + "9" * 100 + "x",
    ],
)
def test_page_and_command_have_the_same_errors_and_warnings(
    page: Page, generated_run: Run, query: str
) -> None:
    result, run = _page_result(page, query), _command(generated_run, query, expect=None)
    if run.status:
        assert json.loads(run.stdout) == result["errors"]
    else:
        warnings = [line for line in run.stderr.splitlines() if "cannot be read" not in line]
        assert warnings == [f"warning: {note}" for note in result["notes"]]


@pytest.mark.browser
def test_page_and_command_parse_a_url_alike(page: Page) -> None:
    for url, query in URLS.items():
        read = "([url, now]) => archiveQuery.toQueryString(archiveQuery.parse(url, now), {})"
        assert page.evaluate(read, [url, NOW.timestamp()]) == query


@pytest.mark.browser
@pytest.mark.parametrize(
    "query",
    ["q=solar&limit=100&ordering=-date", "q=crew&type=20&ordering=date", "place=Online&place=ISS"],
)
def test_page_and_command_find_the_same_with_the_archives_own_parameters(
    page: Page, generated_run: Run, query: str
) -> None:
    from_page = _page_result(page, query)
    from_command = json.loads(_command(generated_run, query).stdout)
    assert from_page["ids"] == [record["id"] for record in from_command["results"]]
    assert from_page["count"] == from_command["count"] > 0


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["list", "normal", "detailed"])
def test_the_json_that_the_page_copies_is_the_commands(
    page: Page, generated_run: Run, mode: str
) -> None:
    query = f"type__ids=2,3,20&ordering=-last_updated&limit=30&offset=30&mode={mode}"
    page.goto((generated_run.output / "explore.html").as_uri() + "?" + query)
    page.get_by_role("button", name="Copy JSON").click()
    copied = page.get_by_label("Copied text")
    copied.wait_for()
    assert json.loads(copied.input_value()) == json.loads(_command(generated_run, query).stdout)
