"""Articles from records, whatever these hold."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.console import Console
from events_archive.model.article import Article
from events_archive.snapi.load import load_articles
from events_archive.snapi.parse import parse_article, stored_record
from events_archive.store.articles_file import load_article_records
from tests.news_server import ArticleDatabase, link_to

URL = "https://news.example/1"


def record_of(**fields: Any) -> dict[str, Any]:
    return stored_record("article", ArticleDatabase().add(url=URL, **fields))


def article_of(**fields: Any) -> Article:
    article = parse_article(record_of(**fields))
    assert article
    return article


def loaded(tmp_path: Path, *records: object) -> tuple[dict[int, tuple[Article, ...]], list[str]]:
    """Return the articles of a file with these lines, and the warnings."""
    lines = [one if isinstance(one, str) else json.dumps(one) for one in records]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), "utf-8")
    console = Console(stream=io.StringIO())
    return load_articles(load_article_records(tmp_path), console), console.warnings


def test_an_article_has_what_the_record_has() -> None:
    article = article_of(
        title="A &amp; B\u202e", news_site=" NASA ", published_at="2026-08-01T10:00:00.5+02:00",
        authors=[{"name": "Jane Doe"}, {"name": ""}, {"name": "Jane Doe"}, {"name": "Jo"}],
        events=link_to(7, 309, 7),
    )  # fmt: skip
    assert (article.title, article.label, article.site) == ("A & B", "A & B", "NASA")
    assert article.authors == ("Jane Doe", "Jo")
    assert article.event_ids == (7, 309)
    assert article.published and article.published.isoformat() == "2026-08-01T08:00:00.500000+00:00"


def test_an_article_without_a_title_is_named_by_its_host() -> None:
    assert article_of(title="\u200b \n").label == "news.example"


@pytest.mark.parametrize(
    ("provider", "is_known"),
    [
        ("Launch Library 2", True), ("launch library 2 ", True), ("LL2", True),
        ({"name": "Launch Library 2"}, True), ("Launch Library 3", False),
        ("Space Event Database", False), ("", False), (None, False), (2, False), ([], False),
    ],
)  # fmt: skip
def test_only_the_ids_of_launch_library_are_those_of_events(
    provider: object, is_known: bool
) -> None:
    events = link_to(309, provider=provider)
    assert article_of(events=events).event_ids == ((309,) if is_known else ())


def test_an_id_that_is_none_is_of_no_event() -> None:
    assert article_of(events=[*link_to("7", -1, 0, None, True, 2**60, 8.0, 9), 5]).event_ids == (9,)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "//news.example/", "/relative", "", None, 5,
        "https://user@news.example/", "https://news.example:99999/", "http://[", "x" * 5000,
        "https://" + "a" * 3000 + ".example/", "https://one\\@two.example/",
    ],
)  # fmt: skip
def test_an_address_that_is_no_link_is_none_of_an_article(url: object) -> None:
    assert parse_article(record_of() | {"url": url}) is None


def test_an_address_is_published_as_one_that_html_and_csv_can_hold() -> None:
    article = parse_article(record_of() | {"url": "https://news.example/\"><b>\u202eй?q=<'&"})
    assert article and article.url == (
        "https://news.example/%22%3E%3Cb%3E%D0%B9?q=%3C'&"
    )  # the override of direction is gone


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["name", "event_id", "provider", "id", "url"]), inner)
        ),
    )
)
def test_any_values_make_an_article_or_none(value: Any) -> None:
    names = ("id", "title", "url", "authors", "events", "news_site", "published_at", "updated_at")
    for name in names:
        stored = stored_record("article", record_of() | {name: value})
        parse_article(json.loads(json.dumps(stored)))
        parse_article(record_of() | {name: value})


# What a cache holds ---------------------------------------------------------------------------


def test_articles_are_listed_by_event_newest_last_and_each_address_once(tmp_path: Path) -> None:
    dates = {
        1: "2026-08-03T00:00:00Z",
        2: "2026-08-01T00:00:00Z",
        3: None,
        4: "2026-08-02T00:00:00Z",
    }
    records = [
        record_of(id=id, published_at=date, events=link_to(7, 8) if id < 3 else link_to(7))
        | {"url": f"{URL}{id}"}
        for id, date in dates.items()
    ]
    twice = records[0] | {"kind": "blog", "id": 9}
    found, warnings = loaded(tmp_path, *records, twice)
    assert {event_id: [one.id for one in articles] for event_id, articles in found.items()} == {
        7: [3, 2, 4, 1],
        8: [2, 1],
    }
    assert warnings == []


def test_of_an_event_with_many_articles_the_newest_are_used(tmp_path: Path) -> None:
    records = [
        record_of(
            id=id, published_at=f"2026-08-01T00:{id // 60:02}:{id % 60:02}Z", events=link_to(7)
        )
        | {"url": f"{URL}/{id}"}
        for id in range(1, 301)
    ]
    found, warnings = loaded(tmp_path, *records)
    assert [article.id for article in found[7]] == list(range(51, 301))
    assert warnings == ["event 7: 300 articles are about it: the newest 250 are used"]


def test_what_is_beyond_a_bound_is_said_and_costs_no_other_article(tmp_path: Path) -> None:
    found, warnings = loaded(
        tmp_path,
        record_of(id=1, title="x" * 3000, events=link_to(7)),
        record_of(id=2) | {"url": f"{URL}/2", "events": link_to(*range(1, 300))},
        record_of(id=3) | {"url": f"{URL}/{'x' * 3000}"},
        record_of(id=4) | {"title": "x" * 20_000},
        '{"id": 5, "kind": "article", "title": %s}' % ("[" * 200 + "]" * 200),
        '{"id": 6, "kind": "article", "url": %s}' % ("9" * 5000),
        '{"id": 7, "kind": "report", "url": "https://news.example/7"}',
    )
    assert [article.id for article in found[7]] == [1, 2]
    assert len(found[7][0].title) == 2049
    assert len(found) == 250
    text = "\n".join(warnings)
    for words in (
        "article 1: its title has 3,000 characters: the first 2,048 are used",
        "article 2: its events are 299: the first 250 are used",
        "article 3: its url has 3,023 characters: it is left out",
        "article 4: it has no address, or is too long",
        "article 5: it has no address",
    ):
        assert words in text


def test_a_mistake_in_the_program_costs_one_article(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(record: dict[str, Any], notes: list[str]) -> Article | None:
        return parse_article(record, notes) if 1 / (record["id"] - 5) else None

    monkeypatch.setattr("events_archive.snapi.load.parse_article", parse)
    records = [record_of(id=id) | {"url": f"{URL}/{id}"} for id in (4, 5, 6)]
    found, warnings = loaded(tmp_path, *records)
    assert {article.id for articles in found.values() for article in articles} == {4, 6}
    assert "ZeroDivisionError" in warnings[0]


def test_many_warnings_are_one(tmp_path: Path) -> None:
    records = [record_of(id=id) | {"url": "none"} for id in range(1, 31)]
    _, warnings = loaded(tmp_path, *records)
    assert len(warnings) == 11
    assert warnings[-1] == "20 more values of articles are beyond bounds"
