"""Articles are fetched completely and with few requests, and no fault costs what is known."""

import json
import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events_archive.errors import CacheError
from events_archive.snapi.merge import merge_articles
from events_archive.snapi.parse import stored_record
from events_archive.snapi.refresh_session import FEW
from events_archive.store import articles_file
from events_archive.store.articles_file import ArticleRecords
from tests.news_server import ArticleDatabase, NewsServer, link_to
from tests.news_server.database import NOW
from tests.snapi.archives import NewsArchive
from tests.stand_in.faults import Fault
from tests.stand_in.request_log import LoggedRequest


@pytest.fixture(scope="module")
def shared_server() -> Iterator[NewsServer]:
    with NewsServer() as server:
        yield server


@pytest.fixture
def server(shared_server: NewsServer) -> NewsServer:
    """A server with 40 articles and blogs about five events."""
    server = shared_server
    server.database = ArticleDatabase.generate(40, event_ids=range(1, 6))
    server.api = type(server.api)(server.database)
    server.faults.clear()
    server.throttle.reset()
    server.throttle.limit = 1_000_000
    return server


@pytest.fixture
def archive(tmp_path: Path, server: NewsServer) -> NewsArchive:
    return NewsArchive(tmp_path, server)


# What is requested ----------------------------------------------------------------------------


def test_the_first_refresh_fetches_all_articles_and_blogs_about_events(
    archive: NewsArchive,
) -> None:
    archive.server.database.add(title="About no event", events=[])
    result = archive.refresh()
    assert (result.outcome, result.requests) == ("sweep", 2)
    assert result.summary == "40 new"
    assert archive.articles() == archive.upstream()
    assert len(archive.keys()) == 40
    assert archive.queries == [("articles/", {}), ("blogs/", {})]
    assert archive.server.requests.all[0].query == {
        "has_event": "true", "limit": "500", "ordering": "updated_at",
    }  # fmt: skip
    assert archive.warnings == []


def test_the_file_is_sorted_and_has_nothing_of_the_publishers(archive: NewsArchive) -> None:
    archive.refresh()
    lines = archive.path.read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    keys = [(record["kind"], record["id"]) for record in records]
    assert keys == sorted(keys)
    assert lines == [
        json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for one in records
    ]
    for text in ("summary", "publisher", "image", "pictures.example", "socials"):
        assert text not in archive.path.read_text("utf-8")


def test_a_refresh_asks_for_what_was_edited_since_the_newest_edit_with_an_overlap(
    archive: NewsArchive,
) -> None:
    archive.server.database.add("articles", updated_at="2026-08-30T10:20:30.999999Z")
    archive.server.database.add("blogs", updated_at="2026-08-29T10:20:30Z")
    archive.refresh()
    assert archive.refresh(after=1).outcome == "fresh"
    assert archive.queries == []
    before = archive.path.stat()
    assert archive.refresh().outcome == "delta"
    assert archive.queries == [
        ("articles/", {"updated_at_gte": "2026-08-30T08:20:30Z"}),
        ("blogs/", {"updated_at_gte": "2026-08-29T08:20:30Z"}),
    ]
    assert archive.path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_refresh_finds_what_is_new_edited_and_linked_later(archive: NewsArchive) -> None:
    database = archive.server.database
    later = database.add(title="Linked by hand", events=[])["id"]
    archive.refresh()
    database.add(title="New")
    database.change("blogs", 5, title="Edited", news_site="Renamed Site")
    database.change("articles", later, events=link_to(3))
    result = archive.refresh()
    assert (result.outcome, result.summary) == ("delta", "2 new, 1 changed")
    assert archive.articles() == archive.upstream()


def test_what_differs_in_its_timestamp_alone_is_no_news(archive: NewsArchive) -> None:
    archive.refresh()
    before = archive.path.read_bytes()
    for record in archive.server.database.records("articles"):
        archive.server.database.change("articles", record["id"], summary="Another summary")
    assert archive.refresh().summary == ""
    assert archive.path.read_bytes() == before


def test_after_a_month_a_full_refresh_finds_what_was_deleted_or_is_about_no_event(
    archive: NewsArchive,
) -> None:
    database = archive.server.database
    archive.refresh()
    database.delete("articles", 1)
    database.change("articles", 2, events=[], silently=True)
    assert archive.refresh(after=24 * 29).outcome == "delta"
    result = archive.refresh(after=25)
    assert (result.outcome, result.summary) == ("sweep", "2 removed")
    assert archive.articles() == archive.upstream()
    assert "the last one was 30 days ago" in archive.printed


