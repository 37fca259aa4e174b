"""``build.py query``: output, formats and exit status."""

import csv
import io
import json
import subprocess
import sys
from html import escape

import feedparser
import icalendar
import pytest

from events_archive.commands.fetch import load_site
from events_archive.console import Console, quantity
from events_archive.pages.superlatives import record_pages, superlatives
from events_archive.query.engine import evaluate
from events_archive.query.parser import parse_query
from events_archive.settings import Settings
from events_archive.store.lock import locked
from tests.conftest import BASE_URL, PROJECT, Run, run_build
from tests.published_site import PublishedSite


def _query(run: Run, *arguments: str, expect: int = 0) -> Run:
    return run_build("query", *arguments, cache=run.cache, output=run.output, expect=expect)


def test_the_default_format_is_a_table(seed_run: Run) -> None:
    run = _query(seed_run, "type=3&ordering=-date")
    lines = run.stdout.splitlines()
    assert lines[0].split() == ["id", "date", "type", "name", "place"]
    assert lines[1].split(maxsplit=5)[:2] == ["309", "4"]
    assert len(lines) == 5
    assert run.stderr == ""


def test_csv_has_the_rows_of_the_download(seed_run: Run) -> None:
    table = list(csv.DictReader(io.StringIO(_query(seed_run, "type=3", "--format", "csv").stdout)))
    with (seed_run.output / "data" / "events.csv").open(encoding="utf-8", newline="") as file:
        downloaded = {row["id"]: row for row in csv.DictReader(file)}
    assert len(table) == 4
    for row in table:
        expected = dict(downloaded[row["id"]])
        assert expected.pop("page") == BASE_URL + row.pop("page")
        assert row == expected


def test_a_calendar_has_the_events_of_the_query(generated_run: Run) -> None:
    text = _query(generated_run, "type=3", "--format", "ics", "--base-url", BASE_URL).stdout
    calendar = icalendar.Calendar.from_ical(text)
    archived = icalendar.Calendar.from_ical((generated_run.output / "types/eva.ics").read_bytes())
    assert [event["UID"] for event in calendar.walk("VEVENT")] == [
        event["UID"] for event in archived.walk("VEVENT")
    ]
    # It has no address from which a program could refresh it.
    assert not {"SOURCE", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"} & calendar.keys()
    assert calendar["URL"] == f"{BASE_URL}explore.html?type=3"


def test_the_lines_of_a_calendar_end_with_crlf(seed_run: Run) -> None:
    command = [sys.executable, PROJECT / "build.py", "query", "id=309", "--format", "ics"]
    process = subprocess.run([*command, "--cache", seed_run.cache], capture_output=True, check=True)
    assert process.stdout.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"\r\r" not in process.stdout


def test_a_feed_has_the_events_of_the_query(seed_run: Run) -> None:
    text = _query(seed_run, "type=3", "--format", "rss", "--base-url", BASE_URL).stdout
    feed = feedparser.parse(text)
    assert not feed.bozo
    assert len(feed.entries) == 4
    assert feed.feed.link == f"{BASE_URL}explore.html?type=3"
    assert "answer.rss" not in text
    assert 'rel="self"' not in text


def test_no_text_of_an_event_is_markup_in_markdown(generated_run: Run) -> None:
    text = _query(generated_run, "", "--format", "md", "--base-url", BASE_URL).stdout
    lines = text.splitlines()
    assert len(lines) == 152
    assert all(line.count(" | ") == 3 for line in lines[2:])
    assert "<script" not in text.replace("\\<script", "")


def test_json_is_one_page_and_other_formats_have_all_events(generated_run: Run) -> None:
    assert (
        len(json.loads(_query(generated_run, "type=20", "--format", "json").stdout)["results"])
        == 10
    )
    assert len(_query(generated_run, "type=20").stdout.splitlines()) > 20
    assert len(_query(generated_run, "type=20&limit=7").stdout.splitlines()) == 8
    assert json.loads(_query(generated_run, "type=20", "--json").stdout)["count"] > 20


def test_an_invalid_query_exits_with_the_error(seed_run: Run) -> None:
    run = _query(seed_run, "type=x", expect=2)
    assert run.stdout == ""
    assert run.stderr.startswith("error: Enter a number. type was given as “x”")
    run = _query(seed_run, "type=x", "--format", "json", expect=2)
    assert list(json.loads(run.stdout)) == ["type"]


def test_an_ignored_parameter_is_a_warning(seed_run: Run) -> None:
    run = _query(seed_run, "foo=1")
    assert run.stderr.startswith("warning: The API does not know “foo”")
    assert _query(seed_run, "foo=1", "--strict", expect=1).stdout == run.stdout


def test_the_help_lists_every_parameter(seed_run: Run) -> None:
    text = _query(seed_run, "--help").stdout
    for name in ("type__ids", "last_updated__gte", "video_url", "ordering", "offset", "q:"):
        assert name in text


def test_a_query_neither_writes_nor_requests_anything(seed_run: Run) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in seed_run.cache.rglob("*"))
    _query(seed_run, "year=2021", "--api-url", "http://127.0.0.1:9/2.3.0/")
    assert sorted((path, path.stat().st_mtime_ns) for path in seed_run.cache.rglob("*")) == before


