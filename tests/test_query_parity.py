"""One question, three answers: the API's stand-in, the command, the page. They must be the same.

The stand-in's filters are written from the API's documentation and share nothing with the archive.
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
from events_archive.commands import archive
from events_archive.commands import query as command
from events_archive.console import Console
from events_archive.settings import Settings
from tests.browser import launched
from tests.conftest import PROJECT, Run, run_build
from tests.ll2_server import LL2Server
from tests.query.test_parser import ADDRESSES, NOW
from tests.random_queries import Asker

QUESTIONS = 600


@dataclass(frozen=True)
class Answered:
    """What all three must agree on."""

    count: int = 0
    ids: tuple[int, ...] = ()
    refused: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def questions(grown_server: LL2Server) -> list[str]:
    asker = Asker(grown_server.world.records())
    return [asker.question() for _ in range(QUESTIONS)]


@pytest.fixture(scope="module")
def upstream(grown_server: LL2Server, questions: list[str]) -> list[dict[str, Any]]:
    """The stand-in's answers over HTTP, with their status."""
    with requests.Session() as session:
        session.trust_env = False
        answers = (session.get(f"{grown_server.url}events/?{question}") for question in questions)
        return [{"status": answer.status_code, **answer.json()} for answer in answers]


@pytest.fixture(scope="module")
def page(grown_run: Run) -> Iterator[Page]:
    """The page that answers questions, opened from disk."""
    with launched() as browser:
        page = browser.new_page()
        page.goto((grown_run.output / "explore.html").as_uri())
        yield page


def _answered(answer: dict[str, Any]) -> Answered:
    """What an answer of the API says; 404 is what it says to an unknown format."""
    if answer["status"] == 404:
        return Answered(refused=frozenset({"format"}))
    if answer["status"] == 400:
        return Answered(refused=frozenset(answer.keys() - {"status"}))
    return Answered(answer["count"], tuple(record["id"] for record in answer["results"]))


def test_the_questions_are_worth_asking(upstream: list[dict[str, Any]]) -> None:
    answers = [_answered(answer) for answer in upstream]
    refused = [answer for answer in answers if answer.refused]
    assert len(answers) >= 500
    assert len(refused) >= 50
    assert len({name for answer in refused for name in answer.refused}) >= 8
    assert sum(len(answer.ids) > 1 for answer in answers) >= 200


def test_the_command_answers_as_the_api_does(
    questions: list[str],
    upstream: list[dict[str, Any]],
    grown_run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    # The cache is read once, not six hundred times; everything else is the command as it is.
    settings = Settings(
        cache=grown_run.cache, templates=PROJECT / "templates", offline=True, dry_run=True
    )
    site = archive.make_site(settings, archive.load_archive(settings, Console(quiet=True)))
    monkeypatch.setattr(command, "load_archive", lambda *_: ())
    monkeypatch.setattr(command, "make_site", lambda *_: site)
    for question, answer in zip(questions, upstream, strict=True):
        status = cli.main(["query", question or "?", "--format", "json"], PROJECT)
        found = json.loads(capsysbinary.readouterr().out.replace(b"?format=json", b""))
        assert status == (0 if answer["status"] == 200 else 2), question
        if status:
            assert frozenset(found) == _answered(answer).refused, question
            assert all(name in found[name][0] for name in found)
            continue
        # Not only the same events, but the same in every word.
        assert (found["count"], found["results"]) == (answer["count"], answer["results"]), question
        for link in ("next", "previous"):
            assert _asked(found[link]) == _asked(answer[link], known_only=True), question


def _asked(link: str | None, *, known_only: bool = False) -> dict[str, list[str]] | None:
    """What a link asks; the API repeats even what it does not know."""
    if link is None:
        return None
    asked = parse_qs(urlsplit(link).query)
    unknown = ("foo", "date__gt__lt", "type__id") if known_only else ()
    return {name: values for name, values in asked.items() if name not in unknown}


@pytest.mark.browser
def test_the_page_answers_as_the_api_does(
    page: Page, questions: list[str], upstream: list[dict[str, Any]]
) -> None:
    answers = page.evaluate(
        "questions => Promise.all(questions.map(question => archiveQuestions.ask(question)))",
        questions,
    )
    for question, answer, expected in zip(questions, answers, upstream, strict=True):
        found = Answered(
            answer.get("count", 0),
            tuple(answer.get("ids", ())),
            frozenset(answer.get("errors", ())),
        )
        assert found == _answered(expected), question


@pytest.mark.browser
def test_page_and_command_say_the_same_of_what_they_refuse_or_ignore(
    page: Page, grown_run: Run
) -> None:
    questions = (
        "type=2,3&program=x&date__gt=2021-02-30&video_url=",
        "foo=1&limit=500&offset=x&ordering=name,-date&mode=whole&date__gt__lt=2021-01-01&year=2021",
        "https://ll.thespacedevs.com/2.3.0/launches/?limit=1",
        "launch__ids=17&id=" + "9" * 100 + "x",
    )
    for question in questions:
        said = page.evaluate("question => archiveQuestions.ask(question)", question)
        run = run_build(
            "query", question, "--format", "json",
            cache=grown_run.cache, output=grown_run.output, expect=None,
        )  # fmt: skip
        if run.status:
            assert json.loads(run.stdout) == said["errors"]
        else:
            notes = [line for line in run.stderr.splitlines() if "cannot be read" not in line]
            assert notes == [f"warning: {note}" for note in said["notes"]]


@pytest.mark.browser
def test_an_address_is_the_same_question_to_page_and_command(page: Page) -> None:
    for address, query in ADDRESSES.items():
        read = "([address, now]) => archiveQuestions.query(archiveQuestions.read(address, now), {})"
        assert page.evaluate(read, [address, NOW.timestamp()]) == query


@pytest.mark.browser
def test_words_beyond_names_are_looked_for_alike(page: Page, grown_run: Run) -> None:
    for question in ("q=solar&limit=100", "q=NASA,space&limit=100", "place=Online&place=ISS"):
        said = page.evaluate("question => archiveQuestions.ask(question)", question)
        run = run_build(
            "query", question, "--format", "json",
            cache=grown_run.cache, output=grown_run.output,
        )  # fmt: skip
        found = json.loads(run.stdout)
        assert said["ids"] == [record["id"] for record in found["results"]]
        assert said["count"] == found["count"] > 0


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["list", "normal", "detailed"])
def test_the_json_that_the_page_gives_is_the_commands(
    page: Page, grown_run: Run, mode: str
) -> None:
    question = f"type__ids=2,3,20&ordering=-last_updated&limit=30&offset=30&mode={mode}"
    page.goto((grown_run.output / "explore.html").as_uri() + "?" + question)
    page.get_by_role("button", name="its answer as JSON").click()
    area = page.get_by_label("What was copied")
    area.wait_for()
    run = run_build(
        "query", question, "--format", "json", cache=grown_run.cache, output=grown_run.output
    )
    assert json.loads(area.input_value()) == json.loads(run.stdout)