def test_what_was_deleted_soon_after_its_last_edit_is_found_at_once(archive: NewsArchive) -> None:
    archive.server.database.add(title="Withdrawn the same day", id=900)
    archive.refresh()
    archive.server.database.delete("articles", 900)
    assert archive.refresh().summary == "1 removed"
    assert "the changes contradict the cache" in archive.printed
    assert archive.articles() == archive.upstream()


@pytest.mark.parametrize("settings", [{"offline": True}, {"news": False}, {"dry_run": True}])
def test_no_request_is_made_where_none_is_wanted(
    archive: NewsArchive, settings: dict[str, Any]
) -> None:
    archive.refresh()
    archive.refresh(after=24 * 40, **settings)
    assert archive.queries == []


def test_with_another_server_of_events_the_public_news_are_not_asked(archive: NewsArchive) -> None:
    elsewhere = {"news_api_url": "", "api_url": "http://127.0.0.1:9/2.3.0/"}
    assert archive.refresh(**elsewhere).outcome == "off"
    assert archive.warnings == []


def test_without_the_note_on_the_last_contact_everything_is_asked_for(archive: NewsArchive) -> None:
    archive.refresh()
    before = archive.path.read_bytes()
    archive.contact.write_bytes(b"\xff" + archive.contact.read_bytes())
    assert archive.refresh(after=0.1).outcome == "sweep"
    assert archive.path.read_bytes() == before


def test_a_timestamp_of_the_future_hides_no_later_edit(archive: NewsArchive) -> None:
    archive.server.database.add(updated_at="2999-01-01T00:00:00Z")
    archive.refresh()
    archive.server.database.add(title="Later")
    assert archive.refresh().summary == "1 new"


def test_a_version_from_a_copy_that_lags_behind_is_ignored(archive: NewsArchive) -> None:
    database = archive.server.database
    record = database.add(title="First title", updated_at="2026-09-01T12:00:00Z")
    database.change("articles", record["id"], title="Second", updated_at="2026-09-01T13:00:00Z")
    archive.refresh()
    database.change("articles", record["id"], title="First", updated_at="2026-09-01T12:00:00Z")
    assert archive.refresh().summary == ""
    assert archive.refresh(full=True).summary == "1 changed"


# Long lists that change meanwhile -------------------------------------------------------------


def many(server: NewsServer, count: int, **fields: Any) -> None:
    for number in range(1, count + 1):
        stamp = NOW - timedelta(minutes=count - number)
        server.database.add(id=number + 1000, updated_at=stamp.isoformat(), **fields)


@pytest.mark.parametrize("ties", [True, False])
def test_lists_are_read_to_their_end_whatever_is_edited_and_deleted_meanwhile(
    archive: NewsArchive, ties: bool
) -> None:
    database = archive.server.database
    for number in range(1, 1301):
        stamp = NOW - timedelta(minutes=1300 - number)
        events = link_to(1, 2) if number % 7 == 0 else link_to(1)
        database.add(id=number + 1000, updated_at=stamp.isoformat(), events=events)
    archive.server.api.stable_ties = ties

    def meanwhile(request: LoggedRequest) -> None:
        for number in range(1001, 1021):
            database.delete("articles", number)
        database.change("articles", 1100, title="Edited meanwhile")
        database.delete("articles", 1900)
        database.add(title="New", id=5000)

    archive.server.faults.before_request(meanwhile, path="updated_at_gte", nth=1)
    archive.refresh()
    missing = archive.upstream().keys() - archive.keys()
    assert missing == set()
    archive.refresh(full=True, accept_withdrawals=True)
    assert archive.articles() == archive.upstream()
    assert archive.warnings == []
    assert len(archive.queries) <= 6


@pytest.mark.parametrize("repeats", [True, False])
def test_a_bulk_edit_of_more_than_a_page_is_read_by_offsets(
    archive: NewsArchive, repeats: bool
) -> None:
    archive.server.api.repeats = repeats
    for number in range(1001, 2301):
        archive.server.database.add(
            id=number, updated_at=f"2026-08-20T10:00:00.{number:06}Z", events=link_to(1)
        )
    archive.refresh()
    assert archive.articles() == archive.upstream()
    assert archive.warnings == []
    assert {query["offset"] for _, query in archive.queries if "offset" in query} >= {"500", "1000"}
    assert archive.refresh().outcome == "delta"
    assert archive.warnings == []