def test_what_was_docked_on_a_day_is_answered(seed_run: Run) -> None:
    assert _query(seed_run, "--docked", "2021-06-29").stdout.splitlines() == [
        "Docked on 29 June 2021:",
        "craft         station                      arrival       departure",
        "Cygnus NG-15  International Space Station  not recorded  29 June 2021, 16:25 UTC",
        "",
        "Possibly docked, whose arrival or departure is not recorded, or not to the day:",
        "craft        station                 arrival                  departure",
        "Shenzhou 12  Tiangong space station  17 June 2021, 07:54 UTC  not recorded",
    ]
    answer = json.loads(_query(seed_run, "--docked", "2021-06-29", "--json").stdout)
    assert answer["day"] == "2021-06-29"
    assert [visit["departure_id"] for visit in answer["docked"]] == [262]
    assert [visit["arrival_id"] for visit in answer["possibly_docked"]] == [303]
    table = _query(seed_run, "--docked", "2021-06-29", "--format", "csv").stdout
    assert [row["craft"] for row in csv.DictReader(io.StringIO(table))] == ["Cygnus NG-15"]


def test_days_without_visits_and_days_to_come_are_answered_too(seed_run: Run) -> None:
    assert _query(seed_run, "--docked", "2019-01-01").stdout == (
        "Docked on 1 January 2019:\nnothing that the record shows\n"
    )
    assert (
        "Docked on 1 January 2999, as planned:" in _query(seed_run, "--docked", "2999-01-01").stdout
    )


@pytest.mark.parametrize(
    "arguments",
    [("type=2", "--docked", "2021-06-25"), ("--docked", "2021-06-25", "--format", "ics"),
     ("--docked", "soon"), ("--docked", "2021-06-25", "--search", "soyuz")],
)  # fmt: skip
def test_a_query_for_a_day_with_anything_else_is_wrong_usage(
    seed_run: Run, arguments: tuple[str, ...]
) -> None:
    assert _query(seed_run, *arguments, expect=2).stdout == ""


@pytest.mark.parametrize("url", ["/2.3.0/events/309/", "explore.html?id=309"])
def test_a_url_is_a_query(seed_run: Run, url: str) -> None:
    assert "Tiangong EVA-1" in _query(seed_run, url).stdout


@pytest.mark.parametrize("command", [("query", ""), ("diff",)])
def test_a_command_that_reads_does_not_wait_for_another_run(
    seed_run: Run, command: tuple[str, ...]
) -> None:
    with locked(seed_run.cache):
        run_build(*command, cache=seed_run.cache, output=seed_run.output)


def test_words_are_searched_and_the_best_match_is_first(seed_run: Run) -> None:
    lines = _query(seed_run, "--search", "iss spacewalks 2021").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["305", "265", "264"]
    run = _query(seed_run, "type=13", "--search", "cygus", "--json")
    assert json.loads(run.stdout)["count"] == 1
    assert run.stderr == "No events for “cygus”. Showing results for “cygnus”.\n"
    lines = _query(seed_run, "ordering=date", "--search", "spacewalk").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["264", "265", "305", "309"]


def test_a_link_in_place_of_words_is_a_query(seed_run: Run) -> None:
    url = "https://ll.thespacedevs.com/2.3.0/events/?type=3&ordering=-date"
    lines = _query(seed_run, "--search", url).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["309", "305", "265", "264"]


@pytest.mark.parametrize("text", ["<b>\x01", "((((.*)+[", "\u202eأ", "a" * 10_000])
def test_any_text_is_searched(seed_run: Run, text: str) -> None:
    run = _query(seed_run, "--search", text)
    assert "\x01" not in run.stdout + run.stderr


def test_a_query_without_a_cache_fails(build: object) -> None:
    run = build("query", "year=2021", expect=1)  # type: ignore[operator]
    assert run.stderr.startswith("error: ")
    assert "Traceback" not in run.stderr


def test_the_searches_behind_the_records_find_the_very_events_that_were_counted(
    generated_run: Run,
) -> None:
    settings = Settings(cache=generated_run.cache, offline=True, dry_run=True)
    site = load_site(settings, Console(quiet=True))
    [page] = record_pages(site)
    html = (generated_run.output / page.path).read_text("utf-8")

    def found(search: str) -> list[int]:
        assert escape(search) in html
        query = parse_query(search.partition("?")[2], site.as_of)
        return [row.id for row in evaluate(site.query_index.rows, query).rows]

    records = {record.title: record for record in superlatives(site).records}
    assert {"Busiest week", "Busiest month", "Longest time between spacewalks"} <= set(records)
    for record in records.values():
        for holder in record.holders:
            if holder.events:
                assert found(holder.search) == [event.id for event in holder.events]
            elif holder.search:
                assert quantity(len(found(holder.search)), "event") == record.figure
            else:
                term = PublishedSite(generated_run.output).page(holder.url)
                assert record.figure in term.text
    assert superlatives(site).firsts
    for first in superlatives(site).firsts:
        assert found(first.search)[0] == first.event.id
