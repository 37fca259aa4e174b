"""``build.py query``: what is printed, in which form, and how it ends."""

import csv
import io
import json
import subprocess
import sys

import feedparser
import icalendar
import pytest

from tests.conftest import BASE_URL, PROJECT, Run, run_build


def _query(run: Run, *arguments: str, expect: int = 0) -> Run:
    return run_build("query", *arguments, cache=run.cache, output=run.output, expect=expect)


def test_a_table_to_read(seed_run: Run) -> None:
    run = _query(seed_run, "type=3&ordering=-date")
    lines = run.stdout.splitlines()
    assert lines[0].split() == ["id", "date", "type", "name", "place"]
    assert lines[1].split(maxsplit=5)[:2] == ["309", "4"]
    assert len(lines) == 5
    assert run.stderr == ""


def test_a_table_as_csv_has_the_columns_of_the_download(seed_run: Run) -> None:
    table = list(csv.DictReader(io.StringIO(_query(seed_run, "type=3", "--format", "csv").stdout)))
    with (seed_run.output / "data" / "events.csv").open(encoding="utf-8", newline="") as file:
        whole = {row["id"]: row for row in csv.DictReader(file)}
    assert len(table) == 4
    for row in table:
        kept = dict(whole[row["id"]])
        assert kept.pop("page") == BASE_URL + row.pop("page")
        assert row == kept


def test_a_calendar(generated_run: Run) -> None:
    text = _query(generated_run, "type=3", "--format", "ics", "--base-url", BASE_URL).stdout
    calendar = icalendar.Calendar.from_ical(text)
    kept = icalendar.Calendar.from_ical((generated_run.output / "types/eva.ics").read_bytes())
    assert [event["UID"] for event in calendar.walk("VEVENT")] == [
        event["UID"] for event in kept.walk("VEVENT")
    ]


def test_a_calendar_ends_its_lines_as_it_must(seed_run: Run) -> None:
    command = [sys.executable, PROJECT / "build.py", "query", "id=309", "--format", "ics"]
    done = subprocess.run([*command, "--cache", seed_run.cache], capture_output=True, check=True)
    assert done.stdout.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"\r\r" not in done.stdout


def test_a_feed(seed_run: Run) -> None:
    text = _query(seed_run, "type=3", "--format", "rss", "--base-url", BASE_URL).stdout
    feed = feedparser.parse(text)
    assert not feed.bozo
    assert len(feed.entries) == 4
    assert feed.feed.link == f"{BASE_URL}explore.html?type=3"


def test_markdown_in_which_no_text_is_markup(generated_run: Run) -> None:
    text = _query(generated_run, "", "--format", "md", "--base-url", BASE_URL).stdout
    lines = text.splitlines()
    assert len(lines) == 152
    assert all(line.count(" | ") == 3 for line in lines[2:])
    assert "<script" not in text.replace("\\<script", "")


def test_json_is_the_apis_answer_and_the_other_forms_hold_all(generated_run: Run) -> None:
    assert (
        len(json.loads(_query(generated_run, "type=20", "--format", "json").stdout)["results"])
        == 10
    )
    assert len(_query(generated_run, "type=20").stdout.splitlines()) > 20
    assert len(_query(generated_run, "type=20&limit=7").stdout.splitlines()) == 8
    assert json.loads(_query(generated_run, "type=20", "--json").stdout)["count"] > 20


def test_a_refused_question_ends_with_what_is_wrong(seed_run: Run) -> None:
    run = _query(seed_run, "type=x", expect=2)
    assert run.stdout == ""
    assert run.stderr.startswith("error: Enter a number. type was given as “x”")
    run = _query(seed_run, "type=x", "--format", "json", expect=2)
    assert list(json.loads(run.stdout)) == ["type"]


def test_what_is_ignored_is_a_warning_and_strictly_a_failure(seed_run: Run) -> None:
    run = _query(seed_run, "foo=1")
    assert run.stderr.startswith("warning: The API does not know “foo”")
    assert _query(seed_run, "foo=1", "--strict", expect=1).stdout == run.stdout


def test_the_help_tells_every_parameter(seed_run: Run) -> None:
    told = _query(seed_run, "--help").stdout
    for name in ("type__ids", "last_updated__gte", "video_url", "ordering", "offset", "q:"):
        assert name in told


def test_nothing_is_written_and_nobody_is_asked(seed_run: Run) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in seed_run.cache.rglob("*"))
    _query(seed_run, "year=2021", "--api-url", "http://127.0.0.1:9/2.3.0/")
    assert sorted((path, path.stat().st_mtime_ns) for path in seed_run.cache.rglob("*")) == before


@pytest.mark.parametrize("address", ["/2.3.0/events/309/", "explore.html?id=309"])
def test_an_address_is_asked_as_well_as_a_query(seed_run: Run, address: str) -> None:
    assert "Tiangong EVA-1" in _query(seed_run, address).stdout


def test_without_a_cache_there_is_no_answer(build: object) -> None:
    run = build("query", "year=2021", expect=1)  # type: ignore[operator]
    assert run.stderr.startswith("error: ")
    assert "Traceback" not in run.stderr