@pytest.mark.parametrize(
    "ignored",
    [{"updated_at_gte"}, {"ordering"}, {"updated_at_gte", "ordering"}, {"has_event"}, {"limit"}],
)
def test_parameters_that_the_server_ignores_cost_requests_but_no_article(
    archive: NewsArchive, ignored: set[str]
) -> None:
    many(archive.server, 1100)
    archive.server.database.add(title="About no event", events=[])
    archive.server.api.ignored_parameters = ignored
    archive.refresh()
    assert archive.articles() == archive.upstream()
    archive.server.database.add(title="New")
    archive.refresh()
    assert archive.articles() == archive.upstream()


# Faults ---------------------------------------------------------------------------------------


def refused(archive: NewsArchive, **settings: Any) -> str:
    """Refresh; return the one warning. The files of the articles must be as they were."""
    before = archive.path.read_bytes(), archive.contact.read_bytes()
    result = archive.refresh(**settings)
    assert (archive.path.read_bytes(), archive.contact.read_bytes()) == before
    assert result.outcome in ("throttled", "unreachable", "not-believed")
    assert result.records.lines
    [warning] = archive.warnings
    assert "the articles about events stay as they were" in warning
    return warning


@pytest.mark.parametrize(
    ("fault", "options", "message"),
    [
        (Fault.THROTTLED, {"wait": 1200}, "no more requests for now"),
        (Fault.SERVER_ERROR, {"status": 500}, "answers 500"),
        (Fault.NOT_FOUND, {}, "404"),
        (Fault.HTML, {}, "text/html"),
        (Fault.EMPTY_BODY, {}, "broken JSON"),
        (Fault.TRUNCATED_JSON, {}, "broken JSON"),
        (Fault.RESET, {}, "reset"),
        (Fault.RESULTS_MISSING, {}, "no page of articles"),
        (Fault.RESULTS_OBJECT, {}, "no page of articles"),
        (Fault.ID_STRING, {}, "none has an id"),
        (Fault.REDIRECT, {"to": "http://127.0.0.1:9/"}, "another host"),
    ],
)
def test_a_server_that_fails_costs_one_sentence_and_nothing_else(
    archive: NewsArchive, fault: Fault, options: dict[str, Any], message: str
) -> None:
    archive.refresh()
    archive.server.faults.add(fault, times=None, **options)
    # The times to wait between attempts follow from it.
    warning = refused(archive, timeout=0.5)
    assert message in warning
    advice = "try again after 02:20 UTC" if options.get("wait") else "tries again"
    assert advice in warning


def test_a_server_that_cannot_be_reached_costs_one_sentence(archive: NewsArchive) -> None:
    archive.refresh()
    down = {"news_api_url": "http://127.0.0.1:9/v4/", "timeout": 0.5}
    assert "the connection is refused" in refused(archive, **down)


def test_an_empty_answer_is_not_believed(archive: NewsArchive) -> None:
    archive.refresh()
    archive.server.faults.add(Fault.EDIT, edit=lambda page: EMPTY, times=None)
    assert "lists no articles about events" in refused(archive)
    assert "lists no articles about events" in refused(archive, full=True)


EMPTY = {"count": 0, "next": None, "previous": None, "results": []}


def test_a_first_refresh_that_fails_leaves_no_file(archive: NewsArchive) -> None:
    archive.server.faults.add(Fault.EDIT, edit=lambda page: EMPTY, times=None)
    assert archive.refresh().outcome == "not-believed"
    assert not archive.path.exists()
    assert not archive.contact.exists()


def test_a_short_wait_is_waited_for(archive: NewsArchive) -> None:
    archive.server.faults.add(Fault.THROTTLED, wait=1)
    assert archive.refresh().outcome == "sweep"
    assert len(archive.queries) == 3
    assert archive.warnings == []


def test_an_interrupted_full_refresh_is_continued(archive: NewsArchive) -> None:
    many(archive.server, 1300)
    archive.server.faults.add(Fault.THROTTLED, wait=3600, nth=3)
    result = archive.refresh()
    assert result.outcome == "throttled"
    assert "continuing after the 2 pages already fetched" in archive.warnings[0]
    folder = archive.settings.cache / "sweep"
    assert len(list(folder.iterdir())) == 3
    assert b"publisher" not in (folder / "articles-0001.json").read_bytes()
    result = archive.refresh(after=1)
    assert "one was interrupted after 2 pages" in archive.printed
    assert (result.outcome, len(archive.queries)) == ("sweep", 2)
    assert archive.articles() == archive.upstream()
    assert list(folder.iterdir()) == []


def test_pages_of_another_server_or_of_three_days_ago_are_not_continued(
    archive: NewsArchive,
) -> None:
    many(archive.server, 1300)
    archive.server.faults.add(Fault.THROTTLED, wait=3600, nth=3)
    archive.refresh()
    with NewsServer(archive.server.database) as other:
        archive.refresh(after=1, news_api_url=other.url)
        assert len(other.requests) == 4
    shutil.rmtree(archive.settings.cache)
    archive.server.faults.add(Fault.THROTTLED, wait=3600, nth=3)
    archive.refresh()
    archive.refresh(after=72)
    assert len(archive.queries) == 4


def test_an_endless_list_ends_and_is_not_continued(archive: NewsArchive) -> None:
    archive.refresh()
    numbers = iter(range(10_000, 90_000))
    database_record = archive.server.database.records("articles")[0]

    def endless(page: dict[str, Any]) -> dict[str, Any]:
        results = [database_record | {"id": next(numbers)} for _ in range(100)]
        return {"count": 10**9, "next": "http://news.example/", "results": results}

    archive.server.faults.add(Fault.EDIT, edit=endless, times=None)
    assert "of one run" in refused(archive, full=True, max_requests=5)
    assert "more than 5 pages" in refused(archive, max_requests=5)
    assert list((archive.settings.cache / "sweep").iterdir()) == []


def test_more_articles_than_there_can_be_are_not_read(
    archive: NewsArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.refresh()
    monkeypatch.setattr("events_archive.snapi.refresh_session.MAX_ARTICLES", 20)
    assert "has more than 20 articles" in refused(archive, full=True)


@pytest.mark.parametrize("fault", ["one page of two", "no end", "twice"])
def test_a_list_that_is_incomplete_removes_nothing_and_is_read_again(
    archive: NewsArchive, fault: str
) -> None:
    archive.refresh()
    archive.server.database.delete("articles", 1)
    archive.server.database.add(title="New")

    def edit(page: dict[str, Any]) -> dict[str, Any]:
        if fault == "one page of two":
            return page | {"results": page["results"][-20:]}
        if fault == "no end":
            return page | {"results": page["results"][-1:], "next": "x", "count": 60}
        return page | {"results": page["results"][-20:] * 2}

    archive.server.faults.add(Fault.EDIT, edit=edit, path="articles", times=None)
    result = archive.refresh(full=True)
    assert result.outcome == "delta"
    assert result.summary == "1 new"
    assert "and no article is removed" in archive.warnings[0]
    archive.server.faults.clear()
    assert archive.refresh(full=True).summary == "1 removed"


def test_a_count_that_is_wrong_for_good_is_said_once(
    archive: NewsArchive,
) -> None:
    archive.server.faults.add(
        Fault.EDIT, edit=lambda p: p | {"count": p["count"] + 5}, path="articles", times=None
    )
    assert archive.refresh().outcome == "delta"
    assert "reports 42 articles but sent 32" in archive.warnings[0]
    assert archive.refresh().outcome == "sweep"
    assert "there was no complete one yet" in archive.printed
    assert archive.refresh().outcome == "sweep"
    assert archive.warnings == []


def test_many_articles_are_removed_only_if_that_is_accepted(archive: NewsArchive) -> None:
    archive.refresh()
    for number in [record["id"] for record in archive.server.database.records("articles")][:11]:
        archive.server.database.delete("articles", number)
    assert FEW < 11
    result = archive.refresh(full=True)
    assert (result.outcome, result.summary) == ("sweep", "")
    assert "11 of 32 articles are missing" in archive.warnings[0]
    assert archive.refresh(full=True, accept_withdrawals=True).summary == "11 removed"
    assert archive.articles() == archive.upstream()


def test_an_empty_list_of_blogs_removes_none(archive: NewsArchive) -> None:
    archive.refresh()
    for record in archive.server.database.records("blogs"):
        archive.server.database.delete("blogs", record["id"])
    archive.refresh(full=True)
    assert "8 of 8 blogs are missing" in archive.warnings[0]
    assert len(archive.keys()) == 40


def test_records_that_cannot_be_used_cost_no_other_and_replace_none(archive: NewsArchive) -> None:
    database = archive.server.database
    archive.server.api.repeats = False
    archive.refresh()
    database.change("articles", 1, url="javascript:alert(1)")
    database.change("articles", 2, events=link_to(*range(1, 20_000)))
    database.change("articles", 3, authors=[{"name": "x" * 2000}] * 30)
    database.add(id=901, url=None, title="No address")
    database.add(id=902, title="Usable")
    before = archive.articles()
    result = archive.refresh()
    assert archive.warnings == ["4 articles left out: no address, or too long"]
    assert result.summary == "1 new"
    assert {key: one for key, one in archive.articles().items() if key[1] != 902} == before


def test_a_record_that_cannot_be_written_is_left_out() -> None:
    deep: list[Any] = []
    for _ in range(2000):
        deep = [deep]
    record = stored_record("article", ArticleDatabase().add()) | {"title": deep}
    merged = merge_articles(
        ArticleRecords(), {("article", 1): record}, now=NOW, is_full=True, removed=()
    )
    assert (merged.refused, merged.records.lines) == (1, {})


def test_articles_of_which_none_can_be_used_make_no_file(archive: NewsArchive) -> None:
    archive.server.database = archive.server.api.database = ArticleDatabase()
    archive.server.database.add(url="none")
    assert archive.refresh().outcome == "sweep"
    assert archive.contact.exists()
    assert not archive.path.exists()


# The files -----------------------------------------------------------------------------------


def test_damaged_lines_are_reported_and_fetched_again(archive: NewsArchive) -> None:
    archive.refresh()
    content = archive.path.read_bytes()
    lines = content.splitlines()
    damaged = [b"<<<<<<< ours", lines[0][:-5], *lines[1:3], b"=======", *lines[2:], b'{"id":1}']
    archive.path.write_bytes(b"\n".join(damaged))
    archive.refresh(after=0.1)
    assert archive.path.read_bytes() == content
    assert list(archive.settings.cache.glob("articles.damaged-*.jsonl"))
    text = "\n".join(archive.warnings)
    for words in ("line 2: not a whole JSON", "no record with a usable id", "conflict markers"):
        assert words in text
    assert "line 6: articles that stand in it more than once" in text


def test_what_is_in_the_place_of_the_file_costs_only_the_articles(archive: NewsArchive) -> None:
    archive.path.mkdir(parents=True)
    result = archive.refresh()
    assert (result.outcome, dict(result.records.lines)) == ("off", {})
    assert "the site is built without articles" in archive.warnings[0]


def test_a_disk_that_is_full_costs_only_the_news(
    archive: NewsArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.refresh()
    archive.server.database.add(title="New")

    def fail(path: Path, data: bytes) -> None:
        raise CacheError(f"{path} cannot be written: no space left on device")

    monkeypatch.setattr(articles_file, "write_atomically", fail)
    assert "no space left" in refused(archive)


def test_a_run_that_is_killed_between_the_two_files_is_repeated(
    archive: NewsArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.refresh()
    archive.server.database.add(title="New")

    def fail(path: Path, value: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(articles_file, "write_checked", fail)
        archive.refresh()
    assert archive.articles() == archive.upstream()
    before = archive.path.read_bytes()
    assert archive.refresh(after=0.1).outcome == "delta"
    assert archive.path.read_bytes() == before


# Everything at once --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_server_does_one_full_refresh_then_has_all_as_it_is(
    archive: NewsArchive, seed: int
) -> None:
    rng, server = random.Random(seed), archive.server
    known: set[tuple[str, int]] = set()
    for _ in range(12):
        database = server.database
        names = [record["id"] for record in database.records("articles")]
        for _ in range(rng.randrange(4)):
            match rng.choice(("add", "edit", "silent", "delete", "unlink", "bulk")):
                case "add":
                    database.add(rng.choice(("articles", "blogs")), title=f"{rng.random()}")
                case "edit":
                    database.change("articles", rng.choice(names), title=f"{rng.random()}")
                case "silent":
                    database.change("articles", rng.choice(names), silently=True, title="Silent")
                case "delete" if len(names) > 20:
                    database.delete("articles", names.pop(rng.randrange(len(names))))
                case "unlink":
                    database.change("articles", rng.choice(names), events=[])
                case "bulk":
                    for number in names:
                        database.change("articles", number, featured=True)
        server.faults.clear()
        fault = rng.choice((None, Fault.HTML, Fault.THROTTLED, Fault.COUNT_WRONG, Fault.EMPTY_PAGE))
        if fault:
            server.faults.add(fault, nth=rng.randrange(1, 4))
        server.api.ignored_parameters = set(rng.sample(("updated_at_gte", "ordering"), k=1))
        result = archive.refresh(full=rng.random() < 0.3, timeout=0.5)
        assert result.requests <= 12
        known |= archive.upstream().keys()
        if archive.path.exists():
            assert archive.keys() <= known
    server.faults.clear()
    server.api.ignored_parameters = set()
    # Pages of a refresh that was interrupted are too old by then.
    archive.refresh(full=True, after=49, accept_withdrawals=True)
    for records in (found := archive.articles(), expected := archive.upstream()):
        for record in records.values():
            del record["updated_at"]
    assert found == expected
    assert archive.warnings == []
